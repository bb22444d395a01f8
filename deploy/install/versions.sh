# shellcheck shell=bash
# A version of the programs: built in a folder of its own beside the others, then switched to.
#   versions/VERSION/   the Python environment, and deploy/ with what belongs to this version
#   current, previous   links to two of them
# shellcheck disable=SC2153,SC2154

VERSIONS=$OPT/versions

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && "$candidate" -c \
            'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    if [ "$dry" = 1 ]; then # it would have been installed by now
        echo python3
        return
    fi
    give_up "Python 3.11, 3.12 or 3.13 is needed and none was found (python3 is" \
        "$(python3 --version 2>&1 || true))."
}

our_wheel() { # the wheel of this program in --wheels, if there is one
    if [ -n "${wheels:-}" ]; then
        find "$wheels" -maxdepth 1 -name 'hinge_station-*.whl' | sort -V | tail -n 1
    fi
}

declared_version() { sed -n 's/^version = "\(.*\)"$/\1/p' "$checkout/pyproject.toml" | head -n 1; }

version_of_this() { # what is installed follows from these files alone, so they name it
    local wheel declared
    if [ "${checkout%/*}" = "$VERSIONS" ]; then # the installer that a version brought with it
        basename "$checkout"
        return
    fi
    wheel=$(our_wheel)
    if [ -n "$wheel" ]; then
        declared=${wheel##*/hinge_station-}
        declared=${declared%%-*}
    else
        [ -d "$checkout/station" ] || give_up "$checkout holds no station/ to build from;" \
            "name a folder with its wheel: --wheels FOLDER"
        declared=$(declared_version)
    fi
    local folders=()
    local name
    for name in deploy requirements.lock pyproject.toml station kv config; do
        case $name in station | kv | config) if [ -n "$wheel" ]; then continue; fi ;; esac
        if [ -e "$checkout/$name" ]; then folders+=("$name"); fi
    done
    {
        echo "$(find_python) $("$(find_python)" --version 2>&1 || true)"
        if [ -n "$wheel" ]; then sha256sum <"$wheel"; fi
        cd "$checkout" || exit
        find "${folders[@]}" -type f ! -path '*/__pycache__/*' ! -path '*/node_modules/*' \
            ! -path '*/pictures/*' ! -path '*/grafana/*' ! -name '*.md' -print0 |
            sort -z | xargs -0 sha256sum
    } | sha256sum | sed "s/^\(.\{10\}\).*/$declared-\1/"
}

room_for_a_version() {
    local there=$OPT free
    while [ ! -d "$there" ]; do there=$(dirname "$there"); done
    free=$(df --output=avail -m "$there" | tail -n 1 | tr -d ' ')
    [ "$free" -ge "$ROOM_MB" ] || give_up "$there has $free MB free and a version needs $ROOM_MB MB" \
        "while it is built. Make room, then give the same command again."
}

pip_of() { # environment, folder of wheels to take all from or none, arguments
    local environment=$1 quiet=--quiet offline=()
    if [ -n "$2" ]; then offline=(env PIP_NO_INDEX=1 "PIP_FIND_LINKS=$2"); fi
    if [ -t 1 ]; then quiet=; fi
    "${offline[@]}" "$environment/bin/python" -m pip --disable-pip-version-check --no-input \
        --no-cache-dir $quiet "${@:3}"
}

# The wheels are kept, so that a version with the same lock needs no network.
install_locked() { # environment
    local lock=$checkout/requirements.lock store=${wheels:-$OPT/wheels}
    local exactly=(--require-hashes --only-binary :all: -r "$lock")
    say "installing the locked Python packages"
    if [ -z "${wheels:-}" ]; then
        mkdir -p "$store"
        if pip_of "$1" "$store" install "${exactly[@]}" >/dev/null 2>&1; then return; fi
        say "fetching those that are not here yet (the first time about 200 MB)"
        pip_of "$1" '' download --no-deps --dest "$store" "${exactly[@]}" ||
            give_up "fetching the Python packages failed (above is why). Nothing in use was" \
                "touched, and nothing is lost: the same command goes on from here."
    fi
    pip_of "$1" "$store" install "${exactly[@]}" ||
        give_up "installing the Python packages failed (above is why); nothing in use was touched."
}

forget_old_wheels() { # those that the lock of this version does not name
    local wheel
    for wheel in "$OPT"/wheels/*; do
        if [ "$dry" = 0 ] && [ -e "$wheel" ] &&
            ! grep -qF "$(sha256sum <"$wheel" | cut -d ' ' -f 1)" "$checkout/requirements.lock"; then
            rm -f "$wheel"
        fi
    done
}

build_version() { # name
    local target=$VERSIONS/$1 python built wheel boot
    if [ -e "$target/.complete" ]; then
        say "version $1 is built."
        return
    fi
    if [ "$dry" = 1 ]; then
        echo "   would build: $target (environment, hash-locked packages, our wheel)"
        return
    fi
    # Those that failed, among others: each takes a gigabyte.
    prune_versions "$1"
    room_for_a_version
    python=$(find_python)
    mkdir -p "$VERSIONS"
    chmod 755 "$OPT" "$VERSIONS"
    # After a power cut files may be there and empty, so what another boot began is begun anew.
    boot=$(</proc/sys/kernel/random/boot_id)
    if [ "$(cat "$target/.boot" 2>/dev/null)" != "$boot" ] ||
        ! "$target/bin/python" -c 'import pip' 2>/dev/null; then
        say "making an environment with $("$python" --version)"
        "$python" -m venv --clear "$target" ||
            give_up "making the environment failed (above is why); is python3-venv installed?"
        echo "$boot" >"$target/.boot"
    fi
    install_locked "$target"
    wheel=$(our_wheel)
    if [ -z "$wheel" ]; then
        built=$(mktemp -d)
        say "building our wheel from this checkout"
        (cd "$checkout" && "$target/bin/python" -m hatchling build --target wheel \
            --directory "$built" >"$built/said" 2>&1) ||
            give_up "building the wheel failed: $(tail -n 3 "$built/said")"
        wheel=$(echo "$built"/*.whl)
    fi
    pip_of "$target" "" install --no-index --no-deps --force-reinstall "$wheel" ||
        give_up "installing our wheel failed (above is why); nothing in use was touched."
    if [ -n "${built:-}" ]; then rm -rf "$built"; fi
    "$target/bin/station" --version >/dev/null ||
        give_up "what was just built does not start; nothing in use was touched."
    rm -rf "$target/deploy"
    mkdir -p "$target/deploy"
    (cd "$checkout/deploy" && cp -r --parents install ./install-*.sh units udev broker storage "$target/deploy")
    chmod -R u=rwX,go=rX "$target"
    # Everything is on the card before anything points at it.
    sync -f "$target"
    touch "$target/.complete"
    forget_old_wheels
}

current_version() { if [ -L "$OPT/current" ]; then basename "$(readlink "$OPT/current")"; fi; }
previous_version() { if [ -L "$OPT/previous" ]; then basename "$(readlink "$OPT/previous")"; fi; }

point() { # link name, version: in one step, for a power cut leaves the old or the new
    run ln -sfn "versions/$2" "$OPT/$1.new"
    run mv -T "$OPT/$1.new" "$OPT/$1"
}

switch_to() { # version
    local from
    from=$(current_version)
    if [ "$from" = "$1" ]; then return; fi
    # One that is known to be good is not given up for one that is not.
    if is_whole "$from" && { is_good "$from" || ! is_good "$(previous_version)"; }; then
        point previous "$from"
    fi
    point current "$1"
    run sync -f "$OPT"
    say "current is version $1${from:+, previous $from}"
}

prune_versions() { # all but current, previous and the one given
    local folder name
    for folder in "$VERSIONS"/*/; do
        name=$(basename "$folder")
        if [ -d "$folder" ] && [ "$name" != "$(current_version)" ] &&
            [ "$name" != "$(previous_version)" ] && [ "$name" != "${1:-}" ]; then
            run rm -rf "$folder"
        fi
    done
}
