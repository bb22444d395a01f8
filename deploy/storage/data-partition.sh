#!/usr/bin/env bash
# Makes the data partition on a card, behind root, and grows it to the card's end.
#
#   data-partition.sh DISK [--root-gib N] [--dry-run]
#
# DISK: a whole card or disk, such as /dev/sdb for a freshly flashed card in a reader or
# /dev/mmcblk0 for the one this machine runs from. N: root is first grown to so many GiB (a card
# that was never started has hardly any room in root, and would give all of it to root).
#
# A partition labelled hinge-data is kept with all that is on it, and grown. Run it as often as you
# like. Exit 0: the partition is there. Exit 2: not done, and why.
set -euo pipefail
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

fail() { echo "data-partition.sh: $*" >&2; exit 2; }
LABEL=hinge-data
MIN_MIB=950
MIB=2048 # sectors of 512 bytes

disk='' root_gib='' dry=0
while [ $# -gt 0 ]; do
    case $1 in
    --root-gib) [ $# -ge 2 ] || fail "--root-gib: say how many."; root_gib=$2; shift ;;
    --dry-run) dry=1 ;;
    -*) fail "there is no $1; data-partition.sh DISK [--root-gib N] [--dry-run]" ;;
    *) disk=$1 ;;
    esac
    shift
done
[ -n "$disk" ] || fail "say which disk: data-partition.sh DISK [--root-gib N] [--dry-run]"
[[ ${root_gib:-1} =~ ^[1-9][0-9]{0,3}$ ]] || fail "--root-gib $root_gib: a whole number of GiB."
[ "$(id -u)" = 0 ] || fail "must be run as root (sudo)."
for program in sfdisk partx blkid mkfs.ext4 resize2fs e2fsck lsblk; do
    command -v $program >/dev/null || fail "$program is not installed (apt-get install fdisk e2fsprogs)."
done
[ -b "$disk" ] || fail "$disk: there is no such disk."
[ "$(lsblk -dno TYPE "$disk")" != part ] || fail "$disk is a partition; name the whole disk."

# ---------------------------------------------------------------- what is there
part() { # the device of partition N
    if [[ $disk =~ [0-9]$ ]]; then echo "${disk}p$1"; else echo "$disk$1"; fi
}
table() { sfdisk -d "$disk" 2>/dev/null | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p'; }
field() { table | sed -n "$1p" | cut -d ' ' -f "$2"; }
start_of() { field "$1" 1; }
size_of() { field "$1" 2; }
end_of() { echo $(($(start_of "$1") + $(size_of "$1"))); }

last=$(table | wc -l)
[ "$last" -ge 2 ] || fail "$disk has $last partitions; flash the system first, then run this."
table | awk '{ if ($1 < before) exit 1; before = $1 }' ||
    fail "$disk: its partitions are not in order; make the data partition by hand (mkfs.ext4 -L $LABEL)."
sectors=$(blockdev --getsz "$disk")
# The last MiB stays free: a GPT keeps its second copy there.
limit=$(((sectors / MIB - 1) * MIB))
kind() { blkid -p -s "$2" -o value "$(part "$1")" 2>/dev/null || true; }
has_data=0
if [ "$(kind "$last" LABEL)" = $LABEL ]; then has_data=1; fi
root=$((last - has_data))
[ "$(kind $root TYPE)" = ext4 ] || fail "$(part $root) is no ext4 root."

change() { # sfdisk's words for one partition, or for a further one
    local words=$1
    shift
    local said
    said=$(sfdisk --quiet --no-reread --force "$@" "$disk" <<<"$words" 2>&1) ||
        fail "the partition table could not be changed ($said)."
    sync
    partx --update "$disk" 2>/dev/null || partx --add "$disk" 2>/dev/null || true
    if command -v udevadm >/dev/null; then udevadm settle 2>/dev/null || true; fi
}
in_use() { findmnt -nro TARGET --source "$(part "$1")" >/dev/null; }
stretch() { # the file system to its partition's size
    local device said
    device=$(part "$1")
    if ! in_use "$1"; then
        e2fsck -fp "$device" >/dev/null || [ $? -le 1 ] || fail "$device is damaged: e2fsck $device"
    fi
    said=$(resize2fs "$device" 2>&1 >/dev/null) || fail "$device could not be grown: $(tail -n 1 <<<"$said")."
}

# ---------------------------------------------------------------- root, when asked
wanted=$((${root_gib:-0} * 1024 * MIB))
if [ "$wanted" -gt "$(size_of $root)" ]; then
    [ $has_data = 0 ] || fail "root cannot grow: the data partition lies behind it. Flash the card anew."
    [ $(($(start_of $root) + wanted + MIN_MIB * MIB)) -le "$limit" ] ||
        fail "$disk has $((sectors / MIB)) MiB: too small for $root_gib GiB of root and the data."
    echo "root: $(part $root) grows from $(($(size_of $root) / MIB)) to $((wanted / MIB)) MiB"
    if [ $dry = 0 ]; then
        change ",$wanted" -N $root
        stretch $root
    fi
fi

# ---------------------------------------------------------------- the data partition
if [ $has_data = 1 ]; then
    free=$((limit - $(end_of "$last")))
    filled=$(dumpe2fs -h "$(part "$last")" 2>/dev/null |
        awk -F ': *' '/^Block count/ { n = $2 } /^Block size/ { print int(n * $2 / 512) }')
    if [ $((limit - $(start_of "$last") - filled)) -lt $((64 * MIB)) ]; then
        echo "data: $(part "$last") is there, $(($(size_of "$last") / MIB)) MiB"
        exit 0
    fi
    echo "data: $(part "$last") grows to $(((limit - $(start_of "$last")) / MIB)) MiB"
    if [ $dry = 1 ]; then exit 0; fi
    if [ $free -ge $MIB ]; then change ",$((limit - $(start_of "$last")))" -N "$last"; fi
    stretch "$last"
    exit 0
fi
begin=$(end_of $root)
if [ "$wanted" -gt "$(size_of $root)" ]; then begin=$(($(start_of $root) + wanted)); fi
begin=$(((begin + MIB - 1) / MIB * MIB))
size=$((limit - begin))
if [ $size -lt $((MIN_MIB * MIB)) ]; then
    fail "$disk has $((size > 0 ? size / MIB : 0)) MiB behind root and the data needs 1 GB:" \
        "root has been given the whole card. Use a USB stick for the data, or flash the card anew" \
        "and run this before it is first started."
fi
[ "$last" -lt 4 ] || [ "$(sfdisk -d "$disk" | sed -n 's/^label: //p')" = gpt ] ||
    fail "$disk has four partitions, and can have no further one."
new=$((last + 1))
echo "data: $(part $new) is made, $((size / MIB)) MiB"
if [ $dry = 1 ]; then exit 0; fi
change "$begin,$size,L" --append
[ -b "$(part $new)" ] || fail "$(part $new) did not appear; restart the machine and run this again."
# What an earlier life of the card has left in this place is nobody's file system.
wipefs --quiet --all "$(part $new)"
mkfs.ext4 -q -F -L $LABEL "$(part $new)"

# ---------------------------------------------------------------- the card's first start
# Raspberry Pi OS would stretch root over the card, and cannot any more.
if ! in_use 1; then
    boot=$(mktemp -d)
    trap 'umount "$boot" 2>/dev/null || true; rmdir "$boot"' EXIT
    if mount "$(part 1)" "$boot" 2>/dev/null && grep -qw resize "$boot/cmdline.txt" 2>/dev/null; then
        sed -i 's/ resize\b//' "$boot/cmdline.txt"
        echo "boot: 'resize' taken out of cmdline.txt"
    fi
fi
