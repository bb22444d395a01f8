"""Two languages, one for each session: chosen on the first screen, forgotten with the member."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from station.i18n import translator
from station.kiosk import quiet_words, words
from station.kiosk.view import LANGUAGES
from tests.kiosk import stills
from tests.kiosk.gallery import Gallery, marked, texts, unmarked
from tests.kiosk.people import nobody, room
from tests.kiosk.wall import VirtualClock, Wall

Hang = Callable[..., Wall]
SAME_IN_EVERY_LANGUAGE = {*words.LANGUAGES.values(), "Hinge Station"}


def said(wall: Wall, english: str, language: str) -> bool:
    return translator(language)(english) in wall.texts()


def test_a_member_chooses_german_and_the_next_one_is_greeted_in_english(hang: Hang) -> None:
    wall = hang()
    wall.wait(1.0)
    assert said(wall, words.PRIVACY, "en")
    wall.press("Deutsch")
    assert said(wall, words.PRIVACY, "de")
    assert not said(wall, words.PRIVACY, "en")
    wall.wait(1.0)
    wall.press(translator("de")(words.START))
    assert wall.screen == "choose"
    wall.wait(1.0)
    wall.press("Hip Hinge")
    assert wall.screen == "place"
    wall.watch(1.0, lambda t: nobody(wall.clock.now), room())
    assert said(wall, "Step into the picture", "de")
    wall.clock.now += 10.0
    wall.wait(0.1)
    assert wall.screen == "attract"
    assert said(wall, words.PRIVACY, "en")


def test_a_language_chosen_by_somebody_who_walks_away_does_not_stay(hang: Hang) -> None:
    wall = hang()
    wall.wait(1.0)
    wall.press("Deutsch")
    wall.clock.now += 30.0
    wall.wait(0.1)
    assert said(wall, words.PRIVACY, "de")
    wall.clock.now += 30.0
    wall.wait(0.1)
    assert said(wall, words.PRIVACY, "en")


@pytest.fixture
def foreign(clock: VirtualClock) -> Iterator[Gallery]:
    """A station that marks what it has translated, and says the rest as it is."""
    hung = Gallery(clock, stills.PANELS[0], catalog=lambda _: marked, notices=(words.DEMO,))
    yield hung
    hung.close()


def test_no_text_reaches_the_screen_past_the_translator(foreign: Gallery) -> None:
    found = {}
    every = {still.name: still for still in (*stills.usual("en"), *stills.hardest("en"))}
    for still in every.values():
        foreign.show(still)
        handed_on = still.view.sent or json.dumps(quiet_words.EXAMPLE_SENT, indent=2)
        for layer in texts(foreign):
            for text in layer:
                bare = re.search(r"[^\W\d_]", unmarked(text.said))
                if bare and text.said not in SAME_IN_EVERY_LANGUAGE and text.said not in handed_on:
                    found.setdefault(text.said, still.name)
    assert found == {}


def test_a_screen_changes_its_language_while_it_is_shown(clock: VirtualClock) -> None:
    """What a screen says after a change is what it says when it came up in that language."""
    once = [
        {(still.view.stage, still.page): still for still in stills.usual(language)}.values()
        for language in LANGUAGES
    ]
    with closing(Gallery(clock, stills.PANELS[0])) as gallery:
        for english, german in zip(*once, strict=True):
            shown = []
            for still in (german, english, german):
                gallery.show(still)
                shown.append([text.said for layer in texts(gallery) for text in layer])
            assert shown[0] == shown[2], english.name
            assert shown[0] != shown[1], english.name
