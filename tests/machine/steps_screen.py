"""Fingers, a screen that hangs, and a camera that goes away."""

import time
import tomllib
from pathlib import Path

import cv2
import numpy as np

from tests.machine.places import PIN, Places
from tests.machine.steps_units import (
    KIOSK,
    KIOSK_PID,
    main_pid,
    play_the_recording,
    restarts_of,
)
from tests.machine.vm import Machine

WATCHDOG_S = 30
"""As the unit says."""
UNPLUGGED_S = 40.0
BACK_UP_S = 900.0
"""For a kiosk that starts anew under emulation: MediaPipe and Kivy are imported again."""
PAUSE_S = 4.0
"""Between touches: an emulated screen may need seconds for a frame."""
TRANSCRIPT = "journalctl -b -q -o cat -u hinge-kiosk"
"""What the kiosk printed since the boot, as shell text."""
DIFFERENT = 40
"""Levels of grey between two pixels that are not the same ink."""
MOST_DIFFERENT = 60
"""Such pixels allowed in a picture; one digit that is another has more."""


def finger(machine: Machine, at: tuple[float, float], seconds: float = 0.1) -> None:
    """One touch of the panel; returns when the finger is up and the screen had time to draw."""
    machine.get(f"echo {at[0]:.5f} {at[1]:.5f} {seconds} > /run/machine-touch")
    time.sleep(seconds + PAUSE_S)


def said(machine: Machine, words: str) -> int:
    """How many lines of the kiosk's transcript hold `words`, a regular expression."""
    return int(machine.get(f"{TRANSCRIPT} | grep -Ec '{words}' || true"))


def touches_land(machine: Machine, places: Places, expected: Path) -> str:
    """Into the staff's menu by PIN, through its touch check, one step louder, out again."""
    machine.picture("1-first-screen")
    finger(machine, places["corner"], 9.0)
    machine.picture("2-pin-pad")
    for digit in PIN:
        finger(machine, places[f"pin {digit}"])
    machine.picture("3-four-digits")
    finger(machine, places["pin enter"])
    machine.until(f"{TRANSCRIPT} | grep -q '^.staff.'", 30)
    time.sleep(2)
    machine.picture("4-staff")
    finger(machine, places["staff touch"])
    for number in range(4):
        finger(machine, places[f"target {number}"])
    time.sleep(2)
    seen = machine.picture("5-touch-check")
    finger(machine, places["touch back"])
    finger(machine, places["staff settings"])
    for _ in range(2):
        finger(machine, places["settings quieter"])
    time.sleep(1)
    machine.picture("6-settings")
    kept = tomllib.loads(machine.get("cat /var/lib/hinge-station/here.toml"))
    volume = kept["sound"]["volume"]
    assert volume == 0.2, f"two taps on Quieter took the volume from 0.6 to {volume}, not to 0.2"
    other = _pixels_that_differ(seen, expected)
    assert other <= MOST_DIFFERENT, (
        f"the touch check does not show 0 mm in each corner: {other} pixels differ from the "
        f"layout's own picture; see {seen}"
    )
    finger(machine, places["settings back"])
    finger(machine, places["staff leave"])
    machine.until(f"{TRANSCRIPT} | tail -n 5 | grep -q '^.attract.'", 30)
    before = said(machine, "^.choose.")
    finger(machine, (0.5, 0.3))
    machine.until(f"{TRANSCRIPT} | grep -q '^.choose.'", 30)
    time.sleep(3)
    machine.picture("7-choose")
    chosen = said(machine, "^.choose.") - before
    further = said(machine, "^.(place|start|live).")
    assert (chosen, further) == (1, 0), f"one tap chose {chosen} x and went on {further} x"
    return (
        "PIN of 4 digits accepted, 4 corners each 0 mm off, 2 taps = 2 steps of the volume, "
        f"1 tap to start = What today? once ({other} pixels off the layout's picture)"
    )


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
    before = said(machine, "^.attract.")
    play_the_recording(machine, WATCHDOG_S)
    machine.until(f"[ $({TRANSCRIPT} | grep -c '^.attract.') -gt {before} ]", BACK_UP_S, 2.0)
    time.sleep(2 * WATCHDOG_S)
    restarts, pid = restarts_of(machine, KIOSK), main_pid(machine, KIOSK)
    assert restarts == 0, f"the watchdog fired {restarts} x although the screen went on"
    limit = machine.get(f"systemctl show -P WatchdogUSec {KIOSK}")
    assert limit == "30s", f"WatchdogSec is {limit}"
    begun = time.monotonic()
    machine.get(f"kill -STOP {pid}")
    machine.until(f"! kill -0 {pid} 2>/dev/null", WATCHDOG_S + 30)
    killed = time.monotonic() - begun
    machine.until(f"[ $(systemctl show -P NRestarts {KIOSK}) -gt {restarts} ]", 30)
    machine.until(f"systemctl is-active -q {KIOSK}", BACK_UP_S, 1.0)
    ready = time.monotonic() - begun
    machine.until(f"{TRANSCRIPT} _PID={KIOSK_PID} | grep -q '^.attract.'", 30)
    timed_out = machine.get(f"{TRANSCRIPT} | grep -i 'watchdog timeout' | tail -n 1")
    assert restarts_of(machine, KIOSK) == restarts + 1, "it was started more than once"
    machine.picture("8-after-the-watchdog")
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
    machine.picture("9-without-a-camera")
    assert main_pid(machine, KIOSK) == pid, "the kiosk was restarted while there was no camera"
    shown = said(machine, "^.camera. ")
    machine.get(f"echo {device} > {driver}/bind")
    back = machine.until(f"[ $({TRANSCRIPT} | grep -c '^.camera. ') -gt {shown} ]", 120)
    last = machine.get(f"{TRANSCRIPT} | grep '^.camera. ' | tail -n 1")
    time.sleep(2)
    machine.picture("10-camera-back")
    assert main_pid(machine, KIOSK) == pid
    assert restarts_of(machine, KIOSK) == restarts
    return (
        f"said after {noticed:.0f} s ({words}), {UNPLUGGED_S:.0f} s without it, picture "
        f"{back:.0f} s after it was back ({last}), same process throughout"
    )
