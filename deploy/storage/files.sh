# Of read-only.sh: what is written into the system, and taken away again.
# shellcheck shell=bash disable=SC2034,SC2154

fstab_on() { # the fstab as it is to be, to standard output
    awk -v was="$WAS" '
        $1 !~ /^#/ && ($2 == "/" || $2 == "/boot" || $2 == "/boot/firmware" || $2 == "/boot/efi") {
            print was $0; next }
        # A swap file lies on root.
        $1 !~ /^#/ && $3 == "swap" && $1 ~ /^\// && $1 !~ /^\/dev\// { print was $0; next }
        { print }' <(take_away)
    echo "$BEGIN"
    awk '$1 !~ /^#/ && ($2 == "/" || $2 == "/boot" || $2 == "/boot/firmware" || $2 == "/boot/efi") {
        count = split($4, option, ","); kept = "ro,noatime"
        for (i = 1; i <= count; i++)
            if (option[i] !~ /^(rw|ro|defaults|(no|rel|lazy|strict)atime|commit=.*)$/)
                kept = kept "," option[i]
        print $1, $2, $3, kept, $5 + 0, $6 + 0 }' <(take_away)
    echo "tmpfs /tmp tmpfs mode=1777,nosuid,nodev,size=25% 0 0"
    echo "tmpfs /var/tmp tmpfs mode=1777,nosuid,nodev,size=10% 0 0"
    echo "tmpfs /var/log tmpfs mode=0755,nosuid,nodev,noexec,size=32M 0 0"
    # A station whose data partition is gone starts all the same, and says what is wrong.
    # Its folders wait for /data, and the screen for them: so for 20 s and not systemd's 90.
    # ext4's own data=ordered and commit=5 stay: who needs a write on the disk asks for it (fsync).
    local wait=nofail,x-systemd.device-timeout=20s
    echo "UUID=$uuid /data ext4 noatime,nosuid,nodev,noexec,errors=remount-ro,$wait 0 2"
    # In their places before anything starts that looks there, but only if there is a /data.
    local name bind=bind,nofail,x-systemd.requires-mounts-for=/data,x-systemd.before=local-fs.target
    for name in $(here "${PRECIOUS[@]}"); do
        echo "/data/$name /var/lib/$name none $bind 0 0"
    done
    echo "/data/journal /var/log/journal none $bind,X-mount.mkdir 0 0"
    for name in $(state_here); do
        echo "/data/state/$name /var/lib/$name none $bind 0 0"
    done
    echo "$END"
}
fstab_off() { # ... and as it was
    take_away | if [ -n "$(noted newline)" ]; then head -c -1; else cat; fi
}
take_away() {
    awk -v begin="$BEGIN" -v end="$END" -v was="$WAS" '
        $0 == begin { ours = 1 }
        !ours { if (index($0, was) == 1) print substr($0, length(was) + 1); else print }
        $0 == end { ours = 0 }' "$fstab"
}
small_files() { # path below root, and a tab, and what stands in it (\n = a new line)
    local unit
    printf '%s\t%s\n' etc/systemd/journald.conf.d/60-hinge-read-only.conf \
        '[Journal]\nStorage=persistent\nSystemMaxUse=48M\nSystemKeepFree=256M\nMaxRetentionSec=2week\nRuntimeMaxUse=16M\n'
    for unit in "${IDLE[@]}"; do
        if unit_exists "$unit"; then
            printf '%s\t%s\n' "etc/systemd/system/$unit.d/60-hinge-read-only.conf" \
                '[Unit]\nConditionPathIsReadWrite=/etc\n'
        fi
    done
    if [ -e "$root/etc/rpi/swap.conf" ]; then
        printf '%s\t%s\n' etc/rpi/swap.conf.d/60-hinge-read-only.conf '[Main]\nMechanism=zram\n'
    fi
    # Else it looks for a first start to do at each one, and fails to write that down.
    if [ -d "$root/etc/cloud" ] && { [ ! -e "$root/etc/cloud/cloud-init.disabled" ] ||
        grep -qxF "$HEAD" "$root/etc/cloud/cloud-init.disabled"; }; then
        printf '%s\t%s\n' etc/cloud/cloud-init.disabled ''
    fi
}
put() { # file: standard input becomes its content, whole or not at all
    local part
    part=$(mktemp "$1.XXXXXX")
    cat >"$part"
    if [ -e "$1" ]; then
        chmod --reference="$1" "$part"
        chown --reference="$1" "$part" 2>/dev/null || true # a FAT partition has no owners
    else
        chmod 644 "$part"
    fi
    sync -d "$part"
    mv "$part" "$1"
    sync -f "${1%/*}"
}
folder() { # makes a folder below root, and notes each part that had to be made
    local path='' part
    while IFS= read -r part; do
        path+=/$part
        if [ ! -d "$root$path" ]; then
            mkdir "$root$path"
            note "made=${path#/}"
        fi
    done < <(tr / '\n' <<<"$1")
}
note() { grep -qxF "$1" "$record" 2>/dev/null || echo "$1" >>"$record"; }

write_files() {
    local path text file word line name add=
    if [ ! -d "${record%/*}" ]; then
        mkdir -p "${record%/*}"
        note made=etc/hinge-station
    fi
    [ -e "$record" ] || echo "$HEAD" >"$record"
    sed -i '/^data=/d' "$record"
    note "data=UUID=$uuid"
    folder data
    for name in $(state_here); do folder "var/lib/$name"; done
    [ -z "$(tail -c 1 "$fstab")" ] || note newline=none
    while IFS=$'\t' read -r path text; do
        folder "${path%/*}"
        note "made=$path"
        { echo "$HEAD"; printf '%b' "$text"; } | put "$root/$path"
    done < <(small_files)
    # NetworkManager keeps the file of name servers where it can be written, and leaves a link alone.
    # (That it has a folder in /etc proves nothing.)
    if [ -x "$root/usr/sbin/NetworkManager" ] && [ -f "$root/etc/resolv.conf" ] &&
        [ ! -L "$root/etc/resolv.conf" ] && ! mountpoint -q "$root/etc/resolv.conf"; then
        note resolv=moved
        mv "$root/etc/resolv.conf" "$root/etc/resolv.conf.before-read-only"
        ln -s /run/NetworkManager/resolv.conf "$root/etc/resolv.conf"
    fi
    file=$(boot_line)
    if [ -n "$file" ]; then
        line=$(head -n 1 "$root/$file")
        for word in "${WORDS[@]}"; do
            if [[ " $line " != *" ${word%%=*}="* ]]; then add+=" $word"; fi
        done
        if [ -n "$add" ]; then
            note "words=$add"
            sed "1s/\$/$add/" "$root/$file" | put "$root/$file"
        fi
    fi
}
remove_files() {
    local path file added
    while IFS= read -r path; do
        if [ "$path" = etc/hinge-station ]; then continue; fi # the record is in there
        if [ -d "$root/$path" ]; then
            if ! mountpoint -q "$root/$path"; then rmdir "$root/$path" 2>/dev/null || true; fi
        else
            rm -f "$root/$path"
        fi
    done < <(noted made | tac)
    if [ -n "$(noted resolv)" ] && [ -e "$root/etc/resolv.conf.before-read-only" ]; then
        mv -T "$root/etc/resolv.conf.before-read-only" "$root/etc/resolv.conf"
    fi
    file=$(boot_line) added=$(noted words)
    if [ -n "$file" ] && [ -n "$added" ]; then
        sed "1s/${added//./\\.}//" "$root/$file" | put "$root/$file"
    fi
    local ours
    ours=$(noted made | grep -x etc/hinge-station || true)
    rm -f "$record"
    if [ -n "$ours" ]; then rmdir "$root/etc/hinge-station" 2>/dev/null || true; fi
}
show() { # what would become of the fstab
    diff -u --label "$fstab" --label "$fstab, then" "$fstab" - || true
}
