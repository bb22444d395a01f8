# shellcheck shell=bash
# What a machine needs around the programs: touch and picture turned, a hardware watchdog, Wi-Fi
# that stays awake, the screen left to the kiosk.
# shellcheck disable=SC2153,SC2154

RULES=/etc/udev/rules.d/70-hinge-station.rules
WATCHDOG=/etc/systemd/system.conf.d/50-hinge.conf
WIFI=/etc/NetworkManager/conf.d/50-hinge.conf
TURNED=$UNITS/hinge-kiosk.service.d/50-screen.conf

lay_screen() { # $rotate, else as it was, else not turned
    local degrees=$rotate matrix
    if [ -z "$degrees" ]; then
        degrees=$(sed -n 's/^Environment=HINGE_ROTATE=//p' "$TURNED" 2>/dev/null || true)
    fi
    case ${degrees:=0} in
    0) matrix='1 0 0 0 1 0' ;;
    90) matrix='0 -1 1 1 0 0' ;;
    180) matrix='-1 0 1 0 -1 1' ;;
    270) matrix='0 1 0 -1 0 1' ;;
    esac
    put "$TURNED" 644 root:root <<END
# Written by install-station.sh --rotate; clockwise.
[Service]
Environment=HINGE_ROTATE=$degrees
END
    put "$RULES" 644 root:root < <(sed "s/@MATRIX@/$matrix/" \
        "$checkout/deploy/udev/70-hinge-station.rules.in")
    if [ "$put_changed" = 1 ] && [ -S /run/udev/control ]; then
        run udevadm control --reload
        run udevadm trigger --action=change --subsystem-match=input --subsystem-match=dma_heap ||
            say "udev did not take the rules now; it will at the next boot."
    fi
}

lay_machine() {
    put "$WATCHDOG" 644 root:root <<'END'
# The hardware restarts a machine that hangs. A Raspberry Pi's watchdog waits 15 s at most.
[Manager]
RuntimeWatchdogSec=14
RebootWatchdogSec=2min
END
    if [ "$put_changed" = 1 ] && systemd_runs; then run systemctl daemon-reexec; fi
    # Read by NetworkManager where there is one, and harmless where there is none.
    put "$WIFI" 644 root:root <<'END'
# A radio that sleeps loses the broker. 2 = never sleeps.
[connection]
wifi.powersave=2
END
}

remove_machine() { take_away "$RULES" "$WATCHDOG" "$WIFI"; }

# ---------------------------------------------------------------- who has the screen
before() { sed -n "s/^$1 //p" "$ETC/before-install" 2>/dev/null || true; }

take_the_screen() { # from the login prompt and from a desktop; what was is written down
    local target login desktop=no
    target=$(systemctl get-default 2>/dev/null || echo multi-user.target)
    login=$(systemctl is-enabled getty@tty1.service 2>/dev/null || true)
    if [ -e /etc/systemd/system/display-manager.service ]; then desktop=yes; fi
    if [ ! -e "$ETC/before-install" ]; then
        printf 'target %s\nlogin %s\n' "$target" "$login" |
            put "$ETC/before-install" 644 root:root
    fi
    if [ "$login" = enabled ]; then run systemctl --quiet disable getty@tty1.service; fi
    if [ "$desktop" = yes ] && [ "$target" = graphical.target ]; then
        say "this machine starts a desktop; the kiosk takes its place."
        run systemctl --quiet set-default multi-user.target
        if systemd_runs && [ "$start" = 1 ]; then
            run systemctl stop display-manager.service || true
        fi
    fi
}

give_the_screen_back() {
    if [ "$(before login)" = enabled ]; then run systemctl --quiet enable getty@tty1.service; fi
    if [ "$(before target)" = graphical.target ]; then
        run systemctl --quiet set-default graphical.target
    fi
    if systemd_runs && [ "$(before login)" = enabled ]; then
        run systemctl --no-block start getty@tty1.service || true
    fi
    take_away "$ETC/before-install"
}
