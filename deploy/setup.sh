#!/usr/bin/env bash
# Makes a checkout able to run (`setup.sh run`) or to be tested (`setup.sh test`).
#
# In order: the system's libraries and programs, the charts of the staff's pages, .venv with the
# hash-locked Python packages, the pose model. Every step looks first and does nothing when its work is there, so this is quick the
# second time and can be interrupted anywhere.
#
# Exit 0: ready. Exit 2: something required is missing; the last lines say what to do.
# PYTHON=/path/to/python3.12 chooses the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
venv=$root/.venv
# shellcheck source=install/charts.sh
. "$root/deploy/install/charts.sh"

say() { echo "set-up: $*"; }
give_up() {
    echo "set-up: $*" >&2
    exit 2
}

case ${1:-} in
run) lock=requirements.lock ;;
test) lock=requirements-dev.lock ;;
*) give_up "say 'setup.sh run' or 'setup.sh test'." ;;
esac
goal=$1

# Two set-ups at once (make run beside make test) take turns.
if command -v flock >/dev/null; then
    exec 9<"$root/deploy/setup.sh"
    flock 9
fi

# ---------------------------------------------------------------- which Python
in_range() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && in_range "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

python=$(find_python)
[ -n "$python" ] || give_up "Python 3.11, 3.12 or 3.13 is needed and none was found (python3 is" \
    "$(python3 --version 2>&1 || true)). On Debian 12 or 13: apt-get install python3"

# ---------------------------------------------------------------- what the system must have
# Each need: how to see that it is there | Debian package (several names: the first one apt knows)
libraries_to_run=(
    "library libGL.so.1|libgl1"
    "library libEGL.so.1|libegl1"
    "library libGLESv2.so.2|libgles2"
    "library libgthread-2.0.so.0|libglib2.0-0t64 libglib2.0-0"
)
programs_to_test=(
    "program Xvfb|xvfb"
    "program xdotool|xdotool"
    "program mosquitto|mosquitto"
    "program openssl|openssl"
    "program chromium chromium-browser|chromium chromium-browser"
    "program strace|strace"
    "postgresql_server|postgresql"
    "program import|imagemagick"
    "program shellcheck|shellcheck"
    "program systemd-analyze|systemd"
    "program sfdisk|fdisk"
    "program mkfs.ext4|e2fsprogs"
)

# Administrators' programs (mosquitto, ldconfig) are not on every user's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
libraries_here=$(ldconfig -p 2>/dev/null || true)

library() { [[ $libraries_here == *"$1"* ]]; }
program() {
    local name
    for name in "$@"; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}
postgresql_server() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
software_drawing() { compgen -G '/usr/lib/*/dri/*_dri.so' >/dev/null; }
makes_venvs() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

missing() { # of the needs given, those not there
    local need
    for need in "$@"; do
        # Unquoted on purpose: a need is a command with its arguments.
        # shellcheck disable=SC2086
        ${need%%|*} || echo "$need"
    done
}

required=("makes_venvs|python3-venv" "${libraries_to_run[@]}")
# Without libmtdev Kivy works, but fills the log with a trace of not finding it.
wanted=("software_drawing|libgl1-mesa-dri" "library libmtdev.so.1|libmtdev1t64 libmtdev1")
charts_are_here "$root" "$goal" || wanted+=("program npm|npm")
if [ "$goal" = test ]; then
    wanted+=("${programs_to_test[@]}")
fi

package_for() { # the first name of a need's package that apt knows, else the last name
    local name names=${1#*|}
    for name in $names; do
        if apt-cache show "$name" >/dev/null 2>&1; then break; fi
    done
    echo "$name"
}

names() { # the packages of the needs given
    local need all=()
    for need in "$@"; do all+=("$(package_for "$need")"); done
    echo "${all[*]}"
}

as_admin() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Debian starts a broker, and a database, as a system service the moment its package is installed.
# The tests start their own, so each is left neither running nor set to start with the machine.
without_starting_services() {
    local policy=/usr/sbin/policy-rc.d
    if [ -e $policy ]; then
        "$@"
        return
    fi
    trap 'as_admin rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_admin tee $policy >/dev/null
    as_admin chmod 755 $policy
    local code=0
    "$@" || code=$?
    as_admin rm -f $policy
    trap - EXIT
    return $code
}

install_packages() {
    local log had_broker=1 had_database=1
    log=$(mktemp)
    program mosquitto || had_broker=0
    postgresql_server || had_database=0
    if without_starting_services as_admin env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" \
        >"$log" 2>&1; then
        if [ $had_broker = 0 ] && program mosquitto && program systemctl; then
            as_admin systemctl disable --quiet mosquitto.service 2>/dev/null || true
        fi
        if [ $had_database = 0 ] && postgresql_server && program systemctl; then
            as_admin systemctl disable --quiet postgresql.service 2>/dev/null || true
        fi
    else
        tail -n 5 "$log" >&2
    fi
    rm -f "$log"
    hash -r
    libraries_here=$(ldconfig -p 2>/dev/null || true)
}

mapfile -t lacking < <(missing "${required[@]}")
mapfile -t lacking_wanted < <(missing "${wanted[@]}")
if [ $((${#lacking[@]} + ${#lacking_wanted[@]})) -gt 0 ] && program apt-get &&
    as_admin true 2>/dev/null; then
    say "reading the list of system packages"
    as_admin apt-get -qq update || say "that failed; trying with the list this machine has."
    # Two calls, so that nothing wanted can get in the way of what is required.
    for group in required wanted; do
        declare -n needs=$group
        mapfile -t lacking < <(missing "${needs[@]}")
        if [ ${#lacking[@]} -gt 0 ]; then
            packages=$(names "${lacking[@]}")
            say "installing system packages: $packages"
            # shellcheck disable=SC2086
            install_packages $packages
        fi
    done
fi

mapfile -t lacking < <(missing "${wanted[@]}")
if [ ${#lacking[@]} -gt 0 ]; then
    packages=$(names "${lacking[@]}")
    say "missing, and going on without: $packages"
    say "an administrator can add it: sudo apt-get install $packages"
    if [ "$goal" = test ]; then say "the tests that use it will fail."; fi
fi
mapfile -t lacking < <(missing "${required[@]}")
if [ ${#lacking[@]} -gt 0 ]; then
    packages=$(names "${lacking[@]}")
    give_up "missing and needed: $packages. An administrator can add it: sudo apt-get install" \
        "$packages"
fi

# ---------------------------------------------------------------- the charts
if ! charts_are_here "$root" "$goal" && program npm; then
    say "fetching the charts"
    fetch_charts "$root" "$goal" ||
        say "that failed (above is why); the staff's pages go on with their tables."
fi

# ---------------------------------------------------------------- .venv
# The venv holds its own path, so a checkout that was moved or copied needs a new one.
venv_is_sound() {
    grep -aqsF "$venv/bin/python" "$venv/bin/pip" && in_range "$venv/bin/python" &&
        "$venv/bin/python" -c 'import pip' 2>/dev/null
}

fingerprint() { # of everything the installed packages follow from
    cat "$1" pyproject.toml deploy/setup.sh | sha256sum | cut -d ' ' -f 1
}

installed() { # are this lock's packages in the venv?
    [ "$(cat "$venv/installed-$1" 2>/dev/null)" = "$(fingerprint "$1")" ]
}

pip() {
    local quiet=--quiet
    if [ -t 1 ]; then quiet=; fi # a terminal gets the progress bar
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input $quiet "$@" ||
        give_up "installing the Python packages failed (above is why); is the package index" \
            "reachable? Nothing is lost: the same command goes on from here."
}

if ! venv_is_sound; then
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear "$venv" || give_up "making .venv failed; apt-get install python3-venv"
fi
# The test packages hold all that running needs, in the same versions.
if ! installed "$lock" && ! { [ "$goal" = run ] && installed requirements-dev.lock; }; then
    say "installing Python packages (the first time about 200 MB)"
    rm -f "$venv"/installed-*
    pip install --require-hashes --only-binary :all: -r "$lock"
    pip install --no-index --no-deps --no-build-isolation --editable .
    fingerprint "$lock" >"$venv/installed-$lock"
fi

# ---------------------------------------------------------------- the pose model
"$venv/bin/station" models || give_up "the pose model is missing (above is why)."
