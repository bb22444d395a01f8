# shellcheck shell=bash
# The hub's store and broker around a change of version: what a newer version makes of the store, an
# older one may not read.
# shellcheck disable=SC2153,SC2154

HUB_DATA=/var/lib/hinge-hub
HUB_SETTINGS=/etc/hinge-hub/hub.toml
HUB_STORE=$HUB_DATA/hub.db

as_hub() { run runuser -u hinge-hub -- "$@"; }

# Asked as the hub's user: whoever reads an SQLite file may leave files of theirs beside it.
schema_of() { # store: its number; 0 for what is none
    runuser -u hinge-hub -- python3 - "$1" <<'END' 2>/dev/null || echo 0
import pathlib, sqlite3, sys
store = sqlite3.connect(pathlib.Path(sys.argv[1]).as_uri() + "?mode=ro", uri=True)
print(store.execute("PRAGMA user_version").fetchone()[0])
END
}

newest_schema() { # version: the highest number that it reads
    find "$VERSIONS/$1"/lib -path '*/station/hub/migrations/[0-9]*.sql' 2>/dev/null | wc -l
}

store_is_beyond() { # version: whether the store is one that it cannot read
    local newest
    newest=$(newest_schema "$1")
    [ -s $HUB_STORE ] && [ "$newest" -gt 0 ] && [ "$(schema_of $HUB_STORE)" -gt "$newest" ]
}

keep_the_store() { # before $version is switched to
    local copy=$HUB_DATA/before-$version.db from needs free
    from=$(current_version)
    if [ ! -e $HUB_STORE ] || [ -z "$from" ] || [ "$from" = "$version" ]; then return; fi
    step "copy of the store"
    if store_is_beyond "$from"; then
        # It was left so by a way back that went wrong, and a copy now would replace the good one.
        say "version $from cannot read the store; no copy is made."
        return
    fi
    needs=$(($(du -m $HUB_STORE | cut -f 1) + 100))
    free=$(df --output=avail -m $HUB_DATA | tail -n 1 | tr -d ' ')
    [ "$free" -ge "$needs" ] || give_up "$HUB_DATA has $free MB free and a copy of the store" \
        "needs $needs MB. Make room, then give the same command again."
    as_hub "$OPT/current/bin/station" hub backup --config $HUB_SETTINGS "$copy" ||
        give_up "the store could not be copied (above is why); nothing was switched."
}

forget_old_copies() { # of the store from before an update, all but the newest
    local copy
    while read -r copy; do run rm -f "$copy"; done < <(find $HUB_DATA -maxdepth 1 \
        -name 'before-*.db' -printf '%T@ %p\n' 2>/dev/null | sort -rn | tail -n +2 | cut -d ' ' -f 2-)
}

set_up_broker() { # deploy/ of the version whose configuration it is to have, names of the broker
    local said
    said=$(mktemp)
    temporary+=("$said")
    # As the hub's user, from a place that it may read: a checkout can be anybody's.
    run runuser -u hinge-hub -- env PORT="${stations_port:-}" HUB_PORT="${hub_port:-}" \
        "$1/broker/set-up.sh" $HUB_DATA/broker "${@:2}" >"$said" 2>&1 ||
        { cat "$said" >&2; return 1; }
    grep -E '^(Made|The authority|The broker.s certificate|   would)' "$said" || true
}

hub_goes_back() { # version that is left; the one that is current now gets what it can read
    local left=$1 copy=$HUB_DATA/before-$1.db newer=$HUB_DATA/newer-$1.db
    set_up_broker "$OPT/current/deploy" || true
    if ! store_is_beyond "$(current_version)"; then return; fi
    if [ ! -s "$copy" ]; then
        echo "$me: version $left has changed the store, and there is no copy from before it." >&2
        return
    fi
    run systemctl stop hinge-hub.service || true
    # First what came since, then in one transaction what was before.
    if as_hub "$VERSIONS/$left/bin/station" hub backup --config $HUB_SETTINGS "$newer" &&
        as_hub "$OPT/current/bin/station" hub restore --config $HUB_SETTINGS "$copy"; then
        echo "$me: version $left had changed the store, so the copy from before it is back in its" \
            "place. What arrived in between is in $newer." >&2
    else
        echo "$me: the store as it was before is in $copy: sudo station hub restore $copy" >&2
    fi
}

check_way_back() { # version: that going back to it on purpose loses nothing that was received since
    if store_is_beyond "$1"; then
        give_up "version $1 cannot read the store as it is now, so nothing was switched. To go back" \
            "without all sets received since: sudo systemctl stop hinge-hub," \
            "then sudo station hub restore $HUB_DATA/before-$(current_version).db, then this again."
    fi
}
