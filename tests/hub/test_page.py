"""The page in a real Chromium: what staff see, live, alone on this machine."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from station.hub.reading import Told
from station.messages import Info, SessionEvent
from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, Page, hub_on, session_event, store_of, until

MakeStation = Callable[..., FakeStation]


def text(browser: Chrome, selector: str) -> str:
    """Text as shown, in one go; elements are replaced while the page lives."""
    shown: str = browser.execute_script(
        "const node = document.querySelector(arguments[0]);"
        "return node?.checkVisibility() ? node.innerText.replaceAll('\\n\\n', '\\n') : ''",
        selector,
    )
    return shown


def opened(browser: Chrome, page: Page) -> None:
    browser.get(page.url)
    until(lambda: text(browser, "#link") == "Live")
    until(lambda: text(browser, "#headline") != "Connecting")
    browser.execute_script("window.sameDocument = true")


def complaints(browser: Chrome) -> list[Any]:
    return list(browser.get_log("browser"))  # type: ignore[no-untyped-call]


def requested(browser: Chrome) -> set[str]:
    """Origins of every request the browser made."""
    entries = browser.get_log("performance")  # type: ignore[no-untyped-call]
    messages = [json.loads(entry["message"])["message"] for entry in entries]
    urls = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    of_chromium_itself = ("chrome", "data", "about")
    return {
        f"{parts.scheme}://{parts.netloc}/"
        for parts in map(urlsplit, urls)
        if parts.scheme not in of_chromium_itself
    }


def test_an_empty_hub_explains_itself_in_words(browser: Chrome, hub: Page) -> None:
    opened(browser, hub)
    assert text(browser, "#headline") == "No station yet"
    assert text(browser, "#stations").startswith("No station has reported yet. Switch one on")
    assert text(browser, "#today") == "No station has said yet which gym it stands in."
    assert text(browser, "#demo") == "No demonstration has run yet."
    assert complaints(browser) == []


def test_a_demo_session_shows_by_itself_in_its_own_panel_and_counts_nowhere(
    browser: Chrome, hub: Page, stations: MakeStation
) -> None:
    station = stations()
    opened(browser, hub)
    until(lambda: text(browser, "#today") == "0")
    station.finish(
        source="demo",
        reps=6,
        clean=4,
        attempts=1,
        patterns={"hinge": 4, "squat": 1, "stoop": 1},
        faults={"back_rounds": 1},
    )
    until(lambda: text(browser, "#demo tbody tr"), 3)
    cells = browser.execute_script(
        "return [...document.querySelectorAll('#demo tbody td')].map((td) => td.innerText)"
    )
    assert cells[1:] == [
        "Demo clip",
        "Hip hinge",
        "6",
        "4",
        "1",
        "Hips\u00a04×, Knees\u00a01×, Spine\u00a01×",
        "Back rounds\u00a01×",
    ]
    assert "Not people" in text(browser, ".demo h2")
    assert text(browser, "#today") == "0"
    assert browser.execute_script("return window.sameDocument")
    assert complaints(browser) == []
    assert requested(browser) == {hub.url}


def test_a_persons_session_only_raises_todays_number(
    browser: Chrome, hub: Page, stations: MakeStation
) -> None:
    station = stations()
    opened(browser, hub)
    until(lambda: text(browser, "#technique"))
    before = {name: text(browser, name) for name in ("#technique", "#demo", "#stations")}
    for _ in range(9):
        station.finish()
    until(lambda: text(browser, "#today") == "9", 3)
    assert {name: text(browser, name) for name in before} == before
    assert "it appears from 10 sessions" in before["#technique"]


def test_a_report_appears_with_rounded_counts_and_says_what_is_hidden(
    browser: Chrome, settings: Settings
) -> None:
    earlier = datetime.now(UTC) - timedelta(hours=2)
    kinds = ["hinge"] * 47 + ["squat"] * 23 + ["stoop"] * 3 + ["unclear"] * 8
    events = [
        SessionEvent.model_validate(
            session_event(patterns={kind: 10}, faults={"hips_stay": 2} if i % 2 else {})
        )
        for i, kind in enumerate(kinds)
    ]
    with store_of(settings).writing() as writer:
        writer.write([Told("s1", Info(version="1", gym="west"))], earlier)
        writer.write([Told("s1", event) for event in events], earlier)
    with hub_on(settings) as page:
        opened(browser, page)
        until(lambda: "From about 80 sessions" in text(browser, "#technique"))
        shown = text(browser, "#technique").replace("\n", " ")
    assert text(browser, "#gym") == "west"
    assert "Hips about 45 Knees about 25 Spine or Unclear about 10" in shown
    assert "Hips hardly go back about 40" in shown
    assert "Not shown, because too few" in shown
    assert "70%" in shown
    assert "The second half of a set goes better than the first." in shown


def test_a_station_in_trouble_says_what_to_do_with_a_word_and_an_icon(
    browser: Chrome, hub: Page, stations: MakeStation
) -> None:
    stations("front-desk")
    other = stations("studio")
    opened(browser, hub)
    until(lambda: text(browser, "#headline") == "All stations are ready")
    other.introduce(state="lost")
    until(lambda: text(browser, "#headline") == "Stations to look after: 1 of 2", 3)
    lost = text(browser, "#stations .station.red")
    assert lost.startswith("studio\nLost\nNo contact since ")
    icons = browser.execute_script(
        "return [...document.querySelectorAll('#stations use')].map((u) => u.getAttribute('href'))"
    )
    assert icons == ["#icon-green", "#icon-red"]


def test_the_broker_gone_and_back_is_said_and_unsaid(
    browser: Chrome, hub: Page, stations: MakeStation, broker: Broker
) -> None:
    stations()
    opened(browser, hub)
    assert text(browser, "#hub") == ""
    broker.kill()
    until(lambda: text(browser, "#hub").startswith("No broker"))
    assert text(browser, "#headline") == "No news from the stations"
    broker.start()
    until(lambda: text(browser, "#hub") == "")
    assert browser.execute_script("return window.sameDocument")


def test_the_hub_gone_and_back_is_said_and_the_page_catches_up_by_itself(
    browser: Chrome, settings: Settings, stations: MakeStation
) -> None:
    station = stations()
    with hub_on(settings) as page:
        opened(browser, page)
        port = urlsplit(page.url).port
        station.finish()
        until(lambda: text(browser, "#today") == "1")
    until(lambda: text(browser, "#away").startswith("No contact with the hub"))
    assert text(browser, "#link") == "Connecting"
    again = settings.model_copy(update={"hub": settings.hub.model_copy(update={"port": port})})
    with hub_on(again):
        station.finish()
        until(lambda: text(browser, "#today") == "2")
        assert text(browser, "#away") == ""
        assert browser.execute_script("return window.sameDocument")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_cut_off_or_needs_sideways_scrolling(
    browser: Chrome, hub: Page, stations: MakeStation, width: int
) -> None:
    stations("a-station-with-quite-a-long-name").finish(
        source="demo", faults={"knees_forward": 3, "squatting": 2, "back_rounds": 9}
    )
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    opened(browser, hub)
    until(lambda: text(browser, "#demo tbody tr"))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


CONTRAST = """
    const channel = (c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const colour = rgb(getComputedStyle(node).backgroundColor);
            if (colour.length < 4 || colour[3] > .99) return colour;
        }
    };
    const worst = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest("script"))
            continue;
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
        worst.push([(Math.max(a, b) + .05) / (Math.min(a, b) + .05), walk.currentNode.data]);
    }
    return worst.filter(([ratio]) => ratio < 4.5);
"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_word_is_legible_in_the_dark_and_in_the_light(
    browser: Chrome, hub: Page, stations: MakeStation, scheme: str
) -> None:
    stations("a")
    stations("b").introduce(state="lost")
    stations("c").introduce(state="init")
    stations("d").finish(source="demo")
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    opened(browser, hub)
    until(lambda: text(browser, "#stations .red") and text(browser, "#demo tbody tr"))
    assert browser.execute_script(CONTRAST) == []


def test_the_keyboard_reaches_the_figures_and_panels_have_names(browser: Chrome, hub: Page) -> None:
    opened(browser, hub)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB, Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "figures"
    assert browser.execute_script("return document.documentElement.lang") == "en"
    names = [
        panel.accessible_name for panel in browser.find_elements(By.CSS_SELECTOR, "main section")
    ]
    assert names == ["Sessions today", "Stations", "Technique", "Demonstration Not people"]
