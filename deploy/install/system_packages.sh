# shellcheck shell=bash
# The system's packages. A machine that is both station and server changes its version for both, so
# either installer sees to what both need.
# shellcheck disable=SC2153,SC2154

camera_module_wanted() { # a Pi camera module, by what was asked for now or by the settings
    [[ ${source_:-$(settings_value camera source /etc/hinge-station/station.toml)} =~ \
        ^picamera(:[0-9]+)?$ ]]
}

system_packages() {
    step "system packages"
    local needed=(python3 python3-venv ca-certificates)
    if is_here station; then
        # Some have another name from Debian 13 on.
        needed+=(libgl1 libegl1 libgles2 libgl1-mesa-dri "libglib2.0-0t64 libglib2.0-0"
            "libmtdev1t64 libmtdev1" cage xwayland seatd dbus udev)
        # cage 0.2.0 leaves turning the picture to this program; Debian 12's turns it by itself.
        if [ "$(debian_release)" != 12 ]; then needed+=(wlr-randr); fi
        # It runs with the system's own Python, in a process of its own.
        if camera_module_wanted; then needed+=(python3-picamera2); fi
    fi
    # (OpenCV and Kivy are among the locked packages and not loaded by a hub.)
    if is_here hub; then needed+=(mosquitto openssl); fi
    packages "${needed[@]}"
}
