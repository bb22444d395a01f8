"""Every page over a large database: its data, its first load in Chromium, and news on it."""

import json
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import BrowserContext, sync_playwright

from station.messages import SESSION, topic
from tests.conftest import FLAGS
from tests.hub.parts import session_event
from tests.hub_load.bars import Bar, percentile
from tests.hub_load.parts import Hub, broker, hub

DATA = ("/api/now", "/api/busy", "/api/technique", "/api/stations", "/api/gyms")
PAGES = ("/", "/busy", "/technique", "/stations", "/settings", "/setup", "/users", "/log")
EXPORTS = ("/export/busy.csv", "/export/technique.csv", "/export/stations.csv")
ASKED, LOADS, EVENTS, SETTLE_S = 20, 3, 60, 5.0
DATA_MS, LIVE_MS, LOAD_MS, MEMORY_MB = 200.0, 100.0, 1000.0, 120.0

WATCH = """() => {
  const today = document.querySelector("#today");
  window.seen = [];
  new MutationObserver(() => window.seen.push(performance.timeOrigin + performance.now()))
    .observe(today, {childList: true, characterData: true, subtree: true});
}"""
TIMING = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const parts = performance.getEntriesByType("resource")
    .filter((part) => !part.name.endsWith("/events")).map((part) => part.responseEnd);
  return Math.max(page.loadEventEnd, ...parts);
}"""


def measure(
    folder: Path,
    kind: str,
    database: str,
    *,
    asked: int = ASKED,
    loads: int = LOADS,
    events: int = EVENTS,
    settle_s: float = SETTLE_S,
) -> list[Bar]:
    """Over a filled `database` ("": SQLite in `folder`); `kind` names it in the table."""
    with broker(folder) as port, hub(folder, port, database) as running:
        time.sleep(settle_s)
        fresh = running.memory_mb()
        bars = _data(running, kind, asked)
        with _chromium(running) as context:
            bars += _first_loads(context, running, kind, loads)
            bars += _news(context, running, port, kind, events)
        time.sleep(settle_s)
        bars += [
            Bar(f"memory at rest, {kind}", fresh, "MB", MEMORY_MB, told="soon after its start"),
            Bar("… after all of this", running.memory_mb(), "MB", MEMORY_MB),
        ]
    return bars


def _data(running: Hub, kind: str, asked: int) -> list[Bar]:
    gyms = running.http.get("/api/gyms").json()["people"]
    slowest: dict[str, list[float]] = {}
    for path in (*DATA, *EXPORTS, *PAGES):
        if running.http.get(path).status_code == 404:
            continue
        # The first of each gym finds nothing kept in memory.
        for number in range(asked):
            gym = gyms[number % len(gyms)] if gyms else ""
            query = f"?gym={gym}" if path.startswith(("/api/", "/export/")) and gym else ""
            if path in ("/api/now", "/api/gyms"):
                query = ""
            began = time.perf_counter()
            answer = running.http.get(path + query)
            taken = 1000 * (time.perf_counter() - began)
            assert answer.status_code == 200, f"{path}{query}: {answer.status_code} {answer.text}"
            slowest.setdefault(path, []).append(taken)
    return [
        Bar(
            f"{path}, {kind}",
            max(times),
            "ms",
            DATA_MS,
            told=f"slowest of {len(times)}; median {percentile(times, 0.5):.1f}",
        )
        for path, times in slowest.items()
    ]


@contextmanager
def _chromium(running: Hub) -> Iterator[BrowserContext]:
    program = shutil.which("chromium")
    assert program, "chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*FLAGS], chromium_sandbox=False
        )
        try:
            yield _context(browser, running)
        finally:
            browser.close()


def _context(browser: Any, running: Hub) -> BrowserContext:
    """A browser as it is after the login page, with nothing in its cache."""
    context: BrowserContext = browser.new_context()
    context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "url": running.url}
            for cookie in running.http.cookies.jar
        ]
    )
    return context


def _first_loads(context: BrowserContext, running: Hub, kind: str, loads: int) -> list[Bar]:
    browser = context.browser
    assert browser is not None
    bars = []
    for path in PAGES:
        if running.http.get(path).status_code == 404:
            continue
        times = []
        for _ in range(loads):
            fresh = _context(browser, running)
            tab = fresh.new_page()
            tab.goto(running.url.rstrip("/") + path, wait_until="load")
            tab.wait_for_timeout(700)
            times.append(float(tab.evaluate(TIMING)))
            fresh.close()
        name = "Now" if path == "/" else path
        bars.append(
            Bar(
                f"first load of {name}, {kind}",
                max(times),
                "ms",
                LOAD_MS,
                told=f"slowest of {loads}, empty cache, with its data",
            )
        )
    return bars


def _news(context: BrowserContext, running: Hub, port: int, kind: str, events: int) -> list[Bar]:
    """A station's PUBLISH until the Now page's number has changed."""
    tab = context.new_page()
    tab.goto(running.url)
    tab.wait_for_function("document.querySelector('#link')?.dataset.state === 'live'")
    tab.wait_for_timeout(1000)
    tab.evaluate(WATCH)
    station = running.http.get("/api/now").json()["stations"][0]["id"]
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    dice, taken = random.Random(1), []
    for _ in range(events):
        payload = json.dumps(session_event())
        before = int(tab.evaluate("window.seen.length"))
        sent = 1000 * time.time()
        client.publish(topic(station, SESSION), payload, qos=1)
        tab.wait_for_function("(n) => window.seen.length > n", arg=before, timeout=10_000)
        taken.append(float(tab.evaluate("(n) => window.seen[n]", before)) - sent)
        tab.wait_for_timeout(int(dice.uniform(150, 450)))
    client.disconnect()
    client.loop_stop()
    told = f"of {events} sessions, one by one"
    return [
        Bar(f"published → on the page, {kind}, p50", percentile(taken, 0.5), "ms"),
        Bar(
            f"published → on the page, {kind}, p95", percentile(taken, 0.95), "ms", LIVE_MS,
            told=told,
        ),
    ]  # fmt: skip
