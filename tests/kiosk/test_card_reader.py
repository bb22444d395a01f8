"""A card wakes the station, and its number goes nowhere."""

import gc
import logging
import random
from collections.abc import Callable, Iterable, Sequence

import pytest

from station.kiosk.card_reader import LEAST_DIGITS, TOGETHER_S, CardReader
from tests.kiosk.wall import Wall

Hang = Callable[..., Wall]
ESCAPE, F1, F11, ENTER, TAB = 27, 282, 292, 13, 9


def type_keys(wall: Wall, codes: Iterable[int], modifiers: Iterable[str] = ()) -> None:
    """Keys as the window's own event loop hands them on: down, text, up."""
    for code in codes:
        text = chr(code) if 32 <= code < 127 else ""
        if not wall.window.dispatch("on_key_down", code, code, text, list(modifiers)):
            wall.window.dispatch("on_keyboard", code, code, text, list(modifiers))
        if text:
            wall.window.dispatch("on_textinput", text)
        wall.window.dispatch("on_key_up", code, code)
        wall.step(draw=False)


def is_number(thing: Sequence[object], codes: list[int]) -> bool:
    """Whether these are the key codes; arrays and the like answer == with no bool."""
    return all(type(part) is int for part in thing) and list(thing) == codes


def holders(number: str) -> list[str]:
    """Types of everything in memory that contains `number`: as text, or key by key."""
    codes = [ord(digit) for digit in number]
    found, looked = [], set()
    for container in gc.get_objects():
        if container is codes:
            continue
        for thing in [container, *gc.get_referents(container)]:
            if id(thing) in looked or thing is number:
                continue
            looked.add(id(thing))
            # By type: a weak proxy would answer for an object that is gone.
            if type(thing) in {str, bytes}:
                text = thing if type(thing) is str else thing.decode("latin1")
                if number in text:
                    found.append(type(container).__name__)
            elif type(thing) in {list, tuple} and is_number(thing, codes):
                found.append(type(thing).__name__)
    return found


def test_a_card_wakes_the_station_and_its_number_is_nowhere(
    hang: Hang, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wall = hang(screen={"card_reader": True})
    wall.wait(1.0)
    number = str(random.randrange(10**13, 10**14))
    type_keys(wall, (ord(digit) for digit in number))
    assert wall.screen == "attract"
    assert not any(digit in text for text in wall.texts() for digit in "0123456789")
    type_keys(wall, [ENTER])
    assert wall.screen == "choose"
    gc.collect()
    assert holders(number) == []
    assert number not in caplog.text
    assert not any(number in text for text in wall.texts())


def test_who_holds_the_number_would_be_found() -> None:
    number = str(random.randrange(10**13, 10**14))
    kept = ["".join(list(number)), [ord(digit) for digit in number]]
    assert len(holders(number)) >= len(kept)


def test_a_card_in_the_middle_of_a_session_changes_nothing(hang: Hang) -> None:
    wall = hang(screen={"card_reader": True})
    wall.wait(1.0)
    wall.context.act("privacy")
    wall.wait(1.0)
    type_keys(wall, [*map(ord, "12345678"), ENTER])
    assert wall.screen == "privacy"


def test_without_a_reader_no_key_does_anything(hang: Hang) -> None:
    wall = hang()
    wall.wait(1.0)
    before = len(wall.window.children)
    type_keys(wall, [*map(ord, "12345678"), ENTER, ESCAPE, F1, F11, TAB, ord(" ")])
    for code in map(ord, "acemqrw"):
        type_keys(wall, [code], ["ctrl"])
    type_keys(wall, [ESCAPE, F1, F11, ord("q")], ["ctrl", "alt"])
    wall.wait(0.5)
    assert wall.screen == "attract"
    assert len(wall.window.children) == before


@pytest.mark.parametrize("reader", [False, True])
def test_no_key_leaves_the_station_with_a_reader_either(hang: Hang, reader: bool) -> None:
    from kivy.base import EventLoop

    wall = hang(screen={"card_reader": reader, "fullscreen": True})
    type_keys(wall, [ESCAPE, F1, F11])
    assert wall.window.dispatch("on_request_close")
    assert EventLoop.status != "stopped"
    assert wall.app.screen.parent is not None


def test_digits_need_to_come_in_one_go() -> None:
    reader = CardReader()
    codes = [ord("7")] * LEAST_DIGITS
    assert not any(reader.key(10.0, code) for code in codes)
    assert reader.key(10.1, ENTER)
    assert not reader.key(10.2, ENTER), "read once"
    for code in codes[1:]:
        reader.key(20.0, code)
    assert not reader.key(20.1, ENTER), "too few"
    for i, code in enumerate(codes):
        reader.key(30.0 + i * TOGETHER_S / 2, code)
    assert not reader.key(33.0, ENTER), "typed by a finger"
    for code in codes:
        reader.key(40.0, code)
    reader.key(40.1, ord("x"))
    assert not reader.key(40.2, ENTER), "a word is no card"
