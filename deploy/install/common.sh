# shellcheck shell=bash
# What install-station.sh and install-hub.sh share: speaking, doing or only saying it, files,
# system packages, users. Sourced; `checkout` is the folder that holds deploy/.
# shellcheck disable=SC2034,SC2154

OPT=/opt/hinge-station
UNITS=/etc/systemd/system
dry=0

# Administrators' programs are not on every PATH that sudo or a chroot leaves.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Error messages are matched and shown; dates and lists must not depend on a language.
export LC_ALL=C.UTF-8

me=$(basename "$0" .sh)
say() { echo "$me: $*"; }
give_up() { # the input or the machine will not do: nothing more is tried
    echo "$me: $*" >&2
    exit 2
}
run_quietly() { # file for what it says, a command that changes something
    if [ "$dry" = 1 ]; then
        run "${@:2}"
    else
        "${@:2}" >"$1" 2>&1 || { tail -n 8 "$1" >&2 && return 1; }
    fi
}
step() { echo "== $*"; }

temporary=()
trap 'rm -rf "${temporary[@]}"' EXIT

run() { # a command that changes something
    if [ "$dry" = 1 ]; then
        echo "   would run: $*"
    else
        "$@"
    fi
}

value_of() { # option, its value or none: the value
    [ $# -ge 2 ] || give_up "$1 needs a value; --help says which."
    [[ -n $2 && $2 != --* ]] || give_up "$1 needs a value, not '$2'; --help says which."
    printf '%s' "$2"
}

needs_root() {
    if [ "$(id -u)" = 0 ]; then
        root_can_be_written
        return
    fi
    if [ "$dry" = 1 ]; then
        say "not run as root: what only root may look at is taken for not there."
        return
    fi
    give_up "this changes the system, so run it as root: sudo $0"
}

nothing_is_mounted() { # where --purge is to remove, read-only.sh may have put the data partition
    if [ "$purge" = 1 ] && { [ -e /etc/hinge-station/read-only.record ] || mountpoint -q "$DATA"; }; then
        give_up "root is set up to be read-only, with the data on a partition of its own: first" \
            "sudo $checkout/deploy/storage/read-only.sh off"
    fi
}

root_can_be_written() { # deploy/storage/read-only.sh may have been here
    if [ "$dry" = 1 ] || [[ ,$(findmnt -nro OPTIONS / 2>/dev/null | tail -n 1), != *,ro,* ]]; then return; fi
    give_up "root is read-only on this machine; put this in front:" \
        "sudo $checkout/deploy/storage/read-only.sh write"
}

one_at_a_time() { # two installers at once would build into the same folder
    if [ "$dry" = 1 ]; then return; fi
    mkdir -p /run/lock
    exec 8>/run/lock/hinge-install
    flock -n 8 || give_up "another installation is under way on this machine; wait for its end."
}

check_machine() {
    local id='' version=''
    if [ -r /etc/os-release ]; then
        # shellcheck source=/dev/null
        id=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
        # shellcheck source=/dev/null
        version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    fi
    [[ " $id " == *" debian "* ]] ||
        give_up "this is made for Debian 12 and 13 and Raspberry Pi OS; /etc/os-release says '$id'."
    [[ $version == 12 || $version == 13 ]] ||
        say "made for Debian 12 and 13; this is ${version:-no numbered release}. Trying."
    case $(uname -m) in
    x86_64 | aarch64) ;;
    *) give_up "a 64-bit system is needed (x86_64 or aarch64), and this is $(uname -m)." ;;
    esac
}

# shellcheck source=/dev/null
debian_release() { (. /etc/os-release 2>/dev/null && echo "${VERSION_ID:-}"); }
systemd_runs() { [ -d /run/systemd/system ]; }
systemd_version() { systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p'; }

# ---------------------------------------------------------------- files
put() { # path, mode, owner:group; the content comes from stdin. Tells in $put_changed.
    local path=$1 mode=$2 owner=$3 part
    put_changed=0
    part=$(mktemp)
    cat >"$part"
    if cmp -s "$part" "$path" && [ "$(stat -c %a "$path")" = "${mode#0}" ]; then
        rm -f "$part"
        return
    fi
    put_changed=1
    if [ "$dry" = 1 ]; then
        echo "   would write: $path"
        rm -f "$part"
        return
    fi
    mkdir -p "${path%/*}"
    chmod "$mode" "$part"
    chown "$owner" "$part"
    # A power cut leaves the old file or the new one.
    mv "$part" "$path.new"
    sync "$path.new"
    mv "$path.new" "$path"
    say "wrote $path"
}

folder() { # path, mode, owner:group
    if [ -d "$1" ] && [ "$(stat -c '%a %U:%G' "$1")" = "${2#0} $3" ]; then return; fi
    run mkdir -p "$1"
    run chown "$3" "$1"
    run chmod "$2" "$1"
}

take_away() { # files and folders of ours
    local path
    for path in "$@"; do
        if [ -e "$path" ] || [ -L "$path" ]; then run rm -rf "$path"; fi
    done
}

set_in() { # settings file or draft, section, key, value as TOML
    if [ "$dry" = 1 ]; then
        echo "   would set in $1: [$2] $3 = $4"
    else
        python3 "$checkout/deploy/install/set_in.py" "$@"
    fi
}

draft_settings() { # a copy to change, in $draft: what is refused never gets into the settings
    draft=$SETTINGS
    if [ "$dry" = 1 ]; then return; fi
    draft=${SETTINGS%.toml}.draft.toml
    temporary+=("$draft")
    cp -p "$SETTINGS" "$draft"
}

take_draft() { # once $version, which is not switched to yet, takes it
    run "$VERSIONS/$version/bin/station" config check "$draft" ||
        give_up "version $version does not take these settings (above is why); $SETTINGS is as it" \
            "was, and nothing was switched."
    if [ "$dry" = 1 ]; then return; fi
    if cmp -s "$draft" "$SETTINGS"; then
        rm -f "$draft"
    else
        sync "$draft"
        mv "$draft" "$SETTINGS"
    fi
}

settings_value() { # section, key, file or this program's own: what it says, or nothing
    [ -r "${3:-$SETTINGS}" ] || return 0
    python3 - "${3:-$SETTINGS}" "$1" "$2" <<'END' 2>/dev/null || true
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    print(tomllib.load(file).get(sys.argv[2], {}).get(sys.argv[3], ""))
END
}

# ---------------------------------------------------------------- system packages
is_installed() { # any of the packages named
    local name
    for name in "$@"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ]; then
            return 0
        fi
    done
    return 1
}

package_for() { # of several names the first that apt knows, else the last
    local name
    for name in "$@"; do
        if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    done
    echo "$name"
}

packages() { # each argument is a package, or several names of one; absent ones are installed
    local need absent=() chosen=()
    for need in "$@"; do
        # shellcheck disable=SC2086
        is_installed $need || absent+=("$need")
    done
    if [ ${#absent[@]} = 0 ]; then
        say "all system packages are there."
        return
    fi
    if [ "$dry" = 0 ]; then
        apt-get -qq -o DPkg::Lock::Timeout=300 update >/dev/null ||
            say "reading the list of packages failed; trying with the list this machine has."
    fi
    for need in "${absent[@]}"; do
        # shellcheck disable=SC2086
        chosen+=("$(package_for $need)")
    done
    say "missing system packages: ${chosen[*]}"
    without_starting_services
    # (Nothing that a package starts is to hold the lock of this installation.)
    local code=0 log
    log=$(mktemp)
    temporary+=("$log")
    # What an interruption left half installed is finished first.
    run_quietly "$log" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a 8>&- || true
    run_quietly "$log" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
        -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${chosen[@]}" 8>&- || code=$?
    if [ $policy_made = 1 ]; then rm -f $POLICY; fi
    [ $code = 0 ] || give_up "these packages could not be installed (above is why): ${chosen[*]}." \
        "Nothing is lost: the same command goes on from here."
}

# Debian starts a broker the moment its package is installed, with a configuration of its own and on
# a port that ours may need; in a chroot even one for the machine around it.
POLICY=/usr/sbin/policy-rc.d
policy_made=0
without_starting_services() {
    if [ "$dry" = 1 ] || { [ -e $POLICY ] && ! grep -q hinge $POLICY; }; then return; fi
    temporary+=("$POLICY")
    policy_made=1
    # Named, so that one that a power cut left behind is known as ours.
    printf '#!/bin/sh\n# while hinge-station is installed\nexit 101\n' >$POLICY
    chmod 755 $POLICY
}

# ---------------------------------------------------------------- users
group() {
    getent group "$1" >/dev/null || run groupadd --system "$1"
}

user() { # name, group, home, further groups that exist
    local further=() one
    for one in "${@:4}"; do
        if getent group "$one" >/dev/null; then further+=("$one"); fi
    done
    if ! getent passwd "$1" >/dev/null; then
        run useradd --system --gid "$2" --home-dir "$3" --no-create-home \
            --shell /usr/sbin/nologin "$1"
    fi
    for one in "${further[@]}"; do
        if ! id -nG "$1" 2>/dev/null | grep -qw "$one"; then run usermod --append --groups "$one" "$1"; fi
    done
}
