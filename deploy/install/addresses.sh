# shellcheck shell=bash
# Addresses beyond the private ranges, which a unit may speak with only by a drop-in.
# shellcheck disable=SC2153,SC2154

check_addresses() {
    local one
    for one in "$@"; do
        if [ "$one" = none ] || ! command -v python3 >/dev/null; then continue; fi
        python3 -c 'import ipaddress, sys; ipaddress.ip_network(sys.argv[1])' "$one" 2>/dev/null ||
            give_up "--allow $one: is no address or network such as 203.0.113.7 or 2001:db8::/32."
    done
}

lay_addresses() { # unit, then addresses: none = as it was, the word none = no more than the unit's
    local file=$UNITS/$1.d/60-addresses.conf
    shift
    if [ $# = 0 ]; then return; fi
    if [ "$*" = none ]; then
        take_away "$file"
        return
    fi
    put "$file" 644 root:root <<END
# Written by --allow: what this unit may speak with beyond the private ranges.
[Service]
IPAddressAllow=$*
END
}
