"""Trials in a process of their own, which can hang, crash or leave the network at no cost.

As a program: `python -m station.commands.doctoring.trials NAME [JSON]` prints its result as JSON,
or one sentence to stderr and exit code 1.
"""

import ctypes
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from station.errors import StationError

LONGEST_S = 30.0


def run(name: str, **options: Any) -> dict[str, Any]:
    """The result of a trial. Raises StationError with why there is none."""
    command = [sys.executable, "-m", __name__, name, json.dumps(options)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise StationError(f"No answer within {LONGEST_S:.0f} s.") from error
    except OSError as error:
        raise StationError(f"Python cannot be started ({error}).") from error
    if done.returncode == 0:
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result
    if done.returncode < 0:
        raise StationError(f"The program that tried ended by signal {-done.returncode}.")
    lines = done.stderr.strip().splitlines()
    raise StationError(lines[-1] if lines else "It failed without a word.")


def isolation() -> dict[str, Any]:
    """Leave the network as the kiosk does."""
    from station.isolation import leave_network

    leave_network()
    return {}


def camera(**asked: Any) -> dict[str, Any]:
    """A second of a camera; like the kiosk, without a network. The pictures go nowhere."""
    isolation()
    from station.camera_settings import CameraSettings
    from station.vision.camera import open_camera

    settings = CameraSettings(**asked)
    opened = open_camera(settings.source, settings)
    try:
        frame = opened.read()
        while frame is not None and opened.given is None:
            frame = opened.read()
        if frame is None or opened.given is None:
            raise StationError(f"Camera {opened.device}: gives no picture.")
        return {
            "device": opened.device,
            "name": opened.facts.name or "?",
            "size": [opened.facts.width, opened.facts.height],
            "format": opened.facts.format,
            "fps": opened.given.fps,
            "refused": opened.given.refused,
        }
    finally:
        opened.close()


def cameras() -> dict[str, Any]:
    """The cameras of this machine, (device, name) each; why modules cannot be looked for."""
    isolation()
    from station.vision import camera
    from station.vision.eye import v4l2, v4l2_controls

    known = [(device, v4l2_controls.capability(device)) for device in v4l2.devices()]
    devices = [(device, can.card) for device, can in known if can is not None]
    try:
        return {"devices": devices, "modules": camera.modules(), "problem": ""}
    except StationError as error:
        return {"devices": devices, "modules": [], "problem": str(error)}


def renderer() -> dict[str, Any]:
    """What OpenGL ES draws with here, asked of EGL without a window, so that no screen flickers."""
    try:
        egl, gles = ctypes.CDLL("libEGL.so.1"), ctypes.CDLL("libGLESv2.so.2")
    except OSError as error:
        raise StationError("OpenGL ES is not installed (libEGL, libGLESv2).") from error
    pointer, number = ctypes.c_void_p, ctypes.c_int
    for name in ("eglGetPlatformDisplay", "eglGetDisplay", "eglCreateContext"):
        getattr(egl, name).restype = pointer
    gles.glGetString.restype = ctypes.c_char_p
    surfaceless, none = 0x31DD, 0x3038
    display = pointer(egl.eglGetPlatformDisplay(surfaceless, None, None) or egl.eglGetDisplay(None))
    if not egl.eglInitialize(display, None, None):
        raise StationError("EGL finds nothing to draw with.")
    egl.eglBindAPI(0x30A0)  # OpenGL ES
    wanted = (number * 5)(0x3033, 1, 0x3040, 4, none)  # for pbuffers, OpenGL ES 2
    config, count = pointer(), number()
    egl.eglChooseConfig(display, wanted, ctypes.byref(config), 1, ctypes.byref(count))
    version = (number * 3)(0x3098, 2, none)
    context = pointer(egl.eglCreateContext(display, config, None, version) if count.value else None)
    if not context or not egl.eglMakeCurrent(display, None, None, context):
        raise StationError("EGL offers no OpenGL ES 2, which the screen needs.")
    return {"renderer": (gles.glGetString(0x1F01) or b"?").decode("utf-8", "replace")}


def main() -> int:
    """Run the trial that the command line names."""
    trials: dict[str, Callable[..., dict[str, Any]]] = {
        "isolation": isolation,
        "camera": camera,
        "cameras": cameras,
        "renderer": renderer,
    }
    try:
        print(json.dumps(trials[sys.argv[1]](**json.loads(sys.argv[2]))))
    except StationError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
