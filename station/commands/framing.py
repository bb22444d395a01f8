"""Say how far from the camera the mark on the floor goes, for a lens and a mounting height.

From the nearest to the furthest distance, people of 1.5 to 2 m are in the picture wholly, standing
and bent, and large enough to be judged. Makers mostly print the diagonal field of view of a lens.

Example: station framing --diagonal 78 --height 1.3 --picture 1280x720
"""

import argparse
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from station.errors import StationError

if TYPE_CHECKING:
    from station.vision.mounting import Lens

STEEP_DEG = 10.0
"""Tilted more, bodies are foreshortened enough to matter."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The options."""
    view = parser.add_mutually_exclusive_group()
    view.add_argument(
        "--fov", type=float, metavar="DEG", help="horizontal field of view (default: 66)"
    )
    view.add_argument("--diagonal", type=float, metavar="DEG", help="diagonal field of view")
    parser.add_argument(
        "--height", type=float, default=1.3, metavar="M", help="of the lens above the floor (1.3)"
    )
    parser.add_argument(
        "--picture", default="1280x720", metavar="WxH", help="pixels (default: 1280x720)"
    )
    parser.add_argument(
        "--upright", action="store_true", help="the camera hangs on its side (camera.rotation)"
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it, from the side and above")
    parser.add_argument("--json", action="store_true", help="the same for programs")


def execute(args: argparse.Namespace) -> int:
    """Print the distances; 1 where there are none."""
    from station.commands import mounting_drawing
    from station.vision import mounting

    lens = _lens(args)
    if not 0.2 <= args.height <= 3:
        raise StationError(f"--height {args.height:g}: a camera hangs 0.2 to 3 m above the floor.")
    place = mounting.place(lens, args.height)
    if args.json:
        print(json.dumps({"exists": place.exists, **asdict(place)}, indent=1))
        return 0 if place.exists else 1
    if not place.exists:
        print(
            f"No distance does: people are whole from {place.near_m:.1f} m on, and too small "
            f"beyond {place.far_m:.1f} m. Take a larger picture, or do without --upright."
        )
        return 1
    near, far = place.marks_m
    print(
        f"The mark goes {near:.1f} to {far:.1f} m from the camera; the nearer, the "
        f"better it sees.\nTilt the camera {tilt_words(place.tilt_deg)}.\n"
        f"People of {mounting.TALLEST_M:g} m then take {100 * place.tallest_share:.0f} % of the "
        f"picture's height, the smallest {place.shortest_px:.0f} pixels at least."
    )
    if abs(place.tilt_deg) > STEEP_DEG:
        print("That is steep: hang it nearer to hip height, about 1 m, and it measures better.")
    if args.svg is not None:
        try:
            args.svg.write_text(mounting_drawing.draw(lens, args.height), encoding="utf-8")
        except OSError as error:
            raise StationError(f"{args.svg}: not written ({error.strerror}).") from error
        print(f"{args.svg}: drawn.")
    return 0


def tilt_words(degrees: float) -> str:
    """Which way, rounded: nobody sets it to less than a degree."""
    whole = round(degrees)
    if whole == 0:
        return "neither up nor down"
    return f"{abs(whole)}° {'down' if whole > 0 else 'up'}"


def _lens(args: argparse.Namespace) -> "Lens":
    from station.vision.mounting import Lens, along_longer_side

    size = re.fullmatch(r"(\d{3,4})x(\d{3,4})", args.picture)
    if size is None:
        raise StationError(f"--picture {args.picture}: expected as 1280x720.")
    width, height = int(size[1]), int(size[2])
    degrees = args.diagonal or args.fov or 66.0
    if not 20 <= degrees <= 150:
        raise StationError(f"A field of view of {degrees:g}° is none that this can work with.")
    if args.diagonal:
        degrees = along_longer_side(degrees, width, height)
    return Lens(degrees, height, width) if args.upright else Lens(degrees, width, height)
