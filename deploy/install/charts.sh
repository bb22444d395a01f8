# shellcheck shell=bash
# The charts of the staff's pages, from npm into station/hub/static/vendor of a checkout. Without
# them the pages show their tables, so nothing here stops anything.

charts_are_here() { # checkout, run or test: of the locked version; the tests need axe-core as well
    local web=$1/deploy/web
    [ -s "$1/station/hub/static/vendor/echarts.min.js" ] || return 1
    if [ "$2" = test ]; then [ -e "$web/node_modules/axe-core/axe.min.js" ] || return 1; fi
    [ "$(cat "$web/node_modules/.locked" 2>/dev/null)" = \
        "$(sha256sum <"$web/package-lock.json" 2>/dev/null)" ]
}

fetch_charts() { # checkout, run or test
    local web=$1/deploy/web vendor=$1/station/hub/static/vendor less=()
    if [ "$2" = run ]; then less=(--omit=dev); fi
    timeout 600 npm ci --prefix "$web" --loglevel=error --no-audit --no-fund "${less[@]}" >/dev/null &&
        mkdir -p "$vendor" &&
        cp "$web/node_modules/echarts/dist/echarts.common.min.js" "$vendor/echarts.min.js" &&
        sha256sum <"$web/package-lock.json" >"$web/node_modules/.locked"
}
