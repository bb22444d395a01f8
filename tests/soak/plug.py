"""A small file stands for the plug of the soak's camera.

(no file)   nothing is plugged in: no picture, and it cannot be opened
there       thirty pictures a second
silent      it can be opened, and each read gives up after two seconds
hung        a read never returns, as in a driver that has lost its device
"""

from pathlib import Path
from typing import Literal

Plug = Literal["gone", "there", "silent", "hung"]


def set_plug(file: Path, plug: Plug) -> None:
    """Plug the camera in, out, or break it."""
    if plug == "gone":
        file.unlink(missing_ok=True)
        return
    new = file.with_suffix(".new")
    new.write_text(plug)
    new.replace(file)


def plug_of(file: Path) -> Plug:
    """How the camera is at the moment."""
    try:
        said = file.read_text()
    except OSError:
        return "gone"
    return "silent" if said == "silent" else "hung" if said == "hung" else "there"
