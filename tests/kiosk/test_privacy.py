"""What is seen and sent: the JSON itself, whole, on any panel."""

from collections.abc import Callable

import pytest

from station.kiosk import quiet_words, words
from station.messages import SessionEvent
from tests.kiosk.people import PANELS, Panel
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]
SENT = SessionEvent.model_validate(quiet_words.EXAMPLE_SENT | {"reps": 11}).model_dump_json()


def all_pages(wall: Wall) -> str:
    """The JSON of every page, put together."""
    screen = wall.app.screen
    pages: list[str] = []
    for _ in range(20):
        if screen.body in pages:
            break
        if screen.body:
            pages.append(screen.body)
        if screen.turning.turn_text:
            wall.press(words.MORE)
    return "\n".join(pages)


@pytest.mark.parametrize("panel", [PANELS[1], PANELS[2], PANELS[3]], ids=str)
def test_the_last_session_is_shown_to_the_last_letter(hang: Hang, panel: Panel) -> None:
    wall = hang(panel)
    wall.put(wall.view("privacy", sent=SENT))
    text = all_pages(wall)
    assert "".join(text.split()) == "".join(SENT.split())
    assert '"reps": 11' in text
    assert wall.app.screen.title == quiet_words.LAST_SENT


def test_without_a_session_an_example_is_shown_and_called_one(hang: Hang) -> None:
    wall = hang()
    wall.put(wall.view("privacy"))
    assert quiet_words.EXAMPLE in wall.texts()
    assert SessionEvent.model_validate_json("".join(all_pages(wall).split()))


def test_it_says_what_is_seen_kept_and_sent(hang: Hang) -> None:
    wall = hang()
    pinned = wall.put(wall.view("privacy"))
    for said in (quiet_words.SEEN_HERE, quiet_words.KEPT_HERE, quiet_words.SENT_ON):
        assert said in wall.texts()
    wall.press(words.BACK)
    assert pinned.acts == [("back", "")]


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert quiet_words.sent_lines("not {json", 40) == (["not {json"], True)
