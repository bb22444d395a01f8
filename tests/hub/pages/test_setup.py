"""The page Set-up in a real Chromium: joining, naming, retiring and shutting out real stations."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from station import settings as settings_file
from station.settings import Settings
from tests.broker.gym import Gym, join
from tests.broker.parts import gym_broker
from tests.hub.parts import Broker, FakeStation, Page, hub_on, until
from tests.uplink import parts as uplink

MakeStation = Callable[..., FakeStation]
SOON_MS = 15_000


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Gym]:
    """A broker as deploy/broker/ sets it up, and the hub's settings."""
    with gym_broker(tmp_path / "broker", "broker.gym.test") as broker:
        yield Gym(tmp_path, broker)


@pytest.fixture
def station_file(tmp_path: Path) -> Path:
    """Settings of a station that says nothing of a broker."""
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\ndata_dir = "{tmp_path / "station"}"\n')
    return file


@pytest.fixture
def remote(broker: Broker, tmp_path: Path) -> Iterator[uplink.Remote]:
    """A real uplink, and a kiosk that answers what it is asked."""
    (tmp_path / "station").mkdir()
    made = uplink.Remote(uplink.settings_for(broker.port, tmp_path / "station")).start()
    done = threading.Event()

    def answer() -> None:
        while not done.wait(0.05):
            made.kiosk.say()

    answering = threading.Thread(target=answer)
    answering.start()
    yield made
    done.set()
    answering.join()
    made.end()


def opened(tab: Tab, page: Page, path: str = "setup") -> list[str]:
    """The page, as a manager; what Chromium complains of from now on."""
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
    page.log_in(tab)
    tab.goto(page.url + path)
    return complaints


def test_a_station_joins_with_the_code_on_the_page_is_heard_of_and_shut_out(
    tab: Tab, gym: Gym, station_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_on(gym.settings) as page:
        complaints = opened(tab, page)
        expect(tab.get_by_label("Its lasting short name")).to_have_value("station-1")
        tab.get_by_label("Its lasting short name").fill("rack-7")
        tab.get_by_role("button", name="Make a code").click()
        expect(tab.locator(".command")).to_have_text(
            f"station join http://broker.gym.test:{gym.port}"
        )
        expect(tab.locator("#summary")).to_have_text(re.compile(r"Good for another 9:5\d minutes"))
        before = tab.locator("#summary").inner_text()
        expect(tab.locator("#summary")).not_to_have_text(before)
        code = "".join(tab.locator(".code span").all_inner_texts())
        assert join(station_file, gym.url, code) == 0
        expect(tab.locator("#summary")).to_contain_text("rack-7 has joined.")
        tab.get_by_role("link", name="Done").click()
        row = tab.locator("tr[data-station='rack-7']")
        expect(row).to_contain_text("Not heard of")

        station = uplink.Station(settings_file.load(station_file)).start()
        try:
            until(lambda: page.stations().get("rack-7"))
            tab.reload()
            expect(row).to_contain_text("Ready")
            row.get_by_role("link", name="Set up").click()
            typed = tab.get_by_label("Type rack-7 to confirm")
            typed.fill("rack-8")
            tab.get_by_role("button", name="Shut out").click()
            expect(tab.get_by_role("alert")).to_contain_text("Nothing was done")
            assert gym.broker.users.stations() == ["rack-7"]
            typed.fill("rack-7")
            tab.get_by_role("button", name="Shut out").click()
            expect(tab.locator(".done")).to_have_text(
                "rack-7 is shut out, and its connection is cut."
            )
            until(lambda: "refuses user rack-7" in station.problem())
            expect(tab.locator(".standing-line")).to_contain_text("Not joined")
        finally:
            station.end()
        assert complaints == []


def test_a_dead_station_is_replaced_by_another_under_the_same_name(
    tab: Tab, gym: Gym, station_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_on(gym.settings) as page:
        gym.broker.let_in("rack-7", "the dead one's")
        mark = gym.broker.users.mark("rack-7")
        opened(tab, page, "setup/station?id=rack-7")
        expect(tab.get_by_text("What is rack-7 now is shut out at that moment")).to_be_visible()
        tab.get_by_role("button", name="Make a code for rack-7").click()
        expect(tab.get_by_text("what it has now ends when this code is used")).to_be_visible()
        assert gym.broker.users.mark("rack-7") == mark, "nothing ends before the code is used"
        code = "".join(tab.locator(".code span").all_inner_texts())
        assert join(station_file, gym.url, code) == 0
        expect(tab.locator("#summary")).to_contain_text("rack-7 has joined.")
        assert gym.broker.users.mark("rack-7") != mark


def test_a_newer_code_makes_the_one_before_void_and_that_is_said(tab: Tab, gym: Gym) -> None:
    with hub_on(gym.settings) as page:
        opened(tab, page)
        tab.get_by_role("button", name="Make a code").click()
        first = tab.url
        tab.get_by_role("button", name="Make another code").click()
        expect(tab.locator("#summary")).to_contain_text("Good for another")
        tab.goto(first)
        expect(tab.locator("#summary")).to_contain_text("This code is void")
        tab.goto(page.url + "setup/code?t=guessed")
        expect(tab.get_by_role("alert")).to_contain_text("That code can no longer be shown.")


def test_a_name_that_cannot_be_a_stations_is_refused(tab: Tab, gym: Gym) -> None:
    with hub_on(gym.settings) as page:
        opened(tab, page)
        tab.get_by_label("Its lasting short name").evaluate("(node) => node.form.noValidate = true")
        for name in ("Rack 7", "hub", "../../x"):
            tab.get_by_label("Its lasting short name").fill(name)
            tab.get_by_role("button", name="Make a code").click()
            expect(tab.get_by_role("alert")).to_be_visible()
            assert tab.locator(".code").count() == 0


def test_a_hub_without_a_broker_of_its_own_says_what_to_do(tab: Tab, hub: Page) -> None:
    opened(tab, hub)
    expect(tab.get_by_text("Stations cannot join at this hub yet")).to_be_visible()
    expect(tab.get_by_text("deploy/broker/set-up.sh")).to_be_visible()
    assert tab.get_by_role("button", name="Make a code").count() == 0


HOSTILE = "<img src=x onerror=alert(1)>{{ 7 }}"


def test_a_station_is_called_what_staff_call_it_everywhere_and_never_more_than_text(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations("rack-1")
    complaints = opened(tab, hub, "setup/station?id=rack-1")
    tab.get_by_label("Called").fill(HOSTILE)
    tab.get_by_label("Group", exact=True).fill(HOSTILE)
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".done")).to_have_text("Saved.")
    expect(tab.locator("h1")).to_have_text(HOSTILE)
    for path in ("setup", "settings", f"settings?for=group:{HOSTILE}", ""):
        tab.goto(hub.url + path)
        expect(tab.locator("main")).to_contain_text(HOSTILE)
        assert tab.locator("main img").count() == 0
    assert hub.stations()["rack-1"]["label"] == HOSTILE
    assert complaints == []


def test_a_name_that_is_too_long_is_refused_in_words(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations("rack-1")
    opened(tab, hub, "setup/station?id=rack-1")
    called = tab.get_by_label("Called")
    called.evaluate("(node) => node.removeAttribute('maxlength')")
    called.fill("x" * 41)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert")).to_contain_text("at most 40 letters")
    expect(tab.locator("h1")).to_have_text("rack-1")


def test_a_retired_station_is_out_of_sight_until_it_is_used_again(
    playwright_chromium: Browser, hub: Page, stations: MakeStation
) -> None:
    """Without scripts, like everything here."""
    context = playwright_chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    stations("rack-1")
    rack_2 = stations("rack-2")
    opened(tab, hub, "setup/station?id=rack-2")
    tab.get_by_role("button", name="Retire").click()
    expect(tab.locator(".done")).to_contain_text("rack-2 is retired")
    assert set(hub.stations()) == {"rack-1"}
    tab.goto(hub.url + "settings")
    expect(tab.locator("button.primary")).to_have_text("Send to all stations (1)")
    rack_2.introduce(birth="birth-2")
    tab.goto(hub.url + "setup")
    row = tab.locator("tr[data-station='rack-2']")
    until(lambda: tab.reload() and "Heard from again" in row.inner_text())
    row.get_by_role("button", name="Use it again").click()
    assert set(hub.stations()) == {"rack-1", "rack-2"}
    context.close()


def test_a_station_identifies_and_tests_itself_and_says_so_in_words(
    tab: Tab, hub: Page, settings: Settings, remote: uplink.Remote
) -> None:
    until(lambda: "station-1" in hub.stations())
    opened(tab, hub)
    tab.get_by_role("button", name="Identify").click()
    expect(tab.locator(".done")).to_have_text(
        "station-1 shows its name on its screen for 10 seconds."
    )
    tab.get_by_role("link", name="Set up station-1").click()
    tab.get_by_role("button", name="Self-test").click()
    expect(tab.locator(".done")).to_contain_text("station-1 has tested itself and found nothing")
    expect(tab.locator(".done")).to_contain_text("the camera is live, 14.5 pictures a second")
    tab.get_by_role("button", name="Restart the kiosk").click()
    expect(tab.locator(".done")).to_contain_text("starts its kiosk again as soon as no member")


def test_a_station_that_does_not_answer_is_said_to_be_silent(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations("rack-1")
    until(lambda: "rack-1" in hub.stations())
    opened(tab, hub)
    tab.get_by_role("button", name="Identify").click()
    expect(tab.get_by_role("alert")).to_contain_text("rack-1 does not answer.", timeout=SOON_MS)


@pytest.mark.parametrize("width", [390, 1024])
def test_nothing_needs_sideways_scrolling(
    tab: Tab, hub: Page, stations: MakeStation, width: int
) -> None:
    stations("a-station-with-quite-a-long-name")
    until(hub.stations)
    tab.set_viewport_size({"width": width, "height": 800})
    for path in (
        "setup",
        "setup/station?id=a-station-with-quite-a-long-name",
        "settings",
        "settings/history",
    ):
        opened(tab, hub, path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_viewer_and_a_stranger_set_nothing_up(hub: Page, stations: MakeStation) -> None:
    stations("rack-1")
    until(hub.stations)
    viewer = hub.client("vera", "viewer")
    for path in ("setup", "setup/station?id=rack-1", "setup/code", "setup/code.json"):
        assert viewer.get(path).status_code == 403, path
        assert hub.stranger.get(path).status_code in (303, 401), path
    for name in ("code", "name", "retire", "back", "revoke", "ask"):
        form = {"id": "rack-1", "label": "x", "typed": "rack-1", "command": "restart"}
        answer = hub.stranger.post(f"setup/{name}", data=form)
        assert answer.headers["location"].startswith("/login"), name
        for client in (viewer, hub.http):
            assert client.post(f"setup/{name}", data=form).status_code == 403, name
    assert hub.stations()["rack-1"]["label"] == "rack-1"
