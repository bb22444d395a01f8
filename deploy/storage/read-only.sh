#!/usr/bin/env bash
# Lets a station live through a power cut: root read-only, what must survive on a data partition.
#
#   read-only.sh on [--data DEVICE] [--dry-run] [--root DIR]
#   read-only.sh off [--without-data] [--dry-run] [--root DIR]
#   read-only.sh status [--root DIR]
#   read-only.sh write COMMAND…     # with root writable for as long as COMMAND takes: updates
#
# DEVICE: an ext4 partition of 1 GB or more (data-partition.sh makes one on a fresh card); without
# it the one labelled hinge-data. DIR: a system that is not running, such as an image being built.
#
# `on` and `off` check first, and may be run as often as you like; root turns read-only, or writable
# again, when the machine next starts. The station's data moves at once, with nothing lost.
# Exit 0: done. Exit 1 (`status`): what is set up is not in force. Exit 2: not done, and why.
set -euo pipefail
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

fail() { echo "read-only.sh: $*" >&2; exit 2; }
say() { echo "$*"; }

LABEL=hinge-data
MIN_MIB=950
# What holds what nobody may lose, and belongs to the station alone.
PRECIOUS=(hinge-station hinge-hub)
# What others keep between two starts: the time, leases, when timers last ran.
STATE=(systemd/timesync systemd/timers systemd/rfkill NetworkManager iwd dhcp dhcpcd chrony
    logrotate)
# Who owns what lies there, besides root: a file in /etc and a name in it. Further ones go to the
# end: the place in this list makes the number that files have while their owner is not here.
OWNERS=("passwd hinge-kiosk" "passwd hinge-uplink" "group hinge" "passwd hinge-hub" "group hinge-hub"
    "group systemd-journal" "passwd systemd-timesync" "group systemd-timesync" "passwd _chrony"
    "group _chrony")
# From here on no user has a number: systemd leaves 1879048192 to 2147483647 unused.
NOBODYS=2000000000
# They would only fail on a read-only root, at each start or each day.
IDLE=(apt-daily.service apt-daily-upgrade.service man-db.service dpkg-db-backup.service
    e2scrub_all.service e2scrub_reap.service dphys-swapfile.service fake-hwclock-save.service
    rpi-eeprom-update.service)
# (The last one: see install/screen.sh; in an image the installer finds no command line yet.)
WORDS=(consoleblank=0 fsck.repair=yes cgroup_enable=memory)
WAS='#hinge-station was: '
BEGIN="# >>> hinge-station: a read-only root; 'read-only.sh off' takes it away"
END='# <<< hinge-station'
HEAD="# Made by deploy/storage/read-only.sh; 'read-only.sh off' takes it away."

# ---------------------------------------------------------------- what was asked
usage() { fail "say on, off, status or write: $(sed -n '4,7s/^# *//p' "$0" | tr '\n' ';')"; }
action=${1:-}
case $action in on | off | status | write) shift ;; *) usage ;; esac
root='' data='' dry=0 without_data=0
if [ "$action" != write ]; then
    while [ $# -gt 0 ]; do
        case $1 in
        --data) [ $# -ge 2 ] || fail "--data: say which device."; data=$2; shift ;;
        --root) [ $# -ge 2 ] || fail "--root: say which folder."; root=${2%/}; shift ;;
        --dry-run) dry=1 ;;
        --without-data) without_data=1 ;;
        *) usage ;;
        esac
        shift
    done
fi
[ -z "$root" ] || [ -d "$root" ] || fail "$root: there is no such folder."
[ -z "$data" ] || [ "$action" = on ] || fail "--data goes with on only."
[ $without_data = 0 ] || [ "$action" = off ] || fail "--without-data goes with off only."
live=0
if [ -z "$root" ]; then live=1; fi
fstab=$root/etc/fstab
record=$root/etc/hinge-station/read-only.record

# ---------------------------------------------------------------- looking
as_root() { [ "$(id -u)" = 0 ] || fail "must be run as root (sudo)."; }
is_set_up() { grep -qxF "$BEGIN" "$fstab" 2>/dev/null; }
noted() { sed -n "s/^$1=//p" "$record" 2>/dev/null || true; }
line_of() { # the fstab line of a mount point
    awk -v at="$1" '$1 !~ /^#/ && $2 == at' "$fstab"
}
options_now() { findmnt -nro OPTIONS --mountpoint "$1" 2>/dev/null | tail -n 1; }
is_read_only() { [[ ,$(options_now "$1"), == *,ro,* ]]; }
systemd_runs() { [ $live = 1 ] && [ -d /run/systemd/system ]; }
here() { # of the folders below /var/lib given, those that this system has
    local name
    for name in "$@"; do
        if [ -d "$root/var/lib/$name" ]; then echo "$name"; fi
    done
}
unit_exists() {
    [ -e "$root/usr/lib/systemd/system/$1" ] || [ -e "$root/lib/systemd/system/$1" ] ||
        [ -e "$root/etc/systemd/system/$1" ]
}
state_here() { look_for_state | sort; }
look_for_state() { # what others keep, of this system
    here "${STATE[@]}"
    # These come into being only when a clock is first set, a timer first runs.
    if [ ! -d "$root/var/lib/systemd/timesync" ] && unit_exists systemd-timesyncd.service; then
        echo systemd/timesync
    fi
    if [ ! -d "$root/var/lib/systemd/timers" ] && [ -d "$root/var/lib/systemd" ]; then
        echo systemd/timers
    fi
}
boot_line() { # where the kernel's command line is kept, on a Raspberry Pi
    local file
    for file in boot/firmware/cmdline.txt boot/cmdline.txt; do
        if [ -f "$root/$file" ]; then echo "$file"; return; fi
    done
}

here_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/storage/data.sh
. "$here_dir/data.sh"
# shellcheck source=deploy/storage/owners.sh
. "$here_dir/owners.sh"
# shellcheck source=deploy/storage/files.sh
. "$here_dir/files.sh"

# ---------------------------------------------------------------- on, off, status, write
check_on() {
    local id says folder
    [ -f "$fstab" ] || fail "$fstab: there is no such file."
    if ! is_set_up; then
        [ "$(line_of / | wc -l)" = 1 ] || fail "$fstab must have one line for /, and has $(line_of / | wc -l)."
        [ -z "$(line_of /data)" ] || fail "$fstab has a line for /data already: take it out first."
    fi
    id=$(cat "$root/etc/machine-id" 2>/dev/null || true)
    [[ $id =~ ^[0-9a-f]{32}$ ]] ||
        fail "$root/etc/machine-id holds no id yet: let the machine start once, writable."
    [ -n "$(here "${PRECIOUS[@]}")" ] ||
        fail "$root/var/lib/hinge-station is not there: install the station first (install-station.sh)."
    folder=$root/etc/hinge-station/station.toml
    says=$(sed -n 's/^ *data_dir *= *"\(.*\)".*/\1/p' "$folder" 2>/dev/null | head -n 1 || true)
    [ -z "$says" ] || [ "$says" = /var/lib/hinge-station ] ||
        fail "$folder: data_dir is $says; only /var/lib/hinge-station is kept on the data partition."
    find_data
}

turn_on() {
    check_on
    if is_set_up; then
        if [ -n "$data" ] && [ "UUID=$uuid" != "$(noted data)" ]; then
            fail "it is on already with $(noted data); turn it off first to use another partition."
        fi
        # Something installed since may need a place of its own on the data partition.
        if cmp -s "$fstab" <(fstab_on); then
            say "It is on already, with $device at /data."
            return
        fi
    fi
    if [ $dry = 1 ]; then
        fstab_on | show
        small_files | sed "s|^|would write $root/|; s|\t.*||"
        say "Nothing was changed."
        return
    fi
    if [ $live = 1 ] && is_read_only /; then
        fail "/ is read-only now; read-only.sh write read-only.sh on goes on."
    fi
    trap finish EXIT
    stop_units
    open_data
    # The record comes first and the fstab last: what is interrupted here is made whole, or
    # taken away, by the next `on` or `off`.
    write_files
    move_in
    fstab_on | put "$fstab"
    use_it
    if systemd_runs; then systemctl daemon-reload; fi
    say "On, with $device at /data."
    if [ $live = 1 ]; then say "Root turns read-only when the machine next starts: reboot"; fi
}

turn_off() {
    local name
    if ! is_set_up && [ ! -e "$record" ]; then
        say "It is off already."
        return
    fi
    if [ $dry = 1 ]; then
        fstab_off | show
        noted made | sed "s|^|would remove $root/|"
        say "Nothing was changed."
        return
    fi
    trap finish EXIT
    if [ $without_data = 0 ]; then
        if ! (find_data) 2>/dev/null; then
            fail "the data partition ($(noted data)) is not there or not usable, so nothing can be" \
                "taken back from it; \`off --without-data\` goes on without."
        fi
        find_data
    fi
    if [ $live = 1 ]; then remount rw; fi
    if [ $without_data = 0 ]; then
        stop_units
        open_data
        if is_set_up; then
            move_out
        else
            for name in $(noted copying); do rm -rf "${store:?}/$name"; done
        fi
        close_data
    fi
    fstab_off | put "$fstab"
    remove_files
    if systemd_runs; then systemctl daemon-reload; fi
    say "Off. What the station keeps is in /var/lib again."
    if [ $live = 1 ]; then say "Logs and temporary files follow when the machine next starts: reboot"; fi
}

show_status() {
    local wrong=0 name at
    if ! is_set_up; then
        say "off: / is an ordinary, writable file system"
        if [ -e "$record" ]; then
            say "wrong: \`on\` was interrupted; run it again, or \`off\`"
            return 1
        fi
        return 0
    fi
    say "on: set up in $fstab, data on $(noted data)"
    if [ $live = 0 ]; then return 0; fi
    if is_read_only /; then
        say "ok: / is read-only"
    else
        say "wrong: / is writable now; it turns read-only when the machine next starts"
        return 1
    fi
    while read -r at; do
        if ! mountpoint -q "$at"; then
            say "wrong: nothing is mounted at $at"
            wrong=1
        elif [ "$at" = /data ] && is_read_only /data; then
            say "wrong: /data is read-only: its file system has an error; a restart repairs it"
            wrong=1
        fi
    done < <(awk -v begin="$BEGIN" -v end="$END" '
        $0 == begin { ours = 1 } $0 == end { ours = 0 }
        ours && $1 !~ /^#/ && $2 !~ /^\/(boot.*)?$/ { print $2 }' "$fstab")
    if mountpoint -q /data; then
        name=$(df -Pm /data | awk 'NR == 2 { print $4 " MB of " $2 " MB are free on /data" }')
        say "ok: $name"
    fi
    return $wrong
}

read_only_points() { # of those that are to be read-only, those that are mounted
    awk -v begin="$BEGIN" -v end="$END" '
        $0 == begin { ours = 1 } $0 == end { ours = 0 }
        ours && $2 ~ /^\/(boot.*)?$/ { print $2 }' "$fstab"
}
remount() { # rw or ro
    local at
    while read -r at; do
        if ! mountpoint -q "$at"; then continue; fi
        if ! mount -o "remount,$1" "$at" 2>/dev/null; then
            [ "$1" = ro ] || fail "$at cannot be made writable (dmesg says why)."
            say "$at stays writable until the machine next starts: something still writes there." >&2
        fi
    done < <(read_only_points)
}
with_root_writable() {
    local code=0
    [ $# -gt 0 ] || fail "write: say the command that is to be run."
    if ! is_set_up || ! is_read_only /; then
        "$@" || code=$?
        return $code
    fi
    temporary=
    trap 'rm -rf "$temporary"; sync; remount ro' EXIT
    remount rw
    # /tmp is a part of the memory here, too small for packages to be unpacked in.
    temporary=$(mktemp -d /var/cache/hinge-write.XXXXXX)
    TMPDIR=$temporary "$@" || code=$?
    return $code
}

case $action in
status) show_status ;;
on) as_root; turn_on ;;
off) as_root; turn_off ;;
write) as_root; with_root_writable "$@" ;;
esac
