# Of read-only.sh: the data partition, and what moves there and back.
# shellcheck shell=bash disable=SC2034,SC2154

find_data() { # sets device and uuid
    local wanted=${data:-$(noted data)}
    wanted=${wanted:-LABEL=$LABEL}
    case $wanted in
    # Not from its cache: the partition may have been made a second ago.
    *=*) device=$(blkid -c /dev/null -t "$wanted" -o device 2>/dev/null || true) ;;
    *) device=$wanted ;;
    esac
    if [ "$(wc -l <<<"$device")" -gt 1 ]; then
        fail "several partitions are $wanted (${device//$'\n'/ }): say which one, --data DEVICE."
    fi
    if [ -z "$device" ] && [ -z "$data" ] && [ -z "$(noted data)" ]; then
        fail "no partition is labelled $LABEL: say which one takes the data, --data DEVICE" \
            "(data-partition.sh makes one)."
    fi
    [ -b "$device" ] || fail "${device:-$wanted}: there is no such partition."
    local kind mib at
    kind=$(blkid -p -s TYPE -o value "$device" 2>/dev/null || true)
    [ "$kind" = ext4 ] || fail "$device holds ${kind:-no file system}, not ext4:" \
        "mkfs.ext4 -L $LABEL $device makes it so, and erases what is there."
    uuid=$(blkid -p -s UUID -o value "$device")
    mib=$(($(blockdev --getsize64 "$device") / 1048576))
    [ "$mib" -ge "$MIN_MIB" ] || fail "$device has $mib MiB; the data needs a partition of 1 GB."
    if is_set_up; then return; fi
    while read -r at; do
        if [ "$at" != "$root/data" ]; then
            fail "$device is mounted at $at: unmount it, and take its line out of $fstab."
        fi
    done < <(findmnt -nro TARGET --source "$device" || true)
}

open_data() { # mounts the data partition; sets store to where
    if [ "$live" = 1 ]; then
        store=/data
        mkdir -p /data
        if ! mountpoint -q /data; then mount -o noatime "$device" /data; fi
        [ "$(readlink -f "$(findmnt -nro SOURCE --mountpoint /data | tail -n 1)")" = \
            "$(readlink -f "$device")" ] ||
            fail "another partition than $device is at /data now: restart the machine first."
    else
        store=$(mktemp -d)
        mount -o noatime "$device" "$store"
    fi
}
close_data() {
    if [ "$live" = 0 ] && [ -n "${store:-}" ] && mountpoint -q "$store"; then
        umount "$store"
        rmdir "$store"
    fi
    store=
}
store=
stopped=()
finish() {
    local code=$?
    close_data
    # (Not waited for: they may come after whoever called this, as after first-boot.sh.)
    if [ ${#stopped[@]} -gt 0 ]; then systemctl --no-block start "${stopped[@]}" || true; fi
    exit $code
}
stop_units() { # what writes there; started again at the end, whatever happens
    local unit
    if ! systemd_runs; then return; fi
    for unit in hinge-kiosk hinge-uplink hinge-hub mosquitto; do
        case $(systemctl show -P ActiveState "$unit") in
        active | activating | reloading)
            stopped+=("$unit")
            systemctl stop "$unit"
            ;;
        esac
    done
}
room_for() { # from, to: the bytes of one fit into the other
    [ "$(du -sk "$1" | cut -f 1)" -lt "$(df -Pk "$2" | awk 'NR == 2 { print $4 }')" ] ||
        fail "there is no room for $1 on $2."
}
copy() { # from, to: whole or not at all, and on the disk when this returns
    rm -rf "$2.part"
    cp -a "$1" "$2.part"
    diff -rq --no-dereference "$1" "$2.part" >/dev/null || fail "$1 could not be copied to $2."
    sync -f "$2.part"
    mv "$2.part" "$2"
    sync -f "${2%/*}"
}

move_in() { # copies what must not be lost to the data partition
    local name
    re_own
    for name in $(here "${PRECIOUS[@]}"); do
        if mountpoint -q "$root/var/lib/$name"; then continue; fi
        if grep -qxF "copying=$name" "$record"; then rm -rf "${store:?}/$name"; fi
        if [ -d "$store/$name" ]; then
            say "The data partition has a $name already: that one is used."
            tell_whose "$name"
            continue
        fi
        room_for "$root/var/lib/$name" "$store"
        note "copying=$name"
        copy "$root/var/lib/$name" "$store/$name"
    done
    mkdir -p "$store/journal"
    for name in $(state_here); do
        if [ ! -d "$store/state/$name" ]; then
            mkdir -p "$store/state/$name"
            rmdir "$store/state/$name"
            copy "$root/var/lib/$name" "$store/state/$name"
        fi
    done
}
use_it() { # from now on what is on the data partition counts
    local name
    for name in $(here "${PRECIOUS[@]}"); do
        # A second copy of sets that wait would be sent twice. Models and passwords stay beneath,
        # so that a station whose data partition dies goes on coaching.
        if grep -qxF "copying=$name" "$record"; then
            find "$root/var/lib/$name" -maxdepth 1 -name '*.db*' -delete
        fi
        if [ "$live" = 1 ] && ! mountpoint -q "/var/lib/$name"; then
            mount --bind "$store/$name" "/var/lib/$name"
        fi
    done
    sed -i '/^copying=/d' "$record"
}

move_out() { # ... and comes back
    local name to
    for name in $(here "${PRECIOUS[@]}"); do
        to=$root/var/lib/$name
        if [ -d "$store/$name" ]; then room_for "$store/$name" "$root/var/lib"; fi
    done
    for name in $(here "${PRECIOUS[@]}"); do
        to=$root/var/lib/$name
        [ -d "$store/$name" ] || continue
        if mountpoint -q "$to"; then
            umount "$to" || fail "$to is in use; stop what uses it (fuser -vm $to) and try again."
        fi
        copy "$store/$name" "$to.back"
        mv "$to" "$to.before"
        mv "$to.back" "$to"
        rm -rf "$to.before"
        rm -rf "$store/$name.taken-back"
        mv "$store/$name" "$store/$name.taken-back"
        sync -f "$store"
    done
}
