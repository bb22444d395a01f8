#!/usr/bin/env bash
# Makes this machine the gym's server: the broker, the store and the staff's page.
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
# shellcheck source=install/screen.sh
. "$checkout/deploy/install/screen.sh"
# shellcheck source=install/charts.sh
. "$checkout/deploy/install/charts.sh"
# shellcheck source=install/addresses.sh
. "$checkout/deploy/install/addresses.sh"

usage() {
    cat <<'END'
install-hub.sh [OPTION…] [NAME…]      run it as root, from a checkout, on Debian 12 or 13

Makes this machine the gym's server: mosquitto as the broker that stations reach by TLS, the store,
and the staff's page. NAME: each name and address that stations reach this machine by, the one to
tell people first; without any, those of the last time, else this machine's own. Run it again
whenever you like: what is there is left alone, what an interruption left undone goes on, and from a
newer checkout it installs that beside the version in use, switches to it, and switches back if it
does not come up and stay up.

What it does
  --dry-run            say each step, change nothing
  --uninstall          remove programs and units; keep settings, users, accounts and the store
  --purge              with --uninstall: remove those as well
  --back               switch to the version before this one
  --no-start           enable the units, but leave starting them to the next boot
  --settle SECONDS     how long they must stay up before a new version counts as good (default 30)

The server (each is kept in /etc/hinge-hub/hub.toml; left out = as it was)
  --bind ADDRESS       where the staff's page is served (default 0.0.0.0: all of this machine)
  --port N             its port (default 8080)
  --tls-certificate F  its own certificate and
  --tls-key F          key, PEM: with both the page is HTTPS; copied to /etc/hinge-hub. Give both
                       again when they are renewed
  --stations-host NAME where stations find the broker, if not where they reach this page
  --stations-port N    the broker's port for them, TLS (default 8883)
  --hub-port N         the broker's port for the hub, on this machine only (default 1883)
  --allow ADDRESS      an address or network that is not a private one and may use page and broker
                       (repeatable; replaces those of the last time; --allow none removes them)
  --take-broker        this machine's mosquitto serves something else: have it serve the gym instead

Where things come from
  --wheels FOLDER      take Python packages from FOLDER and from nowhere else; the program too, if a
                       hinge_station-*.whl is there. `pip download -r requirements.lock` fills one
  PYTHON=/path         the interpreter, else the system's python3

Exit 0: done. 1: the new version did not come up and the one before runs again. 2: something is
missing or wrong, said in one sentence; the same command goes on from there.
END
}

role=hub
ETC=/etc/hinge-hub
DATA=/var/lib/hinge-hub
BROKER=$DATA/broker
SETTINGS=$ETC/hub.toml
SETTLE_S=30
ROOM_MB=1500
start=1 goal=install_hub purge=0 take_broker=0
wheels='' bind='' port='' certificate='' key='' stations_host='' stations_port='' hub_port=''
allow=() names=()

declare -A takes=( # option → what its value goes to
    [--settle]=SETTLE_S [--bind]=bind [--port]=port [--tls-certificate]=certificate
    [--tls-key]=key [--stations-host]=stations_host [--stations-port]=stations_port
    [--hub-port]=hub_port [--wheels]=wheels
)
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --dry-run) dry=1 ;;
    --uninstall) goal=remove_hub ;;
    --back) goal=go_back ;;
    --purge) purge=1 ;;
    --no-start) start=0 ;;
    --take-broker) take_broker=1 ;;
    --allow)
        one=$(value_of "$@")
        allow+=("$one")
        shift
        ;;
    -*)
        [ -n "${takes[$1]:-}" ] || give_up "there is no '$1'; --help lists what there is."
        one=$(value_of "$@")
        printf -v "${takes[$1]}" '%s' "$one"
        shift
        ;;
    *) names+=("$1") ;;
    esac
    shift
done

check_port() { # option, value
    [ -z "$2" ] || { [[ $2 =~ ^[0-9]{1,5}$ ]] && [ "$2" -ge 1024 ] && [ "$2" -le 65535 ]; } ||
        give_up "$1 $2: a port from 1024 to 65535."
}

check_arguments() { # all of them, before anything is changed
    local name
    [[ $SETTLE_S =~ ^[0-9]{1,4}$ ]] || give_up "--settle $SETTLE_S: seconds, a whole number."
    check_port --port "$port"
    check_port --stations-port "$stations_port"
    check_port --hub-port "$hub_port"
    [[ ${bind:-0} =~ ^[0-9a-fA-F.:]+$ ]] || give_up "--bind $bind: must be an address."
    for name in "${names[@]}" ${stations_host:+"$stations_host"}; do
        [[ $name =~ ^[A-Za-z0-9.:-]+$ ]] || give_up "'$name' is no name and no address."
    done
    [ -z "$certificate$key" ] || { [ -n "$certificate" ] && [ -n "$key" ]; } ||
        give_up "--tls-certificate and --tls-key are given together, or neither of them."
    for name in ${certificate:+"$certificate"} ${key:+"$key"}; do
        [ -s "$name" ] || give_up "$name: is no file with anything in it."
    done
    [ -z "$wheels" ] || [ -d "$wheels" ] || give_up "--wheels $wheels: is no folder."
    [ -z "$wheels" ] || wheels=$(cd "$wheels" && pwd)
    [ $purge = 0 ] || [ $goal = remove_hub ] || give_up "--purge goes with --uninstall."
    check_addresses "${allow[@]}"
}

check_certificate() { # that the pair is one, before the page is to start with it
    if [ -z "$certificate" ] || ! command -v openssl >/dev/null; then return; fi
    local of_certificate of_key
    of_certificate=$(openssl x509 -in "$certificate" -noout -pubkey 2>/dev/null || true)
    of_key=$(openssl pkey -in "$key" -pubout -passin pass: 2>/dev/null || true)
    [ -n "$of_certificate" ] || give_up "$certificate is no certificate (PEM)."
    [ -n "$of_key" ] || give_up "$key is no key (PEM, without a password)."
    [ "$of_certificate" = "$of_key" ] || give_up "$key is not the key of $certificate."
}

broker_is_free() { # a mosquitto that already serves this machine's owner is not taken from them
    if [ -e "$UNITS/$BROKER_DROP_IN" ] || [ $take_broker = 1 ]; then return; fi
    if compgen -G '/etc/mosquitto/conf.d/*.conf' >/dev/null; then
        give_up "this machine's mosquitto already serves something (/etc/mosquitto/conf.d)." \
            "Use another machine, or let the gym have it: --take-broker"
    fi
}

users_and_folders() {
    step "users and folders"
    group hinge-hub
    user hinge-hub hinge-hub $DATA
    folder $ETC 750 root:hinge-hub
    folder $DATA 700 hinge-hub:hinge-hub
}

charts() { # into the checkout, before the wheel is built from it
    if [ ! -d "$checkout/station" ] || [ -n "$(our_wheel)" ] || charts_are_here "$checkout" run; then
        return
    fi
    step "charts of the staff's pages"
    if ! command -v npm >/dev/null && ! (packages npm); then
        say "the pages go on with their tables."
        return
    fi
    if [ "$dry" = 1 ]; then
        echo "   would fetch: the charts that deploy/web/package-lock.json names, by npm"
    else
        fetch_charts "$checkout" run ||
            say "that failed (above is why); the pages go on with their tables."
    fi
}

broker() {
    step "broker"
    set_up_broker "$VERSIONS/$version/deploy" "${names[@]}" ||
        give_up "the broker was not set up (above is why)."
}

listening() { # of the broker's two ports the one whose line ends so, or what it will be
    local found
    found=$(sed -n "s/^listener \([0-9]*\)$1\$/\1/p" $BROKER/mosquitto.conf 2>/dev/null || true)
    echo "${found:-$2}"
}

first_settings() {
    cat <<END
# Settings of the gym's server. Every key that may stand here, with its default:
#   $OPT/current/lib/python3.*/site-packages/station/_shipped/config/station.toml
# After a change: sudo station config check $SETTINGS && sudo systemctl restart hinge-hub

[station]
data_dir = "$DATA"

[broker]
host = "127.0.0.1"
port = 1883
username = "hub"
password_file = "$BROKER/hub-password"

[hub]
bind = "0.0.0.0"
broker_dir = "$BROKER"
END
}

settings() {
    step "settings"
    if [ ! -e $SETTINGS ]; then first_settings | put $SETTINGS 640 root:hinge-hub; fi
    draft_settings
    set_in "$draft" broker port "$(listening ' 127\.0\.0\.1' "${hub_port:-1883}")"
    set_in "$draft" hub stations_port "$(listening '' "${stations_port:-8883}")"
    if [ -n "$bind" ]; then set_in "$draft" hub bind "\"$bind\""; fi
    if [ -n "$port" ]; then set_in "$draft" hub port "$port"; fi
    if [ -n "$stations_host" ]; then set_in "$draft" hub stations_host "\"$stations_host\""; fi
    if [ -n "$certificate" ]; then
        put $ETC/page.pem 640 root:hinge-hub <"$certificate"
        put $ETC/page.key 640 root:hinge-hub <"$key"
        set_in "$draft" hub tls_key "\"$ETC/page.key\""
        set_in "$draft" hub tls_certificate "\"$ETC/page.pem\""
    fi
    take_draft
    if is_here station; then
        run "$VERSIONS/$version/bin/station" config check /etc/hinge-station/station.toml ||
            give_up "this machine is a station as well, and version $version does not take its" \
                "settings (above is why); nothing was switched."
    fi
}

closing_words() {
    local where
    echo
    if [ $dry = 1 ]; then
        say "that would be all; nothing was changed."
        return
    fi
    where=$(head -n 1 $BROKER/broker.names 2>/dev/null || hostname)
    say "this machine is the gym's server, version $version."
    say "the staff's page: $(page_scheme)://$where:$(page_port)/"
    say "no account yet? The code that makes the first one is in the hub's log:"
    echo "    sudo journalctl -u hinge-hub | grep 'Set-up code' | tail -n 1"
    say "then, for each station: sudo station hub join-code NAME; those that joined: sudo station hub stations"
    say "open in a firewall, towards the gym's network only: TCP $(page_port), $(listening '' 8883)."
}

page_scheme() { if grep -q '^tls_certificate = ' $SETTINGS; then echo https; else echo http; fi; }
page_port() { sed -n '/^\[hub\]/,/^\[/s/^port = //p' $SETTINGS | grep . || echo 8080; }

install_hub() {
    check_machine
    check_certificate
    broker_is_free
    system_packages
    users_and_folders
    charts
    step "version"
    version=$(version_of_this)
    build_version "$version"
    forget_old_copies
    broker
    settings
    lay_addresses hinge-hub.service "${allow[@]}"
    lay_addresses mosquitto.service "${allow[@]}"
    keep_the_store
    switch_and_bring_up "$version"
    prune_versions
    forget_old_copies
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
    check_way_back "$to"
    switch_and_bring_up "$to"
}

remove_hub() {
    nothing_is_mounted
    step "removing the gym's server"
    stop_units hinge-hub.service hinge-certificates.timer
    take_away "${HUB_UNITS[@]/#/$UNITS/}" $UNITS/hinge-hub.service.d
    if [ -e $UNITS/$BROKER_DROP_IN ]; then
        take_away $UNITS/$BROKER_DROP_IN $UNITS/mosquitto.service.d/60-addresses.conf
        run rmdir --ignore-fail-on-non-empty $UNITS/mosquitto.service.d
        if systemd_runs; then run systemctl daemon-reload; fi
        # With Debian's own configuration it would serve this machine, which nobody asked for.
        run systemctl --quiet disable mosquitto.service || true
        if systemd_runs; then run systemctl --quiet stop mosquitto.service || true; fi
    fi
    remove_versions
    if [ $purge = 1 ]; then
        take_away $ETC $DATA
        if getent passwd hinge-hub >/dev/null; then run userdel hinge-hub; fi
        if getent group hinge-hub >/dev/null; then run groupdel hinge-hub; fi
        say "removed, with settings, accounts, stations' passwords and the store."
    else
        say "removed. Settings ($ETC), accounts and the store ($DATA) are kept; --purge removes them."
    fi
}

check_arguments
needs_root
one_at_a_time
$goal
