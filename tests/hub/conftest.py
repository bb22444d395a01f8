"""Fixtures of the hub's tests, all real parts."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, Page, hub_on, settings_for


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def settings(broker: Broker, tmp_path: Path) -> Settings:
    return settings_for(broker.port, tmp_path)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Page]:
    with hub_on(settings) as page:
        yield page


@pytest.fixture
def stations(broker: Broker) -> Iterator[Callable[..., FakeStation]]:
    """Makes stations, introduced or not, and takes them away at the end."""
    made: list[FakeStation] = []

    def make(name: str = "station-1", introduced: bool = True, **rest: Any) -> FakeStation:
        station = FakeStation(broker, name, **rest)
        made.append(station)
        if introduced:
            station.introduce()
        return station

    yield make
    for station in made:
        station.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    program, driver_program = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "chromium is not installed"
    assert driver_program, "chromedriver is not installed"
    options = Options()
    options.binary_location = program
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SE_OFFLINE", "true")
        patch.setenv("SE_AVOID_STATS", "true")
        driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> webdriver.Chrome:
    """The one Chromium, on an empty page, with empty logs, as wide and as light as it was."""
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    for log in ("browser", "performance"):
        chromium.get_log(log)  # type: ignore[no-untyped-call]
    return chromium
