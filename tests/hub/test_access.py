"""Who gets in where: every route, every login, every form, over real HTTP."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Mount

from station.hub import running
from station.hub.access import Access, Guarded
from station.hub.database import Database
from station.hub.live import Live
from station.hub.store import Store
from station.hub.views import Views
from station.hub.web import application
from station.hub.wiring import Wiring
from station.settings import Settings
from tests.hub.parts import Page, free_port, settings_for

PUBLIC = {"/login", "/set-up", "/healthz", "/join", "/language", "/metrics"}
"""All that a stranger is answered, besides the files that pages are drawn with."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A hub without a broker."""
    settings = settings_for(free_port(), tmp_path_factory.mktemp("hub"))
    with running(settings) as hub:
        yield Page(hub.url, settings)


def csrf_in(answer: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', answer.text)
    assert found, answer.text
    return found[1]


def csrf_of(browser: httpx.Client) -> str:
    return csrf_in(browser.get("/account"))


def all_routes(tmp_path: Path) -> list[Any]:
    """The application's own, with stations that can join."""
    settings = settings_for(1, tmp_path)
    hub = settings.hub.model_copy(update={"broker_dir": tmp_path})
    settings = settings.model_copy(update={"hub": hub})
    database = Database(settings.store)
    store = Store(database)
    live, link = Live({}), lambda: None
    wiring = Wiring(settings, database, store, live, link, lambda: datetime.now(UTC))  # type: ignore[arg-type]
    views = Views(store, link)  # type: ignore[arg-type]
    access = Access(database, secure=False, language="en")
    return list(application(wiring, views, access).routes)


@pytest.fixture
def routes(tmp_path: Path) -> list[Any]:
    return all_routes(tmp_path)


def test_every_route_is_guarded_and_only_the_few_public_ones_have_no_role(
    routes: list[Any],
) -> None:
    files = [each for each in routes if isinstance(each, Mount)]
    assert [each.path for each in files] == ["/static"]
    others = [each for each in routes if each not in files]
    assert all(type(each) is Guarded for each in others)
    assert {each.path for each in others if each.role is None} <= PUBLIC
    assert [each.path for each in others if each.proven] == ["/join"]
    changing = {each.path for each in others if each.methods - {"GET", "HEAD"}}
    assert {"/login", "/logout", "/users/change", "/users/add", "/account"} <= changing


def paths(routes: list[Any]) -> Iterator[tuple[str, str, str]]:
    """Method, path and role of each route that is not public."""
    for each in routes:
        if isinstance(each, Guarded) and each.role is not None:
            for method in sorted(each.methods - {"HEAD"}):
                yield method, re.sub(r"\{[^}]*\}", "station-1", each.path), each.role


def test_a_stranger_gets_nowhere(routes: list[Any], page: Page) -> None:
    for method, path, _ in paths(routes):
        for cookies in ({}, {page.cookie: "made-up"}):
            answer = httpx.request(method, page.url.rstrip("/") + path, cookies=cookies)
            if path.startswith(("/api/", "/export/", "/events", "/metrics")):
                assert (answer.status_code, answer.json()) == (401, {"problem": "Log in first."})
            else:
                assert answer.status_code == 303, (method, path)
                assert answer.headers["location"].startswith("/login"), path
                assert answer.text == ""


def test_a_viewer_is_told_in_a_sentence_what_only_managers_may_do(
    routes: list[Any], page: Page
) -> None:
    viewer = page.client("vera", "viewer")
    headers = {"X-CSRF-Token": csrf_of(viewer)}
    refused = 0
    for method, path, role in paths(routes):
        if role != "manager":
            continue
        refused += 1
        answer = viewer.request(method, path, headers=headers if method == "POST" else {})
        assert answer.status_code == 403, path
        assert "Only a manager may do this." in answer.text
    assert refused >= 4
    assert viewer.get("/").status_code == 200
    assert "/users" not in viewer.get("/account").text, "nor is shown the way"


@pytest.mark.parametrize("form", [{}, {"csrf": "0" * 64}, {"csrf": ""}, {"csrf": "ä"}])
def test_nothing_is_changed_without_the_token_of_this_login(
    page: Page, form: dict[str, str]
) -> None:
    browser = page.client("manager")
    answer = browser.post("/users/add", data={"name": "planted", "role": "manager"} | form)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert page.accounts.get("planted") is None


def test_the_token_of_another_login_of_the_same_user_does_not_do(page: Page) -> None:
    one, other = page.client("manager"), page.client("manager")
    form = {"name": "planted", "role": "viewer", "csrf": csrf_of(one)}
    assert other.post("/users/add", data=form).status_code == 403
    assert page.accounts.get("planted") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_that_comes_from_elsewhere_is_refused_even_with_the_token(
    page: Page, headers: dict[str, str]
) -> None:
    browser = page.client("manager")
    form = {"name": "planted", "role": "viewer", "csrf": csrf_of(browser)}
    assert browser.post("/users/add", data=form, headers=headers).status_code == 403
    assert page.accounts.get("planted") is None


def test_a_script_of_ours_sends_the_token_in_a_header_and_is_answered_in_json(page: Page) -> None:
    browser = page.client("manager")
    own = {"Origin": page.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    answer = browser.post("/users/add", headers={"X-CSRF-Token": "0" * 64} | own)
    assert answer.status_code == 403
    assert "problem" in answer.json()
    token = csrf_of(browser)
    answer = browser.post(
        "/users/add", data={"name": "made", "role": "viewer"}, headers={"X-CSRF-Token": token} | own
    )
    assert answer.status_code == 200
    assert page.accounts.get("made")


def test_a_body_without_end_is_cut_off(page: Page) -> None:
    browser = page.client("manager")
    answer = browser.post("/users/add", data={"name": "x" * 400_000})
    assert answer.status_code == 413


Ending = Callable[[Page, httpx.Client], object]


@pytest.mark.parametrize(
    "end",
    [
        lambda page, browser: browser.post("/logout", data={"csrf": csrf_of(browser)}),
        lambda page, browser: page.http.post(
            "/users/change",
            data={"name": "stella", "do": "disable", "csrf": csrf_of(page.http)},
        ),
        lambda page, browser: page.accounts.disable("stella"),
    ],
    ids=["logged out", "switched off on the page", "switched off on the command line"],
)
def test_a_live_stream_ends_with_its_login(page: Page, end: Ending) -> None:
    browser, other = page.client("stella", "viewer"), page.client("vera", "viewer")
    with browser.stream("GET", "/events") as stream, other.stream("GET", "/events") as goes_on:
        lines = stream.iter_lines()
        assert next(lines).startswith("event:")
        ending = threading.Thread(target=end, args=(page, page_client_like(page, browser)))
        ending.start()
        rest = list(lines)
        ending.join()
        assert rest[-3:-1] == ["event: ended", "data: {}"]
        assert next(goes_on.iter_lines()).startswith("event:")
    assert browser.get("/events").status_code == 401
    page.accounts.enable("stella")


def page_client_like(page: Page, browser: httpx.Client) -> httpx.Client:
    """The same browser on another connection: the first is busy with its stream."""
    return httpx.Client(base_url=page.url, cookies=browser.cookies)


def test_a_stream_whose_login_runs_out_ends_by_itself(tmp_path: Path) -> None:
    settings: Settings = settings_for(free_port(), tmp_path)
    shift = timedelta()

    def now() -> datetime:
        return datetime.now(UTC) + shift

    with running(settings, now=now) as hub:
        page = Page(hub.url, settings, now)
        with page.http.stream("GET", "/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            shift = timedelta(hours=13)
            assert "event: ended" in list(lines)


def test_a_user_who_is_demoted_or_switched_off_is_out_with_the_next_request(page: Page) -> None:
    browser = page.client("moritz")
    assert browser.get("/users").status_code == 200
    page.accounts.set_role("moritz", "viewer")
    assert browser.get("/users").headers["location"] == "/login?next=/users"
    again = page.client("moritz")
    assert again.get("/users").status_code == 403
    page.accounts.disable("moritz")
    assert again.get("/").status_code == 303


def test_a_first_password_opens_nothing_but_the_place_to_replace_it(page: Page) -> None:
    page.accounts.add("fresh", "manager", "hash", first=True)
    browser = page.client("fresh")
    assert browser.get("/").headers["location"] == "/account"
    assert browser.get("/users").headers["location"] == "/account"
    assert browser.get("/api/now").status_code == 403
    assert "made by somebody else" in browser.get("/account").text


def test_health_says_to_strangers_only_whether_it_is_well(page: Page) -> None:
    assert page.stranger.get("/healthz").json() == {"ok": True}
    assert page.stranger.get("/api/health").status_code == 401
    assert set(page.get("/api/health")) == {"store", "broker", "unreadable", "aside"}
