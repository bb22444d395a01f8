# shellcheck shell=bash
# What a machine needs around the programs: touch and picture turned, a hardware watchdog, Wi-Fi
# that stays awake, the screen left to the kiosk.
# shellcheck disable=SC2153,SC2154

RULES=/etc/udev/rules.d/70-hinge-station.rules
# (After Raspberry Pi OS's own, which names another time.)
WATCHDOG=/etc/systemd/system.conf.d/90-hinge.conf
WIFI=/etc/NetworkManager/conf.d/50-hinge.conf
TURNED=$UNITS/hinge-kiosk.service.d/50-screen.conf
KERNEL_LINE=/boot/firmware/cmdline.txt

turned() { sed -n 's/^Environment=HINGE_ROTATE=//p' "$TURNED" 2>/dev/null || true; }

lay_screen() { # $rotate, else as it was, else not turned
    local degrees=${rotate:-$(turned)}
    put "$TURNED" 644 root:root <<END
# Written by install-station.sh --rotate; clockwise.
[Service]
Environment=HINGE_ROTATE=${degrees:-0}
END
}

lay_rules() { # of the current version; touch is turned as the picture is
    local matrix
    case $(turned) in
    90) matrix='0 1 0 -1 0 1' ;;
    180) matrix='-1 0 1 0 -1 1' ;;
    270) matrix='0 -1 1 1 0 0' ;;
    *) matrix='1 0 0 0 1 0' ;;
    esac
    put "$RULES" 644 root:root < <(sed "s/@MATRIX@/$matrix/" \
        "$(of_current udev)/70-hinge-station.rules.in")
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
    if [ -d "${WIFI%/conf.d/*}" ]; then
        put "$WIFI" 644 root:root <<'END'
# A radio that sleeps loses the broker. 2 = never sleeps.
[connection]
wifi.powersave=2
END
    fi
    limit_memory
}

# A Raspberry Pi's firmware switches off what MemoryMax= needs; the last word on the line counts.
LIMITS_MEMORY=cgroup_enable=memory
limit_memory() {
    if [ ! -f "$KERNEL_LINE" ] || grep -qw "$LIMITS_MEMORY" "$KERNEL_LINE"; then return; fi
    change_kernel_line "1s/\$/ $LIMITS_MEMORY/"
    say "memory limits hold from the next start of this machine on."
}

change_kernel_line() { # script for sed
    if [ "$dry" = 1 ]; then
        echo "   would change: $KERNEL_LINE"
        return
    fi
    # (Its file system knows neither modes nor owners.) A power cut leaves the old file or the new.
    sed "$1" "$KERNEL_LINE" >"$KERNEL_LINE.new"
    sync "$KERNEL_LINE.new"
    mv "$KERNEL_LINE.new" "$KERNEL_LINE"
    say "changed $KERNEL_LINE"
}

remove_machine() {
    take_away "$RULES" "$WATCHDOG" "$WIFI"
    if [ "$(before limits)" = no ] && grep -qsw "$LIMITS_MEMORY" "$KERNEL_LINE"; then
        change_kernel_line "1s/ $LIMITS_MEMORY\b//"
    fi
}

# ---------------------------------------------------------------- what was before
before() { sed -n "s/^$1 //p" "$ETC/before-install" 2>/dev/null || true; }

write_down_before() { # once, before anything of the machine is changed
    if [ -e "$ETC/before-install" ]; then return; fi
    local target login limits=no
    target=$(systemctl get-default 2>/dev/null || echo multi-user.target)
    login=$(systemctl is-enabled getty@tty1.service 2>/dev/null || true)
    if grep -qsw "$LIMITS_MEMORY" "$KERNEL_LINE"; then limits=yes; fi
    printf '%s\n' "target $target" "login $login" "limits $limits" |
        put "$ETC/before-install" 644 root:root
}

forget_before() { take_away "$ETC/before-install"; }

# ---------------------------------------------------------------- who has the screen
take_the_screen() { # from the login prompt and from a desktop
    local target login desktop=no
    target=$(systemctl get-default 2>/dev/null || echo multi-user.target)
    login=$(systemctl is-enabled getty@tty1.service 2>/dev/null || true)
    if [ -e /etc/systemd/system/display-manager.service ]; then desktop=yes; fi
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
}
