"""A progress bar on stderr, only where somebody watches."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

_WIDTH = 30


def progress(items: Iterable[Item], total: int | None, label: str) -> Iterator[Item]:
    """Yield `items`, drawing a bar (a count where `total` is None) when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    drawn = -1
    try:
        for done, item in enumerate(items, start=1):
            yield item
            step = done * _WIDTH // total if total else done // 10
            if step != drawn:
                drawn = step
                _draw(label, done, total)
    finally:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def _draw(label: str, done: int, total: int | None) -> None:
    if total:
        filled = min(_WIDTH, done * _WIDTH // total)
        sys.stderr.write(f"\r{label} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total}")
    else:
        sys.stderr.write(f"\r{label} {done}")
    sys.stderr.flush()
