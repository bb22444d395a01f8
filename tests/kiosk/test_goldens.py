"""Pictures of every screen at every size, orientation and language, against those we looked at.

`make goldens` writes `tests/kiosk/goldens` anew; look at what changed before committing it. A
picture that differs is kept under `artifacts/goldens`, with a second one that shows where.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.kiosk.view import LANGUAGES
from tests.kiosk import stills
from tests.kiosk.gallery import Gallery
from tests.kiosk.pictures import GOLDENS, SETTLED_S, STEP, compared, reduced, write
from tests.kiosk.wall import VirtualClock

WRITING = os.environ.get("GOLDENS") == "write"


@pytest.fixture(scope="module", params=stills.PANELS, ids=lambda panel: panel.name)
def gallery(clock: VirtualClock, request: pytest.FixtureRequest) -> Iterator[Gallery]:
    hung = Gallery(clock, request.param)
    yield hung
    hung.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screens_look_as_they_did(
    gallery: Gallery, language: str, request: pytest.FixtureRequest
) -> None:
    kept = Path(os.environ.get("ARTIFACTS", request.config.rootpath / "artifacts")) / "goldens"
    wrong = []
    for still in stills.usual(language):
        gallery.show(still, SETTLED_S)
        name = f"{gallery.panel.name}/{still.name}-{language}.webp"
        picture = reduced(gallery.picture(), STEP[gallery.panel.name])
        if WRITING:
            write(GOLDENS / name, picture)
        elif complaint := compared(GOLDENS / name, picture, (kept / name).with_suffix(".png")):
            wrong.append(f"{name}: {complaint}")
    assert wrong == [], "\n".join([*wrong, f"See {kept}; `make goldens` writes them anew."])


def test_there_is_no_picture_of_a_screen_that_is_gone() -> None:
    known = {
        f"{panel.name}/{still.name}-{language}.webp"
        for panel in stills.PANELS
        for language in LANGUAGES
        for still in stills.usual(language)
    }
    gone = [p for p in GOLDENS.rglob("*.webp") if p.relative_to(GOLDENS).as_posix() not in known]
    if WRITING:
        for path in gone:
            path.unlink()
    else:
        assert gone == []


def test_a_moved_word_is_noticed_and_shown(tmp_path: Path) -> None:
    """A word of 30 × 12 pixels in a picture of 640 × 360, one pixel to the right."""
    picture = np.full((360, 640, 3), 20, np.uint8)
    cv2.putText(picture, "Hips", (100, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (255, 255, 255), 2)
    write(tmp_path / "golden.webp", picture)
    assert compared(tmp_path / "golden.webp", picture, tmp_path / "kept.png") == ""
    assert compared(tmp_path / "golden.webp", cv2.add(picture, 2), tmp_path / "kept.png") == ""
    moved = np.roll(picture, 1, axis=1)
    assert "pixels differ" in compared(tmp_path / "golden.webp", moved, tmp_path / "kept.png")
    assert (cv2.imread(str(tmp_path / "kept.png")) == moved).all()
    assert (tmp_path / "kept-difference.png").is_file()
    gone = compared(tmp_path / "none.webp", picture, tmp_path / "new.png")
    assert gone == "there is no golden picture of it yet."
    assert (tmp_path / "new.png").is_file()
