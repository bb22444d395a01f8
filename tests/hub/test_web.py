"""The page's server and API: what it gives, to whom, and what it never gives."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.hub import running, words
from station.hub.reading import Told
from station.hub.web import HEADERS, ROOM
from station.i18n import translator
from station.messages import Info, SessionEvent, Status
from station.settings import Settings
from tests.hub.parts import Page, free_port, session_event, settings_for, store_of

PATHS = ["/", "/api/now", "/api/demo", "/healthz", "/static/now.js", "/nothing"]
COUNTS = {"hinge": 47, "squat": 23, "stoop": 3, "unclear": 8}
LATER = datetime.now(UTC) + timedelta(hours=3)


def sessions() -> Iterator[SessionEvent]:
    """81 sessions with telling numbers: 3 stoops, 8 unclear, a fault seen 7 times."""
    for pattern, count in COUNTS.items():
        for i in range(count):
            yield SessionEvent.model_validate(
                session_event(
                    reps=10,
                    patterns={pattern: 10},
                    faults={"head_tucks": 1} if pattern == "squat" and i < 7 else {},
                )
            )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A hub without any broker."""
    return settings_for(free_port(), tmp_path)


@contextmanager
def page_at(settings: Settings, now: datetime) -> Iterator[Page]:
    with running(settings, now=lambda: now) as hub:
        yield Page(hub.url, settings, lambda: now)


@pytest.fixture
def filled(settings: Settings) -> Settings:
    status = Status(state="ready", boot="b", birth="x")
    with store_of(settings).writing() as writer:
        writer.write([Told("s1", Info(version="1", gym="gym-1")), Told("s1", status)], LATER)
        writer.write([Told("s1", event) for event in sessions()], LATER)
    return settings


def test_the_page_is_there_without_a_broker_and_says_what_is_missing(settings: Settings) -> None:
    with page_at(settings, LATER) as page:
        now = page.get("/api/now")
        assert now["gyms"] == []
        assert now["stations"] == []
        assert now["hub"]["word"] == "No broker"
        assert page.get("/api/demo") == {"sessions": []}
        assert page.get("/api/health")["broker"] == "connecting"


def test_todays_number_is_there_at_once(filled: Settings) -> None:
    with page_at(filled, LATER) as page:
        assert page.today() in (0, 81)


def test_no_answer_carries_an_id_or_an_exact_number_of_a_pattern(filled: Settings) -> None:
    """Everything the server says in any way: pages, API, events, errors."""
    with page_at(filled, LATER + timedelta(hours=1)) as page:
        said = [page.http.get(path).text for path in PATHS]
        said.append(events(page, names={"today", "now", "demo"}))
        now = json.dumps(page.get("/api/now")["gyms"])
    for number in (*COUNTS.values(), 7, 11):
        assert not re.search(rf"\b{number}\b", now)
    everything = "".join(said)
    assert "totals" not in everything
    assert ids_in(everything) == set()


def ids_in(text: str) -> set[str]:
    return set(re.findall(r"\b[0-9a-f]{32}\b", text))


def events(page: Page, names: set[str], language: str = "en") -> str:
    """What /events says until each of `names` has come once."""
    text = ""
    page.http.cookies.set("language", language)
    with page.http.stream("GET", "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            text += line + "\n"
            if names <= set(re.findall(r"^event: (\w+)$", text, re.M)) and not line:
                return text
    raise AssertionError(text)


def test_every_answer_carries_the_security_headers_and_the_page_nothing_inline(
    settings: Settings,
) -> None:
    with page_at(settings, LATER) as page:
        for path in PATHS:
            answer = page.http.get(path)
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, path
            assert "server" not in answer.headers
        markup = page.http.get("/").text
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", markup)
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", markup) == []


def test_a_name_pointed_at_the_loopback_hub_from_outside_is_refused(settings: Settings) -> None:
    with page_at(settings, LATER) as page:
        assert page.http.get("/", headers={"Host": "evil.example"}).status_code == 400
        assert page.http.get("/", headers={"Host": "localhost:1234"}).status_code == 200


def test_nothing_can_be_changed_or_reached_through_the_page(settings: Settings) -> None:
    with page_at(settings, LATER) as page:
        for path in PATHS[:4]:
            assert page.http.post(path).status_code == 405
        for path in ("static/..%2fweb.py", "static/../web.py", "static/%2e%2e/server.py"):
            assert page.http.get(path).status_code == 404


def test_a_store_that_fails_is_an_error_without_details(settings: Settings) -> None:
    with page_at(settings, LATER) as page:
        with store_of(settings).database.writing() as db:
            db.exec_driver_sql("DROP TABLE unreadable")
        answer = page.http.get("/api/now")
        health = page.stranger.get("/healthz")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert (health.status_code, health.json()) == (503, {"ok": False})


def test_the_first_pages_texts_are_all_there_and_all_used() -> None:
    texts = set(words.page(translator("en")))
    script = (ROOM / "static" / "now.js").read_text(encoding="utf-8")
    in_script = set(re.findall(r"texts\.(\w+)", script))
    columns = set(re.findall(r'^  \["(\w+)", \(s\)', script, re.M))
    composed = {name for name in texts if re.match("fault_|pattern_|exercise_|source_", name)}
    assert in_script | columns <= texts
    assert texts <= in_script | columns | composed


def test_each_stream_speaks_its_readers_language(filled: Settings) -> None:
    with page_at(filled, LATER) as page:
        english = events(page, names={"today", "now", "demo"})
        german = events(page, names={"today", "now", "demo"}, language="de")
        again = events(page, names={"today", "now", "demo"})
    assert "No news from the stations" in english
    assert "No news from the stations" in again
    assert translator("de")("No news from the stations") in german
