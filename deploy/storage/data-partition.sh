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
# like, also after it was interrupted. Exit 0: the partition is there. Exit 2: not done, and why.
set -euo pipefail
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

fail() { echo "data-partition.sh: $*" >&2; exit 2; }
LABEL=hinge-data
MIN_MIB=950
MIB=2048 # sectors of 512 bytes
SLACK=$((64 * MIB)) # a file system that leaves less of its partition than this has been stretched
MARK="hinge-station: this partition is about to be formatted"

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
is_bare() { # made by an earlier run that did not get to its file system, and untouched since
    local found
    # That nothing is found in it is not enough: a data partition whose beginning is damaged, or
    # cannot be read, looks the same and can be rescued.
    [ "$1" -gt 2 ] && cmp -s -n ${#MARK} <(printf %s "$MARK") "$(part "$1")" || return 1
    found=$(wipefs --no-act "$(part "$1")") && [ -z "$found" ]
}
has_data=0 bare=0
if [ "$(kind "$last" LABEL)" = $LABEL ]; then has_data=1; elif is_bare "$last"; then bare=1; fi
root=$((last - has_data - bare))
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
filled() { # the sectors of partition N that its file system takes
    { dumpe2fs -h "$(part "$1")" 2>/dev/null || true; } | awk -F ': *' '
        /^Block count/ { count = $2 } /^Block size/ { size = $2 }
        END { printf "%.0f\n", count * size / 512 }'
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
    [ $root = "$last" ] || fail "root cannot grow: the data partition lies behind it. Flash the card anew."
    [ $(($(start_of $root) + wanted + MIN_MIB * MIB)) -le "$limit" ] ||
        fail "$disk has $((sectors / MIB)) MiB: too small for $root_gib GiB of root and the data."
    echo "root: $(part $root) grows from $(($(size_of $root) / MIB)) to $((wanted / MIB)) MiB"
    if [ $dry = 0 ]; then
        change ",$wanted" -N $root
        stretch $root
    fi
elif [ -n "$root_gib" ] && [ $(($(size_of $root) - $(filled $root))) -ge $SLACK ]; then
    # The partition grew in an earlier run, which did not get to the file system.
    echo "root: the file system of $(part $root) grows to $(($(size_of $root) / MIB)) MiB"
    if [ $dry = 0 ]; then stretch $root; fi
fi

# ---------------------------------------------------------------- the data partition
if [ $has_data = 1 ]; then
    free=$((limit - $(end_of "$last")))
    if [ $((limit - $(start_of "$last") - $(filled "$last"))) -lt $SLACK ]; then
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
[ "$last" -lt $((4 + bare)) ] || [ "$(sfdisk -d "$disk" | sed -n 's/^label: //p')" = gpt ] ||
    fail "$disk has four partitions, and can have no further one."
new=$((root + 1))
echo "data: $(part $new) is made, $((size / MIB)) MiB"
if [ $dry = 1 ]; then exit 0; fi

# ---------------------------------------------------------------- the card's first start
# Raspberry Pi OS would stretch root over the card, and soon cannot any more. It comes first: a run
# that finds the data partition has nothing left to do.
if ! in_use 1; then
    boot=$(mktemp -d)
    trap 'umount "$boot" 2>/dev/null || true; rmdir "$boot"' EXIT
    if mount "$(part 1)" "$boot" 2>/dev/null; then
        if grep -qw resize "$boot/cmdline.txt" 2>/dev/null; then
            sed -i 's/ resize\b//' "$boot/cmdline.txt"
            echo "boot: 'resize' taken out of cmdline.txt"
        fi
        umount "$boot"
    fi
fi

# ---------------------------------------------------------------- and now the partition
if [ $bare = 0 ]; then
    printf %s "$MARK" | dd of="$disk" bs=512 seek="$begin" conv=notrunc,fsync status=none
    # What an earlier life of the card has left in this place is nobody's file system. It goes before
    # the table changes, or would be taken for data by a run that finds it.
    change "$begin,$size,L" --append --wipe-partitions always
    [ -b "$(part $new)" ] || fail "$(part $new) did not appear; restart the machine and run this again."
fi
mkfs.ext4 -q -F -L $LABEL "$(part $new)"
