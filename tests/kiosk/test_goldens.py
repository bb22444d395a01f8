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
from numpy.typing import NDArray

from station.kiosk.view import LANGUAGES
from tests.kiosk import stills
from tests.kiosk.gallery import Gallery
from tests.kiosk.wall import VirtualClock

GOLDENS = Path(__file__).parent / "goldens"
LEVELS = 2
"""A pixel is off when one of its colours is by more than so many of 255 levels."""
SHARE = 0.001
"""Share of a picture's pixels that may be off: drawing differs a little between machines."""
SETTLED_S = 1.5
"""What moves when a screen comes up has arrived."""
STEP = {"1280x720": 2, "1920x1080": 4, "720x1280": 2, "720x1280-7in": 3}
"""Pixels of each panel that become one in the picture that is kept, either way."""
LOSSLESS = 101
"""A quality beyond 100, to WebP; half as large as PNG."""
WRITING = os.environ.get("GOLDENS") == "write"

Picture = NDArray[np.uint8]


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


def reduced(picture: Picture, step: int) -> Picture:
    """The picture as it is kept: every pixel is the mean of a square of the screen's."""
    height, width = picture.shape[:2]
    return cv2.resize(picture, (width // step, height // step), interpolation=cv2.INTER_AREA)


def write(path: Path, picture: Picture) -> None:
    """Keep `picture`, every pixel as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    webp = [cv2.IMWRITE_WEBP_QUALITY, LOSSLESS] if path.suffix == ".webp" else []
    cv2.imwrite(str(path), picture, webp)


def compared(golden: Path, picture: Picture, kept: Path) -> str:
    """What differs, in a sentence; "" when nothing does. Differing pictures go to `kept`."""
    if not golden.is_file():
        write(kept, picture)
        return "there is no golden picture of it yet."
    before = cv2.imread(str(golden))
    if before.shape != picture.shape:
        write(kept, picture)
        return f"it was {before.shape[1]}×{before.shape[0]} pixels."
    off = (cv2.absdiff(before, picture) > LEVELS).any(axis=2)
    if off.mean() <= SHARE:
        return ""
    write(kept, picture)
    where = before // 4
    where[off] = (28, 159, 255)
    write(kept.with_name(f"{kept.stem}-difference.png"), where)
    return f"{off.mean():.2%} of its pixels differ."


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
