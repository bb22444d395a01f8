# Of read-only.sh: whose the files on the data partition are, when it comes from another machine. A
# file system knows owners by their numbers, and each machine gives its users numbers of its own.
# shellcheck shell=bash disable=SC2154

# `.owners` on the data partition says which numbers its files have: "passwd hinge-kiosk=997".
number_here() { # one of OWNERS: its number in this system, or nothing
    awk -F : -v name="${1#* }" '$1 == name { print $3; exit }' "$root/etc/${1% *}" 2>/dev/null || true
}
number_there() { # ... and on the data partition
    sed -n "s/^$1=\([1-9][0-9]\{0,9\}\)\$/\1/p" "$store/.owners" 2>/dev/null | head -n 1 || true
}
renumber() { # one of OWNERS, and two numbers: what has the one gets the other
    case $1 in
    passwd*) find "$store" -xdev -uid "$2" -exec chown -h "$3" {} + ;;
    group*) find "$store" -xdev -gid "$2" -exec chgrp -h "$3" {} + ;;
    esac
}

re_own() { # what is there becomes theirs who have the same names on this machine
    local who there here aside=$NOBODYS
    local -A now=()
    # By way of numbers that nobody has, since two may have changed places. So whenever the plug is
    # pulled, `.owners` and the numbers themselves tell what is done and what is not.
    for who in "${OWNERS[@]}"; do
        aside=$((aside + 1))
        there=$(number_there "$who")
        if [ -z "$there" ]; then continue; fi
        if [ "$there" != "$(number_here "$who")" ] && [ "$there" -lt "$NOBODYS" ]; then
            renumber "$who" "$there" "$aside"
            there=$aside
        fi
        now[$who]=$there
    done
    keep_owners
    for who in "${OWNERS[@]}"; do
        here=$(number_here "$who")
        # Of whom this machine does not know, the next one may.
        if [ -z "$here" ]; then continue; fi
        there=${now[$who]:-$here}
        if [ "$there" != "$here" ]; then renumber "$who" "$there" "$here"; fi
        now[$who]=$here
    done
    keep_owners
}
keep_owners() {
    local who
    for who in "${!now[@]}"; do echo "$who=${now[$who]}"; done | sort | put "$store/.owners"
}

tell_whose() { # a folder that was found there: says so where it is still somebody else's
    local user=hinge-kiosk here there say_then
    say_then="\`chown -R hinge-kiosk:hinge /data/$1\` and then"
    say_then+=" \`chown -R hinge-uplink /data/$1/joined /data/$1/joined.toml\`"
    if [ "$1" = hinge-hub ]; then
        user=hinge-hub say_then="\`chown -R hinge-hub:hinge-hub /data/$1\`"
    fi
    here=$(number_here "passwd $user") there=$(stat -c %u "$store/$1")
    if [ -n "$here" ] && [ "$here" != "$there" ]; then
        say "It belongs to user $there, and $user is $here here: its programs cannot use it before $say_then."
    fi
}
