"""Fingers, a screen that hangs, and a camera that goes away."""

import time
import tomllib
from pathlib import Path

import cv2
import numpy as np

from tests.machine.places import PIN, Places
from tests.machine.steps_units import (
    KIOSK,
    KIOSK_STATE,
    main_pid,
    play_the_recording,
    restarts_of,
    until_drawn,
    until_posed,
)
from tests.machine.vm import Machine

WATCHDOG_S = 30
"""As the unit says."""
UNPLUGGED_S = 40.0
BACK_UP_S = 900.0
"""For a kiosk that starts anew under emulation: MediaPipe and Kivy are imported again."""
INSTALLER = "/opt/hinge-station/current/deploy/install-station.sh"
HELD_S = 12.0
"""More than the kiosk asks for: an emulated screen sees a finger late."""
LONGEST_S = 20.0
"""For what a touch changes to be drawn: an emulated screen may need seconds for a frame."""
STILL = 2
"""So many seconds without a change: all of it is drawn."""
TRANSCRIPT = "journalctl -b -q -o cat -u hinge-kiosk"
"""What the kiosk printed since the boot, as shell text."""
DIFFERENT = 40
"""Levels of grey between two pixels that are not the same ink."""
MOST_DIFFERENT = 60
"""Such pixels allowed in a picture; one digit that is another has more."""


def finger(machine: Machine, at: tuple[float, float], seconds: float = 0.1) -> None:
    """One touch of the panel; returns when the finger is up and what came of it is drawn.

    Each of these touches changes what is to be seen, and then nothing moves.
    """
    before = _seen(machine)
    machine.get(f"echo {at[0]:.5f} {at[1]:.5f} {seconds} > /run/machine-touch")
    time.sleep(seconds)
    last, changed, still, began = before, False, 0, time.monotonic()
    while time.monotonic() - began < LONGEST_S:
        time.sleep(1.0)
        now = _seen(machine)
        changed = changed or now != before
        still = still + 1 if now == last else 0
        # A key that is drawn as pressed stands still as well, until what it leads to is drawn.
        if changed and still == STILL:
            return
        last = now


def _seen(machine: Machine) -> bytes:
    return machine.picture("now").read_bytes()


def said(machine: Machine, words: str) -> int:
    """How many lines of the kiosk's transcript hold `words`, a regular expression."""
    return int(machine.get(f"{TRANSCRIPT} | grep -Ec '{words}' || true"))


def check_touch(machine: Machine, places: Places, expected: Path, name: str) -> int:
    """Into the staff's menu by PIN and through its touch check, to which the screen is then left.

    Returns how many pixels are not as the layout draws four touches that were each in place.
    """
    opened = said(machine, "^.staff.")
    finger(machine, places["corner"], HELD_S)
    machine.picture(f"{name}-pin-pad")
    for digit in PIN:
        finger(machine, places[f"pin {digit}"])
    finger(machine, places["pin enter"])
    machine.until(f"[ $({TRANSCRIPT} | grep -c '^.staff.') -gt {opened} ]", 30)
    machine.picture(f"{name}-staff")
    finger(machine, places["staff touch"])
    for number in range(4):
        finger(machine, places[f"target {number}"])
    seen = machine.picture(f"{name}-touch-check")
    other = _pixels_that_differ(seen, expected)
    assert other <= MOST_DIFFERENT, (
        f"the touch check does not show 0 mm in each corner: {other} pixels differ from the "
        f"layout's own picture; see {seen}"
    )
    return other


def touches_land(machine: Machine, places: Places, expected: Path) -> str:
    """Through the touch check, one step louder, and out to what a member sees."""
    other = check_touch(machine, places, expected, "1")
    finger(machine, places["touch back"])
    finger(machine, places["staff settings"])
    for _ in range(2):
        finger(machine, places["settings quieter"])
    machine.picture("2-settings")
    kept = tomllib.loads(machine.get("cat /var/lib/hinge-station/here.toml"))
    volume = kept["sound"]["volume"]
    assert volume == 0.2, f"two taps on Quieter took the volume from 0.6 to {volume}, not to 0.2"
    finger(machine, places["settings back"])
    finger(machine, places["staff leave"])
    machine.until(f"{TRANSCRIPT} | tail -n 5 | grep -q '^.attract.'", 30)
    before = said(machine, "^.choose.")
    finger(machine, (0.5, 0.3))
    machine.until(f"{TRANSCRIPT} | grep -q '^.choose.'", 30)
    time.sleep(3)
    machine.picture("3-choose")
    chosen = said(machine, "^.choose.") - before
    further = said(machine, "^.(place|start|live).")
    assert (chosen, further) == (1, 0), f"one tap chose {chosen} x and went on {further} x"
    return (
        "PIN of 4 digits accepted, 4 corners each 0 mm off, 2 taps = 2 steps of the volume, "
        f"1 tap to start = What today? once ({other} pixels off the layout's picture)"
    )


def turns_with_the_panel(machine: Machine, places: Places, expected: Path) -> str:
    """`install-station.sh --rotate 90` by the installed version: picture and touch turn together.

    `places` and `expected` are those of the panel standing; as it hangs here it lies, and what was
    its upper edge is its right one.
    """
    lying = expected.with_name(f"turned-{expected.name}")
    upright = cv2.imread(str(expected))
    assert upright is not None
    cv2.imwrite(str(lying), cv2.rotate(upright, cv2.ROTATE_90_CLOCKWISE))
    there = {name: (1 - y, x) for name, (x, y) in places.items()}
    # With the camera again: a recorded member would begin a set.
    machine.get(f"rm -f /run/systemd/system/{KIOSK}.d/zz-recording.conf")
    machine.get(f"{INSTALLER} --rotate 90 --no-start", BACK_UP_S)
    before = said(machine, "^.attract.")
    machine.get(f"systemctl stop {KIOSK}; rm -f {KIOSK_STATE}; systemctl start --no-block {KIOSK}")
    machine.until(f"[ $({TRANSCRIPT} | grep -c '^.attract.') -gt {before} ]", BACK_UP_S, 2.0)
    until_drawn(machine, "7-turned")
    # While the model is loaded a finger that is held in the corner is not seen for long enough.
    until_posed(machine)
    other = check_touch(machine, there, lying, "7-turned")
    finger(machine, there["touch back"])
    finger(machine, there["staff leave"])
    machine.get(f"{INSTALLER} --rotate 0 --no-start", BACK_UP_S)
    return f"clockwise, 4 corners each 0 mm off ({other} pixels off the turned layout's picture)"


def _pixels_that_differ(seen: Path, expected: Path) -> int:
    pictures = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in (seen, expected)]
    assert pictures[0] is not None
    assert pictures[1] is not None
    if pictures[0].shape != pictures[1].shape:
        return int(pictures[0].size)
    apart = np.abs(pictures[0].astype(np.int16) - pictures[1].astype(np.int16))
    return int(np.count_nonzero(apart > DIFFERENT))


def watchdog_fires(machine: Machine) -> str:
    """The drawing process is stopped as a hang would; systemd kills it and starts it anew."""
    assert f"WatchdogSec={WATCHDOG_S}" in machine.get(f"cat /etc/systemd/system/{KIOSK}")
    play_the_recording(machine, WATCHDOG_S)
    before = restarts_of(machine, KIOSK)
    time.sleep(2 * WATCHDOG_S)
    restarts, pid = restarts_of(machine, KIOSK), main_pid(machine, KIOSK)
    assert restarts == before, f"restarted {restarts - before} x although the screen went on"
    limit = machine.get(f"systemctl show -P WatchdogUSec {KIOSK}")
    assert limit == "30s", f"WatchdogSec is {limit}"
    begun = time.monotonic()
    machine.get(f"kill -STOP {pid}")
    machine.until(f"! kill -0 {pid} 2>/dev/null", WATCHDOG_S + 30)
    killed = time.monotonic() - begun
    shown = said(machine, "^.attract.")
    machine.until(f"[ $(systemctl show -P NRestarts {KIOSK}) -gt {restarts} ]", 30)
    machine.until(f"systemctl is-active -q {KIOSK}", BACK_UP_S, 1.0)
    ready = time.monotonic() - begun
    machine.until(f"[ $({TRANSCRIPT} | grep -c '^.attract.') -gt {shown} ]", 60)
    timed_out = machine.get(f"{TRANSCRIPT} | grep -i 'watchdog timeout' | tail -n 1")
    assert restarts_of(machine, KIOSK) == restarts + 1, "it was started more than once"
    machine.picture("6-after-the-watchdog")
    return f"killed after {killed:.0f} s ({timed_out}), ready again after {ready:.0f} s"


def camera_comes_back(machine: Machine) -> str:
    """The camera's driver lets go of its device, as at an unplugged cable, and takes it again."""
    driver, device = "/sys/bus/platform/drivers/vivid", "vivid.0"
    pid, restarts = main_pid(machine, KIOSK), restarts_of(machine, KIOSK)
    offline = said(machine, "^.camera. ")
    machine.get(f"echo {device} > {driver}/unbind")
    assert machine.ask("ls /dev/video0").code != 0, "the device is still there"
    noticed = machine.until(f"[ $({TRANSCRIPT} | grep -c '^.camera. ') -gt {offline} ]", 60)
    words = machine.get(f"{TRANSCRIPT} | grep '^.camera. ' | tail -n 1")
    time.sleep(UNPLUGGED_S)
    machine.picture("4-without-a-camera")
    assert main_pid(machine, KIOSK) == pid, "the kiosk was restarted while there was no camera"
    shown = said(machine, "^.camera. ")
    machine.get(f"echo {device} > {driver}/bind")
    back = machine.until(f"[ $({TRANSCRIPT} | grep -c '^.camera. ') -gt {shown} ]", 120)
    last = machine.get(f"{TRANSCRIPT} | grep '^.camera. ' | tail -n 1")
    time.sleep(2)
    machine.picture("5-camera-back")
    assert main_pid(machine, KIOSK) == pid
    assert restarts_of(machine, KIOSK) == restarts
    return (
        f"said after {noticed:.0f} s ({words}), {UNPLUGGED_S:.0f} s without it, picture "
        f"{back:.0f} s after it was back ({last}), same process throughout"
    )
