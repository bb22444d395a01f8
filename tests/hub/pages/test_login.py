"""Setting up, logging in and out, and who tries it without being allowed to."""

import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Page as Tab

from station.hub import running
from station.hub.first_run import TRIES
from station.hub.passwords import Passwords
from station.hub.server import Hub
from station.settings import Settings
from tests.hub.parts import PASSWORD, Page, free_port, settings_for

ANOTHER = "three slow kettlebells"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A hub without a broker."""
    return settings_for(free_port(), tmp_path)


@pytest.fixture
def new_hub(settings: Settings) -> Iterator[Hub]:
    """Nobody has an account there."""
    with running(settings) as hub:
        yield hub


@pytest.fixture
def page(settings: Settings) -> Iterator[Page]:
    """A hub with the account `manager`."""
    with running(settings) as hub:
        yield Page(hub.url, settings)


def browser_at(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=30)


def send(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Open the form at `path`, fill it in and send it."""
    found = re.search(r'name="csrf" value="(\w+)"', browser.get(path).text)
    assert found
    return browser.post(path, data={"csrf": found[1]} | fields)


def log_in(browser: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    return send(browser, "/login", name=name, password=password, **more)


def set_up(browser: httpx.Client, code: str | None, **changes: str) -> httpx.Response:
    fields = {"code": code or "", "name": "Ada", "password": PASSWORD, "again": PASSWORD}
    return send(browser, "/set-up", **fields | changes)


def test_the_first_manager_is_made_with_the_code_in_a_browser(tab: Tab, new_hub: Hub) -> None:
    assert new_hub.set_up_code
    tab.goto(new_hub.url)
    assert tab.url == new_hub.url + "set-up"
    tab.get_by_label("Set-up code").fill(new_hub.set_up_code.lower().replace("-", " "))
    tab.get_by_label("Your name").fill("Ada")
    tab.get_by_label("New password").fill(PASSWORD)
    tab.get_by_label("The same again").fill(PASSWORD)
    tab.get_by_role("button", name="Make the account").click()
    tab.wait_for_url(new_hub.url)
    tab.goto(new_hub.url + "users")
    assert "ada" in tab.locator("table").inner_text()
    tab.get_by_role("button", name="Log out", exact=True).click()
    assert tab.url == new_hub.url + "login"
    tab.goto(new_hub.url + "users")
    tab.get_by_label("Name").fill("ADA")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(new_hub.url + "users")


def test_the_code_dies_with_the_first_account(new_hub: Hub) -> None:
    first, second = browser_at(new_hub.url), browser_at(new_hub.url)
    second.get("/set-up")
    assert set_up(first, new_hub.set_up_code).headers["location"] == "/"
    assert first.get("/users").status_code == 200
    assert second.get("/set-up").headers["location"] == "/login"
    token = re.search(r'value="(\w{64})"', second.get("/login").text)
    assert token
    fields = {
        "code": new_hub.set_up_code,
        "name": "mallory",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    late = second.post("/set-up", data={"csrf": token[1]} | fields)
    assert late.headers["location"] == "/login"
    assert "mallory" not in first.get("/users").text


def test_after_ten_wrong_codes_no_code_does_until_the_hub_starts_again(settings: Settings) -> None:
    with running(settings) as hub:
        browser = browser_at(hub.url)
        for _ in range(TRIES):
            assert set_up(browser, "AAAA-AAAA-AAAA").status_code == 403
        assert "void" in browser.get("/set-up").text
        first = hub.set_up_code
        found = re.search(r'value="(\w{64})"', browser.get("/login", follow_redirects=True).text)
        assert found is None, "not even a form"
    with running(settings) as hub:
        assert hub.set_up_code
        assert hub.set_up_code != first
        assert set_up(browser_at(hub.url), hub.set_up_code).status_code == 303
    with running(settings) as hub:
        assert hub.set_up_code is None


def test_the_code_is_kept_nowhere(new_hub: Hub, settings: Settings) -> None:
    assert new_hub.set_up_code
    for file in settings.station.data_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert new_hub.set_up_code.encode() not in content
            assert new_hub.set_up_code.replace("-", "").encode() not in content


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"again": "something else"}, "The two passwords are not the same."),
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"name": "a b"}, "A name has 1 to 32"),
    ],
)
def test_what_will_not_do_is_said_and_the_code_is_not_used_up(
    new_hub: Hub, changes: dict[str, str], sentence: str
) -> None:
    browser = browser_at(new_hub.url)
    answer = set_up(browser, new_hub.set_up_code, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert PASSWORD not in answer.text
    assert set_up(browser, new_hub.set_up_code).status_code == 303


def test_a_wrong_password_and_a_name_that_is_none_are_answered_alike(page: Page) -> None:
    answers = [
        log_in(browser_at(page.url), "manager", "wrong wrong wrong"),
        log_in(browser_at(page.url), "nobody00", "wrong wrong wrong"),
    ]
    texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert "Name or password is wrong." in texts[0]
    assert all(page.cookie not in answer.cookies for answer in answers)


def test_a_name_that_is_none_takes_as_long(page: Page) -> None:
    """Loosely: whoever guesses names by the clock gets no clear answer."""

    def took(name: str) -> float:
        browser = browser_at(page.url)
        token = re.search(r'value="(\w{64})"', browser.get("/login").text)
        assert token
        form = {"csrf": token[1], "name": name, "password": "wrong wrong wrong"}
        start = time.perf_counter()
        assert browser.post("/login", data=form).status_code == 401
        return time.perf_counter() - start

    pairs = [(took("manager"), took("nobody00")) for _ in range(5)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert 0.6 < unknown / known < 1.7


def test_a_login_gets_a_token_never_seen_before_whatever_was_planted(page: Page) -> None:
    """Session fixation: neither a made-up token nor somebody's real one is taken over."""
    planted = page.token("eve", "viewer")
    for value in ("planted-by-an-attacker", planted):
        victim = browser_at(page.url)
        victim.cookies.set(page.cookie, value)
        # With a real login the login page leads on; its form can be sent all the same.
        form = browser_at(page.url)
        token = re.search(r'value="(\w{64})"', form.get("/login").text)
        assert token
        victim.cookies.set("form", form.cookies["form"])
        answer = victim.post(
            "/login", data={"csrf": token[1], "name": "manager", "password": PASSWORD}
        )
        assert answer.status_code == 303
        assert answer.cookies[page.cookie] != value
    assert page.accounts.who(planted) is None, "what the browser had before has ended"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: Page) -> None:
    browser = browser_at(page.url)
    answer = log_in(browser, "manager", PASSWORD)
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("login=")]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert page.accounts.who(browser.cookies["login"])


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\tb"]
)
def test_after_the_login_nobody_is_led_elsewhere(page: Page, place: str) -> None:
    answer = log_in(browser_at(page.url), "manager", PASSWORD, next=place)
    assert answer.headers["location"] == "/"
    answer = log_in(browser_at(page.url), "manager", PASSWORD, next="/users?done=end")
    assert answer.headers["location"] == "/users?done=end"


def test_who_guesses_is_made_to_wait_and_told_how_long(page: Page) -> None:
    guesser = browser_at(page.url)
    statuses = [log_in(guesser, "manager", f"guess number {n}").status_code for n in range(12)]
    assert statuses[:10] == [401] * 10
    assert 429 in statuses[10:]
    answer = log_in(guesser, "manager", PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert re.search(r"Too many tries. Wait \d+ seconds, then try again.", answer.text)
    time.sleep(int(answer.headers["retry-after"]))
    assert log_in(guesser, "manager", PASSWORD).status_code == 303, "nothing is locked for good"


def test_a_storm_at_the_login_leaves_the_pages_quick(page: Page) -> None:
    form = browser_at(page.url)
    token = re.search(r'value="(\w{64})"', form.get("/login").text)
    assert token
    data = {"csrf": token[1], "name": "manager", "password": "wrong wrong wrong"}

    def guess() -> None:
        httpx.post(page.url + "login", data=data, cookies=dict(form.cookies), timeout=30)

    storm = [Thread(target=guess) for _ in range(30)]
    for one in storm:
        one.start()
    took = []
    for _ in range(5):
        start = time.perf_counter()
        page.get("/api/now")
        took.append(time.perf_counter() - start)
    for one in storm:
        one.join()
    assert min(took) < 1.0


def test_a_hash_of_old_parameters_is_made_anew_at_the_login(page: Page) -> None:
    weak = Passwords(memory_kib=64, passes=1)
    page.accounts.add("otto", "viewer", weak.hash(ANOTHER))
    assert log_in(browser_at(page.url), "otto", ANOTHER).status_code == 303
    account = page.accounts.get("otto")
    assert account
    assert "m=40960,t=2,p=1" in account.password_hash
    assert log_in(browser_at(page.url), "otto", ANOTHER).status_code == 303


def test_a_switched_off_account_is_told_so_only_with_its_password(page: Page) -> None:
    page.accounts.add("otto", "viewer", Passwords().hash(ANOTHER))
    page.accounts.disable("otto")
    assert "switched off" not in log_in(browser_at(page.url), "otto", "a wrong one of it").text
    answer = log_in(browser_at(page.url), "otto", ANOTHER)
    assert answer.status_code == 403
    assert "This account is switched off." in answer.text


def test_the_log_says_who_tried_but_never_what_was_typed(page: Page) -> None:
    log_in(browser_at(page.url), "manager", "a wrong password")
    log_in(browser_at(page.url), PASSWORD.replace(" ", "-"), "oops, the fields were swapped")
    log_in(browser_at(page.url), "manager", PASSWORD)
    text = page.http.get("/log").text
    assert text.count("Wrong name or password") == 2
    assert "Logged in" in text
    for secret in ("a wrong password", PASSWORD, PASSWORD.replace(" ", "-"), "swapped"):
        assert secret not in text


class Evil(BaseHTTPRequestHandler):
    """A page elsewhere that sends our form by itself."""

    target = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(
            f"<form method=post action={self.target}users/add><input name=name value=planted>"
            "<input name=role value=manager></form><script>document.forms[0].submit()</script>"
            "".encode()
        )

    def log_message(self, *_: object) -> None:
        pass


def test_a_page_elsewhere_cannot_act_for_who_is_logged_in(tab: Tab, page: Page) -> None:
    """In a real browser: it sends no cookie along, so the form is a stranger's."""
    server = HTTPServer(("127.0.0.1", 0), Evil)
    Evil.target = page.url
    Thread(target=server.serve_forever, daemon=True).start()
    page.log_in(tab)
    tab.goto(page.url + "users")
    assert tab.get_by_role("heading", name="Users").is_visible()
    tab.goto(f"http://localhost:{server.server_port}/")
    tab.wait_for_url(re.compile(r"/login"))
    server.shutdown()
    server.server_close()
    assert page.accounts.get("planted") is None
    tab.goto(page.url + "users")
    assert tab.get_by_role("heading", name="Users").is_visible(), "and the login is still there"
