# shellcheck shell=bash
# The units: laid down from the current version, enabled, started and watched; and the way back.
# shellcheck disable=SC2153,SC2154

STATION_UNITS=(hinge-kiosk.service hinge-uplink.service)
HUB_UNITS=(hinge-hub.service hinge-certificates.service hinge-certificates.timer)
COMMAND=$OPT/current/deploy/install/station
BROKER_DROP_IN=mosquitto.service.d/50-hinge.conf

is_here() { # the role, by its unit or because it is being installed
    case $1 in
    station) [ "$goal:$role" = install_station:station ] || [ -e "$UNITS/hinge-uplink.service" ] ;;
    hub) [ "$goal:$role" = install_hub:hub ] || [ -e "$UNITS/hinge-hub.service" ] ;;
    esac
}

serving() { # the units that this machine is to run, in the order of starting
    if is_here hub; then echo mosquitto.service hinge-hub.service hinge-certificates.timer; fi
    if is_here station; then echo hinge-uplink.service hinge-kiosk.service; fi
}

of_current() { # folder of deploy/: the current version's, else the checkout's (before one is)
    if [ "$dry" = 0 ] && [ -d "$OPT/current/deploy/$1" ]; then
        echo "$OPT/current/deploy/$1"
    else
        echo "$checkout/deploy/$1"
    fi
}

put_units() { # names
    local from name
    from=$(of_current units)
    for name in "$@"; do
        # A version that does not know a unit has no use for it.
        if [ -e "$from/$name" ]; then
            put "$UNITS/$name" 644 root:root <"$from/$name"
        else
            take_away "$UNITS/$name"
        fi
    done
}

units_of_this_machine() { # those that are laid down anew with each version
    if is_here station; then echo "${STATION_UNITS[@]}"; fi
    if is_here hub; then echo "${HUB_UNITS[@]}" "$BROKER_DROP_IN"; fi
}

enable_units() {
    local unit
    # shellcheck disable=SC2046
    for unit in $(serving); do
        # Works without a systemd that runs, too: it only makes links.
        if [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != enabled ]; then
            run systemctl --quiet enable "$unit"
        fi
    done
}

fate() { # unit: words that change whenever it was started anew
    systemctl show -P NRestarts -P InvocationID "$1" | tr '\n' ' '
}

comes_up() { # every unit starts, says that it is ready, and is the same SETTLE_S seconds later
    local unit units=() before=() now n begun
    read -ra units <<<"$(serving | tr '\n' ' ')"
    begun=$(date '+%Y-%m-%d %H:%M:%S')
    for unit in "${units[@]}"; do
        say "starting $unit"
        rm -f "/run/${unit%.service}/starts"
        if ! systemctl restart "$unit"; then
            why="$unit did not start"
            tell_of "$unit" "$begun"
            return 1
        fi
    done
    for unit in "${units[@]}"; do before+=("$(fate "$unit")"); done
    say "all are ready; watching them for $SETTLE_S s"
    local left=$SETTLE_S
    while :; do
        for n in "${!units[@]}"; do
            now=$(fate "${units[n]}")
            if [ "$now" != "${before[n]}" ] || ! systemctl --quiet is-active "${units[n]}"; then
                why="${units[n]} started and did not stay up"
                tell_of "${units[n]}" "$begun"
                return 1
            fi
        done
        [ "$left" -gt 0 ] || return 0
        sleep 1
        left=$((left - 1))
    done
}

tell_of() { # unit, since when: what its log says
    echo "   the last lines of $1:" >&2
    journalctl --no-pager --quiet --output cat --unit "$1" --since "$2" 2>/dev/null |
        tail -n 12 | sed 's/^/   | /' >&2 || true
}

lay_units() {
    # shellcheck disable=SC2046
    put_units $(units_of_this_machine)
    # `sudo station …`, for whoever looks after this machine.
    if [ "$(readlink /usr/local/bin/station 2>/dev/null)" != "$COMMAND" ]; then
        run mkdir -p /usr/local/bin
        run ln -sfn "$COMMAND" /usr/local/bin/station
    fi
    if is_here station; then lay_rules; fi
    if systemd_runs; then run systemctl daemon-reload; fi
    enable_units
}

good() { run touch "$VERSIONS/$1/.good"; }
is_good() { [ -n "$1" ] && [ -e "$VERSIONS/$1/.good" ]; }
is_whole() { [ -n "$1" ] && [ -e "$VERSIONS/$1/.complete" ]; }

all_are_up() { # also those of an image, which nobody has watched coming up
    local unit
    systemd_runs || return 1
    # shellcheck disable=SC2046
    for unit in $(serving); do systemctl --quiet is-active "$unit" || return 1; done
}

switch_and_bring_up() { # version: exit 1 when it does not come up, with the one before it back
    local version=$1 before older why='' reason
    before=$(current_version)
    older=$(previous_version)
    if [ "$before" != "$version" ] && [ -n "$before" ] && all_are_up; then good "$before"; fi
    # Interrupted before it was known to be good: there is still a way back.
    if ! is_good "$before" && is_whole "$older" && { [ "$before" = "$version" ] || is_good "$older"; }; then
        before=$older
        older=
    fi
    step "switching to version $version"
    switch_to "$version"
    lay_units
    # (An older version's own broker; its way forward is set_up_broker's, before the switch.)
    if [ "$goal" = go_back ] && is_here hub; then set_up_broker "$OPT/current/deploy"; fi
    if [ "$dry" = 1 ]; then
        echo "   would start $(serving | tr '\n' ' ')and watch for $SETTLE_S s; going back if they fail"
        return
    fi
    if ! systemd_runs; then
        say "systemd does not run here: the units are enabled and start when this system boots."
        return
    fi
    if [ "$start" = 0 ]; then
        say "not started, as asked: the units are enabled and start at the next boot."
        return
    fi
    if comes_up; then
        good "$version"
        return
    fi
    if [ -z "$before" ] || [ "$before" = "$version" ]; then
        echo "$me: $why (above is its log). There is no version before this one to go back to;" \
            "systemd goes on trying." >&2
        exit 1
    fi
    reason=$why
    echo "$me: $reason. Going back to version $before." >&2
    point current "$before"
    if [ -n "$older" ]; then point previous "$older"; else rm -f "$OPT/previous"; fi
    lay_units
    if is_here hub; then hub_goes_back "$version"; fi
    if comes_up; then
        echo "$me: version $version did not come up: $reason. Version $before runs again." >&2
    else
        echo "$me: version $version did not come up: $reason; and version $before," \
            "which is back in its place, does not either: $why." >&2
    fi
    exit 1
}

stop_units() { # those given, where they are there
    local unit
    for unit in "$@"; do
        if [ ! -e "$UNITS/$unit" ]; then continue; fi
        if systemd_runs; then run systemctl --quiet stop "$unit" || true; fi
        run systemctl --quiet disable "$unit" || true
    done
}

remove_versions() {
    if is_here station || is_here hub; then
        say "$OPT stays: the other program on this machine runs from it."
    else
        take_away "$OPT" /usr/local/bin/station
    fi
}
