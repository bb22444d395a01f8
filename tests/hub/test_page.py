"""The first page in a real Chromium: what staff see, live, alone on this machine."""

from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from station.i18n import translator
from station.settings import Settings
from tests.browser import barriers, illegible, resize, text, texts, too_wide, watch
from tests.hub.parts import Broker, FakeStation, Page, hub_on, until

MakeStation = Callable[..., FakeStation]


def opened(tab: Tab, page: Page) -> None:
    page.log_in(tab)
    tab.goto(page.url)
    until(lambda: text(tab, "#link") == "Live")
    until(lambda: text(tab, "#headline") != "Connecting")
    tab.evaluate("window.sameDocument = true")


def unfolded(tab: Tab) -> None:
    """The demonstration's panel, which is folded away until somebody wants it."""
    tab.click("#demo-more > summary")


def test_an_empty_hub_explains_itself_in_words(tab: Tab, hub: Page) -> None:
    seen = watch(tab)
    opened(tab, hub)
    assert text(tab, "#headline") == "No station yet"
    assert text(tab, "#stations").startswith("No station has reported yet. Switch one on")
    assert text(tab, "#today") == "No station has said yet which gym it stands in."
    unfolded(tab)
    assert text(tab, "#demo") == "No demonstration has run yet."
    assert seen.complaints == []


@pytest.mark.parametrize("name", ["busy", "technique", "stations"])
def test_the_pages_of_figures_of_an_empty_hub_explain_themselves(
    tab: Tab, hub: Page, name: str
) -> None:
    seen = watch(tab)
    hub.log_in(tab)
    tab.goto(f"{hub.url}{name}")
    assert text(tab, "main .empty") == "No station has said yet which gym it stands in."
    assert barriers(tab) == []
    assert seen.complaints == []
    assert seen.origins == {hub.url}


def test_a_demo_session_shows_by_itself_in_its_own_panel_and_counts_nowhere(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    station = stations()
    seen = watch(tab)
    opened(tab, hub)
    unfolded(tab)
    until(lambda: text(tab, "#today") == "0")
    station.finish(
        source="demo",
        reps=6,
        clean=4,
        attempts=1,
        patterns={"hinge": 4, "squat": 1, "stoop": 1},
        faults={"back_rounds": 1},
    )
    until(lambda: text(tab, "#demo tbody tr"), 3)
    assert texts(tab, "#demo tbody td")[1:] == [
        "Demo clip",
        "Hip hinge",
        "6",
        "4",
        "1",
        "Hips\u00a04×, Knees\u00a01×, Spine\u00a01×",
        "Back rounds\u00a01×",
    ]
    assert "Not people" in text(tab, ".demo h2")
    assert text(tab, "#today") == "0"
    assert tab.evaluate("window.sameDocument")
    assert seen.complaints == []
    assert seen.origins == {hub.url}


def test_a_persons_session_only_raises_todays_number(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    station = stations()
    opened(tab, hub)
    unfolded(tab)
    before = {name: text(tab, name) for name in ("#demo", "#stations", "#headline")}
    for _ in range(9):
        station.finish()
    until(lambda: text(tab, "#today") == "9", 3)
    assert {name: text(tab, name) for name in before} == before


def test_a_station_in_trouble_says_what_to_do_with_a_word_and_an_icon(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations("front-desk")
    other = stations("studio")
    opened(tab, hub)
    until(lambda: text(tab, "#headline") == "All stations are ready")
    other.introduce(state="lost")
    until(lambda: text(tab, "#headline") == "Stations to look after: 1 of 2", 3)
    lost = text(tab, "#stations .station.red")
    assert lost.startswith("studio\nLost\nNo contact since ")
    icons = tab.evaluate(
        "[...document.querySelectorAll('#stations use')].map((u) => u.getAttribute('href'))"
    )
    assert icons == ["#icon-red", "#icon-green"], "what needs hands comes first"


def test_a_simulated_station_says_that_it_is_one(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations("real")
    made_up = stations("made-up", introduced=False)
    info = {"version": "0.1.0", "gym": "gym-1", "capabilities": ["simulated"]}
    made_up.say("info", info, retain=True)
    opened(tab, hub)
    until(lambda: len(texts(tab, ".station")) == 2)
    assert "Simulated" in text(tab, ".station.amber")
    assert "Simulated" not in text(tab, ".station.green")


def test_each_reader_has_the_stations_in_their_own_language(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations("front-desk")
    opened(tab, hub)
    assert tab.get_attribute("html", "lang") == "en"
    tab.click("text=DE")
    german = translator("de")("All stations are ready")
    until(lambda: text(tab, "#headline") == german)
    assert tab.get_attribute("html", "lang") == "de"
    assert tab.url == hub.url
    assert german != "All stations are ready"


def test_the_broker_gone_and_back_is_said_and_unsaid(
    tab: Tab, hub: Page, stations: MakeStation, broker: Broker
) -> None:
    stations()
    opened(tab, hub)
    assert text(tab, "#hub") == ""
    broker.kill()
    until(lambda: text(tab, "#hub").startswith("No broker"))
    assert text(tab, "#headline") == "No news from the stations"
    broker.start()
    until(lambda: text(tab, "#hub") == "")
    assert tab.evaluate("window.sameDocument")


def test_the_hub_gone_and_back_is_said_and_the_page_catches_up_by_itself(
    tab: Tab, settings: Settings, stations: MakeStation
) -> None:
    station = stations()
    with hub_on(settings) as page:
        opened(tab, page)
        port = urlsplit(page.url).port
        station.finish()
        until(lambda: text(tab, "#today") == "1")
    until(lambda: text(tab, "#away").startswith("No contact with the hub"))
    assert text(tab, "#link") == "Connecting"
    again = settings.model_copy(update={"hub": settings.hub.model_copy(update={"port": port})})
    with hub_on(again):
        station.finish()
        until(lambda: text(tab, "#today") == "2")
        assert text(tab, "#away") == ""
        assert tab.evaluate("window.sameDocument")


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1280])
def test_nothing_is_cut_off_or_needs_sideways_scrolling(
    tab: Tab, hub: Page, stations: MakeStation, width: int
) -> None:
    stations("a-station-with-quite-a-long-name").finish(
        source="demo", faults={"knees_forward": 3, "squatting": 2, "back_rounds": 9}
    )
    resize(tab, width)
    opened(tab, hub)
    unfolded(tab)
    until(lambda: text(tab, "#demo tbody tr"))
    assert too_wide(tab) == 0


SCHEMES: list[Literal["dark", "light"]] = ["dark", "light"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_word_is_legible_in_the_dark_and_in_the_light(
    tab: Tab, hub: Page, stations: MakeStation, scheme: Literal["dark", "light"]
) -> None:
    stations("a")
    stations("b").introduce(state="lost")
    stations("c").introduce(state="init")
    stations("d").finish(source="demo")
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened(tab, hub)
    unfolded(tab)
    until(lambda: text(tab, "#stations .red") and text(tab, "#demo tbody tr"))
    assert illegible(tab) == []
    assert barriers(tab) == []


def test_the_keyboard_reaches_the_figures_and_panels_have_names(tab: Tab, hub: Page) -> None:
    opened(tab, hub)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"
    assert tab.evaluate("document.documentElement.lang") == "en"
    for name in ("Sessions today", "Stations", "Demonstration Not people"):
        expect(tab.get_by_role("region", name=name)).to_have_count(1)
    tab.focus("#demo-more > summary")
    tab.keyboard.press("Enter")
    until(lambda: text(tab, "#demo"))


def test_on_a_phone_the_current_page_is_in_sight_in_the_row_of_pages(tab: Tab, hub: Page) -> None:
    resize(tab, 360)
    hub.log_in(tab)
    tab.goto(f"{hub.url}log")
    current = tab.locator(".pages [aria-current=page]")
    expect(current).to_be_in_viewport(ratio=0.99)
    assert too_wide(tab) == 0
    assert tab.evaluate("scrollY") == 0
