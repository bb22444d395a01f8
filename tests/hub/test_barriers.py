"""Managers' pages, and those before the login, in a real Chromium: no barrier, in either light."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page as Tab

from station.desired import in_force
from station.hub import running
from station.settings import Settings
from tests.browser import barriers, illegible, resize, too_wide
from tests.hub.parts import FakeStation, Page, free_port, settings_for, until

Scheme = Literal["dark", "light"]
WAYS: list[tuple[str, Scheme, int]] = [("de", "light", 390), ("en", "dark", 1280)]


def walk(tab: Tab, url: str) -> None:
    """Look at a page in either light and language, on a phone and on a desk."""
    for language, scheme, width in WAYS:
        tab.context.add_cookies([{"name": "language", "value": language, "url": url}])
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        resize(tab, width)
        tab.goto(url)
        where = f"{url} {language} {scheme} {width}"
        assert barriers(tab) == [], where
        assert illegible(tab) == [], where
        assert too_wide(tab) == 0, where


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """A hub that nobody has logged in to yet."""
    with running(settings_for(free_port(), tmp_path)) as hub:
        yield hub.url


def test_whoever_sets_the_hub_up_meets_no_barrier(tab: Tab, empty: str) -> None:
    walk(tab, f"{empty}set-up")


def test_a_manager_meets_no_barrier_on_any_page(
    tab: Tab, hub: Page, stations: Callable[..., FakeStation]
) -> None:
    station = stations("rack-2")
    report = {"desired_version": 0, "version": 0, "status": "applied"}
    station.say("cfg/reported", report | {"config": in_force(Settings())}, retain=True)
    until(lambda: "rack-2" in hub.stations())
    walk(tab, f"{hub.url}login")
    hub.log_in(tab)
    tab.goto(f"{hub.url}settings")
    tab.get_by_label("Volume").fill("0.25")
    tab.get_by_role("button", name="Send to all stations (1)").click()
    tab.wait_for_url("**/settings/change?*")
    change = tab.url
    tab.goto(f"{hub.url}settings/history")
    back = tab.get_by_role("link", name="Take it back").get_attribute("href") or ""
    for url in (
        *(change, f"{hub.url.rstrip('/')}{back}"),
        *(f"{hub.url}{path}" for path in ("", "settings", "settings/history", "users", "log")),
        *(f"{hub.url}{path}" for path in ("account", "setup", "setup/station?id=rack-2")),
    ):
        walk(tab, url)


def test_the_navigation_says_which_page_a_page_belongs_to(
    tab: Tab, hub: Page, stations: Callable[..., FakeStation]
) -> None:
    stations("rack-2")
    hub.log_in(tab)
    for path, page in (("setup", "Set-up"), ("settings/history", "Settings"), ("", "Now")):
        tab.goto(f"{hub.url}{path}")
        assert tab.locator(".pages [aria-current]").inner_text().strip() == page
