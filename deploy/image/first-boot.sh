#!/usr/bin/env bash
# Makes a flashed card this station's own, once, when it is first started: a name that no other
# station has, the data partition on the rest of the card, a read-only root. Then it starts anew.
#
# What fails is said in the log (journalctl -u hinge-first-boot) and tried again at the next start;
# the station works meanwhile, on a writable root.
set -euo pipefail
export LC_ALL=C
storage=$(cd "$(dirname "$0")/../storage" && pwd)
done=/etc/hinge-station/first-boot-done

say() { echo "first-boot.sh: $*"; }
fail() { echo "first-boot.sh: $*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || fail "must be run as root."
if [ -e $done ]; then
    say "done already."
    exit 0
fi

own_id() { # the same for this board at each try, another for each board
    local serial
    serial=$(tr -d '\0' 2>/dev/null </proc/device-tree/serial-number || true)
    printf '%s' "${serial:-$(cat /etc/machine-id)}" | sha256sum | cut -c 1-6
}

if [[ ! $(cat /etc/machine-id 2>/dev/null) =~ ^[0-9a-f]{32}$ ]]; then
    rm -f /etc/machine-id
    systemd-machine-id-setup
fi
name=hinge-$(own_id)
if [ "$(cat /etc/hostname 2>/dev/null)" != "$name" ]; then
    was=$(hostname)
    echo "$name" >/etc/hostname
    if grep -qw "$was" /etc/hosts; then
        sed -i "s/\b$was\b/$name/g" /etc/hosts
    else
        echo "127.0.1.1 $name" >>/etc/hosts
    fi
    hostname "$name"
    say "this station's name in the network is $name."
fi

root=$(readlink -f "$(findmnt -no SOURCE /)")
disk=$(lsblk -no PKNAME "$root" | head -n 1)
[ -n "$disk" ] || fail "$root is on no disk that could be divided."
"$storage/data-partition.sh" "/dev/$disk"
"$storage/read-only.sh" on
touch $done
sync
say "starting anew with a read-only root."
systemctl --no-block reboot
