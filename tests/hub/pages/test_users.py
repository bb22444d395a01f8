"""Users, My account and Log, in a real Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from station.hub import running
from station.hub.passwords import Passwords
from tests.hub.parts import PASSWORD, Page, free_port, settings_for

ANOTHER = "three slow kettlebells"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A hub without a broker."""
    settings = settings_for(free_port(), tmp_path)
    with running(settings) as hub:
        yield Page(hub.url, settings)


def post(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = re.search(r'name="csrf" value="(\w{64})"', browser.get("/account").text)
    assert token
    return browser.post(path, data={"csrf": token[1]} | fields)


def row(tab: Tab, name: str):  # type: ignore[no-untyped-def]
    return tab.locator("tbody tr").filter(has_text=name)


def change(tab: Tab, page: Page, name: str, button: str) -> None:
    tab.goto(page.url + "users")
    row(tab, name).get_by_text("Change").click()
    row(tab, name).get_by_role("button", name=button, exact=True).click()


def test_a_new_user_gets_a_first_password_that_is_shown_once_and_replaced_at_once(
    tab: Tab, page: Page
) -> None:
    page.log_in(tab)
    tab.goto(page.url + "users")
    tab.get_by_label("Name").fill("Front-Desk")
    tab.get_by_role("button", name="Add").click()
    first = tab.locator(".secret").inner_text()
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", first)
    tab.goto(page.url + "users")
    assert first not in tab.content()
    expect(row(tab, "front-desk")).to_contain_text("Has not chosen a password yet")

    tab.context.clear_cookies()
    tab.goto(page.url)
    tab.get_by_label("Name").fill("front-desk")
    tab.get_by_label("Password").fill(first)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("made by somebody else")).to_be_visible()
    tab.get_by_label("Old password").fill(first)
    tab.get_by_label("New password").fill(ANOTHER)
    tab.get_by_label("The same again").fill(ANOTHER)
    tab.get_by_role("button", name="Change the password").click()
    expect(tab.get_by_text("Your password is changed.")).to_be_visible()
    tab.goto(page.url)
    assert tab.url == page.url


def test_a_managers_changes_take_effect_and_are_told_in_the_log(tab: Tab, page: Page) -> None:
    page.log_in(tab)
    bob = page.client("bob", "viewer")
    tab.goto(page.url + "users")
    row(tab, "bob").get_by_text("Change").click()
    row(tab, "bob").get_by_label("Role").select_option("manager")
    row(tab, "bob").get_by_role("button", name="Set the role").click()
    expect(tab.get_by_text("The role is changed")).to_be_visible()
    assert bob.get("/").status_code == 303
    bob = page.client("bob")
    assert bob.get("/users").status_code == 200
    change(tab, page, "bob", "Log out everywhere")
    assert bob.get("/").status_code == 303
    change(tab, page, "bob", "Switch off")
    expect(row(tab, "bob")).to_contain_text("Switched off")
    change(tab, page, "bob", "Switch on")
    change(tab, page, "bob", "New first password")
    secret = tab.locator(".secret").inner_text()
    tab.goto(page.url + "log")
    told = [cell.inner_text() for cell in tab.locator("tbody td:nth-child(3)").all()]
    assert told == [
        "Gave a new first password",
        "Switched an account on",
        "Switched an account off",
        "Logged an account out everywhere",
        "Changed a role",
    ]
    expect(tab.locator("tbody")).to_contain_text("bob, manager")
    assert secret not in tab.content()


@pytest.mark.parametrize("do", ["role", "disable"])
def test_the_last_manager_stays_one(page: Page, do: str) -> None:
    answer = post(page.http, "/users/change", name="manager", do=do, role="viewer")
    assert answer.status_code == 409
    assert "This is the last manager. Make another one first." in answer.text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/users/add", {"name": "manager", "role": "viewer"}, 409),
        ("/users/add", {"name": "x", "role": "owner"}, 422),
        ("/users/add", {"name": "<b>", "role": "viewer"}, 422),
        ("/users/add", {}, 422),
        ("/users/change", {"name": "gone", "do": "disable"}, 409),
        ("/users/change", {"name": "manager", "do": "explode"}, 422),
        ("/users/change", {"name": "manager", "do": "role", "role": "owner"}, 422),
        ("/users/change", {}, 422),
    ],
)
def test_what_is_not_possible_is_said_in_a_sentence(
    page: Page, path: str, fields: dict[str, str], status: int
) -> None:
    answer = post(page.http, path, **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert "<b>" not in answer.text


def test_ones_own_new_password_ends_every_other_login_and_keeps_this_one(page: Page) -> None:
    page.accounts.add("otto", "viewer", Passwords().hash(PASSWORD))
    here, elsewhere = page.client("otto"), page.client("otto")
    before = here.cookies[page.cookie]
    changes = {"old": PASSWORD, "password": ANOTHER, "again": ANOTHER}
    for wrong, sentence in (
        ({"old": "not the old one"}, "The old password is wrong."),
        ({"again": "something else"}, "The two new passwords are not the same."),
        ({"password": PASSWORD, "again": PASSWORD}, "This is the old password"),
        ({"password": "otto", "again": "otto"}, "at least 10 characters"),
    ):
        assert sentence in post(here, "/account", **changes | wrong).text
    answer = post(here, "/account", **changes)
    assert answer.headers["location"] == "/account?done=password"
    after = answer.cookies[page.cookie]
    assert after != before
    assert page.accounts.who(before) is None
    assert page.accounts.who(after)
    assert elsewhere.get("/").status_code == 303


def test_who_finds_a_tablet_logged_in_cannot_guess_the_password_there(page: Page) -> None:
    browser = page.client("otto", "viewer")
    for _ in range(12):
        answer = post(browser, "/account", old="guess guess", password=ANOTHER, again=ANOTHER)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_the_log_goes_back_in_pages(tab: Tab, page: Page) -> None:
    for number in range(120):
        page.accounts.note("manager", "settings.changed", f"change {number:03}")
    page.log_in(tab)
    tab.goto(page.url + "log")
    seen: list[str] = []
    while True:
        seen += [cell.inner_text() for cell in tab.locator("tbody td:nth-child(4)").all()]
        if not tab.get_by_role("link", name="Older").count():
            break
        tab.get_by_role("link", name="Older").click()
    assert seen == [f"change {number:03}" for number in reversed(range(120))]
    tab.get_by_role("link", name="Newest").click()
    assert tab.url == page.url + "log"
    for rubbish in ("x", "9999", "2026-01-01T00:00:00.000000+00:00~zzzzzzzz", "~"):
        assert page.http.get("/log", params={"before": rubbish}).status_code == 200


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [320, 390, 1024])
def test_every_page_fits_its_screen(tab: Tab, page: Page, scheme: str, width: int) -> None:
    page.accounts.add("a-name-of-thirty-two-characters-", "viewer", "hash", first=True)
    page.accounts.note("a-name-of-thirty-two-characters-", "login", "x" * 200, "2001:db8::1")
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("login", "users", "log", "account"):
        if path == "users":
            page.log_in(tab)
        tab.goto(page.url + path)
        for summary in tab.locator("summary").all():
            summary.click()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
        assert tab.locator("h1").count() == 1
        unnamed = "i => !i.labels?.length && i.type != 'hidden' && !i.ariaHidden"
        assert not tab.evaluate(f"[...document.querySelectorAll('input, select')].some({unnamed})")
    assert said == []
