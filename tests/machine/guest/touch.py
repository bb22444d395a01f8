"""In the guest: a touch screen made with uinput, and a finger for it.

    touch.py PIPE      makes the screen and waits; each line "X Y" in the named pipe (0 to 1, from
                       the top left) is one tap of a tenth of a second, "X Y S" a touch of S seconds

The device stays for as long as this runs, as a panel's does.
"""

import fcntl
import os
import struct
import sys
import time

UI_SET_EVBIT, UI_SET_KEYBIT, UI_SET_ABSBIT = 0x40045564, 0x40045565, 0x40045567
UI_SET_PROPBIT = 0x4004556E
UI_DEV_CREATE, UI_DEV_SETUP, UI_ABS_SETUP = 0x5501, 0x405C5503, 0x401C5504
EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
BTN_TOUCH, INPUT_PROP_DIRECT, BUS_USB = 0x14A, 1, 3
ABS_X, ABS_Y, SLOT, POSITION_X, POSITION_Y, TRACKING = 0x00, 0x01, 0x2F, 0x35, 0x36, 0x39
MOST = 4095
"""The panel's own coordinates; no screen has so many pixels, so that scaling is under test too."""


def panel() -> int:
    """An open uinput device: a touch panel with ten fingers."""
    device = os.open("/dev/uinput", os.O_WRONLY)
    for kind in (EV_SYN, EV_KEY, EV_ABS):
        fcntl.ioctl(device, UI_SET_EVBIT, kind)
    fcntl.ioctl(device, UI_SET_KEYBIT, BTN_TOUCH)
    fcntl.ioctl(device, UI_SET_PROPBIT, INPUT_PROP_DIRECT)
    for code, most in (
        (ABS_X, MOST),
        (ABS_Y, MOST),
        (SLOT, 9),
        (POSITION_X, MOST),
        (POSITION_Y, MOST),
        (TRACKING, 65535),
    ):
        fcntl.ioctl(device, UI_SET_ABSBIT, code)
        resolution = 20 if code in (ABS_X, ABS_Y, POSITION_X, POSITION_Y) else 0
        setup = struct.pack("HxxiiiiiI"[:-1], code, 0, 0, most, 0, 0) + struct.pack("i", resolution)
        fcntl.ioctl(device, UI_ABS_SETUP, setup)
    name = b"Machine test touch panel"
    fcntl.ioctl(device, UI_DEV_SETUP, struct.pack("HHHH80sI", BUS_USB, 0x1D6B, 1, 1, name, 0))
    fcntl.ioctl(device, UI_DEV_CREATE)
    return device


def send(device: int, *events: tuple[int, int, int]) -> None:
    """Events and the report that ends them."""
    for kind, code, value in (*events, (EV_SYN, 0, 0)):
        os.write(device, struct.pack("qqHHi", 0, 0, kind, code, value))


def tap(device: int, number: int, x: float, y: float, seconds: float = 0.1) -> None:
    """One finger down and up again; `number` tells this touch from others."""
    at_x, at_y = round(x * MOST), round(y * MOST)
    send(
        device,
        (EV_ABS, SLOT, 0),
        (EV_ABS, TRACKING, number),
        (EV_ABS, POSITION_X, at_x),
        (EV_ABS, POSITION_Y, at_y),
        (EV_KEY, BTN_TOUCH, 1),
        (EV_ABS, ABS_X, at_x),
        (EV_ABS, ABS_Y, at_y),
    )
    time.sleep(seconds)
    send(device, (EV_ABS, TRACKING, -1), (EV_KEY, BTN_TOUCH, 0))


def main() -> None:
    """Serve the pipe for ever."""
    pipe = sys.argv[1]
    device = panel()
    if not os.path.exists(pipe):
        os.mkfifo(pipe)
    # Open for both: a writer that leaves is no end.
    with open(os.open(pipe, os.O_RDWR)) as lines:
        for number, line in enumerate(lines, start=1):
            x, y, *seconds = (float(word) for word in line.split())
            tap(device, number, x, y, *seconds)


main()
