"""How pictures of the screens are kept, and how one is compared with the one that was kept."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

GOLDENS = Path(__file__).parent / "goldens"
SETTLED_S = 1.5
"""What moves when a screen comes up has arrived."""
LEVELS = 2
"""A pixel is off when one of its colours is by more than so many of 255 levels."""
SHARE = 0.001
"""Share of a picture's pixels that may be off: drawing differs a little between machines."""
STEP = {"1280x720": 2, "1920x1080": 4, "720x1280": 2, "720x1280-7in": 3}
"""Pixels of each panel that become one in the picture that is kept, either way."""
LOSSLESS = 101
"""A quality beyond 100, to WebP; half as large as PNG."""

Picture = NDArray[np.uint8]


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
