"""Nothing is cut, covered, tiny or left in English: every screen, panel and language."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from station.kiosk.view import LANGUAGES
from tests.kiosk import stills
from tests.kiosk.gallery import Gallery, mistakes
from tests.kiosk.wall import VirtualClock

BETWEEN = stills.Panel("720x1280-13in", (720, 1280), 165.0)


@pytest.fixture(params=(*stills.PANELS, BETWEEN), ids=lambda panel: panel.name)
def panel(request: pytest.FixtureRequest) -> stills.Panel:
    return request.param


@pytest.fixture
def gallery(clock: VirtualClock, panel: stills.Panel) -> Iterator[Gallery]:
    hung = Gallery(clock, panel)
    yield hung
    hung.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_fits(gallery: Gallery, language: str) -> None:
    """The longest cues, causes, fixes and names there are, and twelve of everything."""
    assert_fits(gallery, language)


def test_everything_fits_with_all_keys_in_the_lower_part(clock: VirtualClock) -> None:
    """On a tall panel, in the language with the longer words."""
    with closing(Gallery(clock, stills.PANELS[2], keys_low=True)) as tall:
        assert_fits(tall, "de")


def assert_fits(gallery: Gallery, language: str) -> None:
    wrong: dict[str, str] = {}
    for still in stills.hardest(language):
        gallery.show(still)
        for sentence in mistakes(gallery):
            wrong.setdefault(sentence, still.name)
    assert not wrong, "\n".join(f"{name}: {sentence}" for sentence, name in wrong.items())
