#!/usr/bin/env bash
# Makes this machine a station: a screen that members use, and a link to the gym's broker.
# See usage below, or --help.
set -euo pipefail
checkout=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
# shellcheck source=install/common.sh
. "$checkout/deploy/install/common.sh"
# shellcheck source=install/system_packages.sh
. "$checkout/deploy/install/system_packages.sh"
# shellcheck source=install/versions.sh
. "$checkout/deploy/install/versions.sh"
# shellcheck source=install/bring_up.sh
. "$checkout/deploy/install/bring_up.sh"
# shellcheck source=install/store.sh
. "$checkout/deploy/install/store.sh"
# shellcheck source=install/addresses.sh
. "$checkout/deploy/install/addresses.sh"
# shellcheck source=install/screen.sh
. "$checkout/deploy/install/screen.sh"

usage() {
    cat <<'END'
install-station.sh [OPTION…]          run it as root, from a checkout, on Debian 12 or 13

Makes this machine a station. Run it again whenever you like: what is there is left alone, what an
interruption left undone goes on, and from a newer checkout it installs that beside the version in
use, switches to it, and switches back if it does not come up and stay up.

What it does
  --dry-run            say each step, change nothing
  --uninstall          remove programs, units and rules; keep settings, users and recorded sets
  --purge              with --uninstall: remove those as well
  --back               switch to the version before this one
  --no-start           enable the units, but leave starting them to the next boot
  --settle SECONDS     how long they must stay up before a new version counts as good (default 30)

The station (each is kept in /etc/hinge-station/station.toml; left out = as it was)
  --source CAMERA      auto (default: the first that gives a picture), /dev/v4l/by-id/…, or
                       picamera for a Raspberry Pi's camera module (on Raspberry Pi OS)
  --rotate DEGREES     turn picture and touch clockwise: 0 (default), 90, 180, 270
  --panel-mm NUMBER    short side of the visible panel, millimetres
  --language en|de     what a new member meets first
  --gym ID             the gym it stands in, a-z, 0-9 and -
  --id ID              its name, for a station that never joins; joining gives it one
  --join HUB           join the gym at the end: the address of the staff's page. Asks for the code
                       that `station hub join-code` shows there; later: sudo station join HUB
  --allow ADDRESS      the broker's address or network where that is not a private one (repeatable;
                       replaces those of the last time; --allow none removes them)

Where things come from
  --wheels FOLDER      take Python packages from FOLDER and from nowhere else; the program too, if a
                       hinge_station-*.whl is there. `pip download -r requirements.lock` fills one
  --model FILE         take the pose model from FILE; without it what is here, or the network
  PYTHON=/path         the interpreter, else the system's python3

Exit 0: done. 1: the new version did not come up and the one before runs again. 2: something is
missing or wrong, said in one sentence; the same command goes on from there.
END
}

role=station
ETC=/etc/hinge-station
DATA=/var/lib/hinge-station
SETTINGS=$ETC/station.toml
SETTLE_S=30
ROOM_MB=1500
start=1 goal=install_station purge=0
wheels='' model='' source_='' rotate='' panel='' language='' gym='' id='' join=''
allow=()

declare -A takes=( # option → what its value goes to
    [--settle]=SETTLE_S [--source]=source_ [--rotate]=rotate [--panel-mm]=panel
    [--language]=language [--gym]=gym [--id]=id [--join]=join [--wheels]=wheels [--model]=model
)
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --dry-run) dry=1 ;;
    --uninstall) goal=remove_station ;;
    --back) goal=go_back ;;
    --purge) purge=1 ;;
    --no-start) start=0 ;;
    --allow)
        one=$(value_of "$@")
        allow+=("$one")
        shift
        ;;
    *)
        [ -n "${takes[${1:--}]:-}" ] || give_up "there is no '$1'; --help lists what there is."
        one=$(value_of "$@")
        printf -v "${takes[$1]}" '%s' "$one"
        shift
        ;;
    esac
    shift
done

check_arguments() { # all of them, before anything is changed
    [[ $SETTLE_S =~ ^[0-9]{1,4}$ ]] || give_up "--settle $SETTLE_S: seconds, a whole number."
    [[ ${rotate:-0} =~ ^(0|90|180|270)$ ]] || give_up "--rotate $rotate: must be 0, 90, 180 or 270."
    [[ ${panel:-194} =~ ^[0-9]+(\.[0-9]+)?$ ]] || give_up "--panel-mm $panel: millimetres, a number."
    [[ ${language:-en} =~ ^(en|de)$ ]] || give_up "--language $language: must be en or de."
    [[ ${gym:-x} =~ ^[a-z0-9-]{1,32}$ ]] || give_up "--gym $gym: of a-z, 0-9 and -, at most 32."
    [[ ${id:-x} =~ ^[a-z0-9-]{1,32}$ && $id != hub ]] ||
        give_up "--id $id: of a-z, 0-9 and -, at most 32, and not hub."
    [[ $source_ != *[\"\\]* ]] || give_up "--source $source_: no camera has a name with \" or \\."
    [ -z "$wheels" ] || [ -d "$wheels" ] || give_up "--wheels $wheels: is no folder."
    [ -z "$wheels" ] || wheels=$(cd "$wheels" && pwd)
    [ -z "$model" ] || [ -s "$model" ] || give_up "--model $model: is no file with anything in it."
    [ $purge = 0 ] || [ $goal = remove_station ] || give_up "--purge goes with --uninstall."
    [ -z "$join" ] || [ $start = 1 ] || give_up "--join needs the uplink to run: not with --no-start."
    check_addresses "${allow[@]}"
}

check_processor() { # station/vision/processor.py says the same, and why
    if [ "$(uname -m)" = aarch64 ] && grep -q '^Features' /proc/cpuinfo &&
        ! grep -qw atomics /proc/cpuinfo; then
        give_up "this processor lacks instructions that the pose model's library needs (ARMv8.1" \
            "atomics): a Raspberry Pi 5 has them, a Raspberry Pi 4 has not."
    fi
    if [ "$(uname -m)" = x86_64 ] && grep -q '^flags' /proc/cpuinfo &&
        ! grep -qw avx /proc/cpuinfo; then
        give_up "this processor lacks instructions that the pose model's library needs (AVX): many" \
            "an Atom, Celeron or Pentium has not got them, a Core i3, i5 or Ryzen has."
    fi
}

users_and_folders() {
    step "users and folders"
    group hinge
    user hinge-kiosk hinge $DATA video render audio input
    user hinge-uplink hinge /nonexistent
    folder $ETC 750 root:hinge
    # The set-group bit: what either program makes there, the other can use.
    folder $DATA 2770 hinge-kiosk:hinge
}

first_settings() {
    cat <<END
# Settings of this station. Every key that may stand here, with its default:
#   $OPT/current/lib/python3.*/site-packages/station/_shipped/config/station.toml
# After a change: sudo station config check $SETTINGS && sudo systemctl restart hinge-kiosk hinge-uplink

[station]
data_dir = "$DATA"

[camera]
source = "auto"

[screen]
fullscreen = true

[staff]
# \`sudo station pin $DATA/pin\` writes it; until then the staff's menu stays shut.
pin_file = "$DATA/pin"
END
}

settings() {
    step "settings"
    if [ ! -e $SETTINGS ]; then first_settings | put $SETTINGS 640 root:hinge; fi
    draft_settings
    if [ -n "$source_" ]; then set_in "$draft" camera source "\"$source_\""; fi
    if [ -n "$panel" ]; then set_in "$draft" screen panel_mm "$panel"; fi
    if [ -n "$language" ]; then set_in "$draft" station language "\"$language\""; fi
    if [ -n "$gym" ]; then set_in "$draft" station gym "\"$gym\""; fi
    if [ -n "$id" ]; then set_in "$draft" station id "\"$id\""; fi
    take_draft
}

pose_model() {
    step "pose model"
    local there found
    folder $DATA/models 2755 root:hinge
    there=$DATA/models/pose_landmarker_full.task
    if [ -n "$model" ]; then
        found=$model
    elif [ ! -e "$there" ]; then
        # Whoever tried the program on this machine before has it already.
        found=$(find_model_of_a_person)
    fi
    if [ -n "${found:-}" ]; then
        say "taking the pose model from $found"
        run install -m 644 -o root -g hinge "$found" "$there"
    fi
    if [ -n "$wheels" ]; then export PIP_NO_INDEX=1 PIP_FIND_LINKS="$wheels"; fi
    run "$VERSIONS/$version/bin/station" models --config $SETTINGS ||
        give_up "the pose model is missing (above is why). Take it from a machine that has it:" \
            "--model pose_landmarker_full.task"
    unset PIP_NO_INDEX PIP_FIND_LINKS
}

leave_the_hub_its_version() { # version: on a machine that is both, the other installer changes it
    if is_here hub && [ "$(current_version)" != "$1" ]; then
        give_up "this machine is the gym's server as well, and its store and broker go with the" \
            "version: use install-hub.sh, which brings both programs to it (or --back)."
    fi
}

find_model_of_a_person() {
    local home
    for home in ~ "$(getent passwd "${SUDO_USER:-root}" | cut -d : -f 6)"; do
        if [ -s "$home/.local/state/hinge-station/models/pose_landmarker_full.task" ]; then
            echo "$home/.local/state/hinge-station/models/pose_landmarker_full.task"
            return
        fi
    done
}

join_the_gym() {
    if [ -z "$join" ]; then return; fi
    step "joining the gym at $join"
    run "$COMMAND" join "$join" || give_up "not joined (above is why). Try again: sudo station join $join"
    # The screen says the name as well.
    run systemctl restart hinge-uplink.service hinge-kiosk.service
}

closing_words() {
    echo
    if [ $dry = 1 ]; then
        say "that would be all; nothing was changed."
        return
    fi
    say "this machine is a station, version $version."
    if [ ! -e $DATA/joined.toml ] && [ -z "$(settings_value broker host)" ]; then
        say "it has not joined a gym yet: sudo station join http://HUB:8080"
    fi
    say "what it has to say of itself: sudo station doctor; its log: sudo journalctl -u hinge-kiosk"
}

install_station() {
    check_machine
    check_processor
    system_packages
    users_and_folders
    step "version"
    version=$(version_of_this)
    leave_the_hub_its_version "$version"
    build_version "$version"
    settings
    pose_model
    step "screen, touch and machine"
    write_down_before
    lay_screen
    lay_machine
    lay_addresses hinge-uplink.service "${allow[@]}"
    take_the_screen
    switch_and_bring_up "$version"
    prune_versions
    join_the_gym
    closing_words
}

go_back() {
    local to
    to=$(previous_version)
    if [ -z "$to" ] || [ ! -e "$VERSIONS/$to/.complete" ]; then
        give_up "there is no version to go back to."
    fi
    "$VERSIONS/$to/bin/station" config check $SETTINGS ||
        give_up "version $to does not take $SETTINGS (above is why); nothing was switched."
    leave_the_hub_its_version "$to"
    switch_and_bring_up "$to"
}

remove_station() {
    nothing_is_mounted
    step "removing the station"
    stop_units "${STATION_UNITS[@]}"
    take_away "${STATION_UNITS[@]/#/$UNITS/}" $UNITS/hinge-kiosk.service.d $UNITS/hinge-uplink.service.d
    give_the_screen_back
    remove_machine
    forget_before
    remove_versions
    if systemd_runs; then run systemctl daemon-reload; fi
    if [ $purge = 1 ]; then
        take_away $ETC $DATA
        local one
        for one in hinge-kiosk hinge-uplink; do
            if getent passwd $one >/dev/null; then run userdel $one; fi
        done
        if getent group hinge >/dev/null; then run groupdel hinge; fi
        say "removed, with settings and recorded sets."
    else
        say "removed. Settings ($ETC) and what was recorded ($DATA) are kept; --purge removes them."
    fi
}

check_arguments
needs_root
one_at_a_time
$goal
