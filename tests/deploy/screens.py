"""Draws screens of the installed kiosk and compares them with the pictures that are kept.

    python -m tests.deploy.screens FOLDER

Runs inside a root, by the installed version's interpreter, with nothing of the checkout but
`tests/` on its path: program, layouts, words and fonts are those that were installed. Writes one
PNG a screen to FOLDER, as a person would see it. Exits 1 when one differs from its golden.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import cv2

import station
from tests.kiosk import stills
from tests.kiosk.gallery import Gallery
from tests.kiosk.pictures import GOLDENS, SETTLED_S, STEP, compared, reduced
from tests.kiosk.wall import offscreen

PANEL = stills.PANELS[0]


def main() -> int:
    """Prints one line a screen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    where = Path(station.__file__).resolve()
    if "site-packages" not in where.parts:
        parser.error(f"{where} is no installed program.")
    options.folder.mkdir(parents=True, exist_ok=True)
    drawn = wrong = 0
    with tempfile.TemporaryDirectory() as made:
        gallery = Gallery(offscreen(Path(made), PANEL.size), PANEL)
        # All of them, in this order: what moves on a screen goes on from one to the next.
        for language in ("en", "de"):
            for still in stills.usual(language):
                complaint = _draw(gallery, still, language, options.folder)
                print(f"{still.name}-{language}: {complaint or 'as it was'}", flush=True)
                drawn, wrong = drawn + 1, wrong + bool(complaint)
    print(f"{drawn} drawn, {wrong} differ")
    return 1 if wrong or not drawn else 0


def _draw(gallery: Gallery, still: stills.Still, language: str, folder: Path) -> str:
    gallery.show(still, SETTLED_S)
    picture = gallery.picture()
    name = f"{still.name}-{language}"
    cv2.imwrite(str(folder / f"{name}.png"), picture)
    golden = GOLDENS / PANEL.name / f"{name}.webp"
    return compared(golden, reduced(picture, STEP[PANEL.name]), folder / "differs" / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
