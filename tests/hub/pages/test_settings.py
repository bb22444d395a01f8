"""The page Settings in a real Chromium, with a real uplink where a station is meant."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from station import layers
from station.desired import in_force
from station.hub.changes import Changes
from station.hub.roster import Roster
from station.settings import Settings
from tests.hub.parts import Broker, FakeStation, Page, store_of, until
from tests.uplink import parts as uplink

MakeStation = Callable[..., FakeStation]
SOON_MS = 15_000


def at(folder: Path, broker: Broker, **sound: Any) -> uplink.Remote:
    """A real uplink whose settings file has these; a kiosk that confirms what is tried."""
    settings = uplink.settings_for(broker.port, folder)
    document = settings.model_dump() | {"sound": settings.sound.model_dump() | sound}
    return uplink.Remote(Settings.model_validate(document))


@pytest.fixture
def remote(broker: Broker, tmp_path: Path) -> Iterator[uplink.Remote]:
    """station-1, running."""
    (tmp_path / "station").mkdir()
    made = at(tmp_path / "station", broker).start()
    yield made
    made.end()


def reported(changes: Changes, *stations: str) -> bool:
    return all(known.report for known in changes.known(stations))


def changes_of(settings: Settings) -> Changes:
    return Changes(store_of(settings).database)


def say_settings(station: FakeStation, **values: Any) -> None:
    """As an uplink does on every connect: what is in force, section__key as given."""
    config = in_force(Settings())
    for name, value in values.items():
        section, key = name.split("__")
        config[section][key] = value
    report = {"desired_version": 0, "version": 0, "status": "applied", "config": config}
    station.say("cfg/reported", report, retain=True)


def opened(tab: Tab, page: Page, path: str = "settings") -> list[str]:
    """The page, as a manager; what Chromium complains of from now on."""
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
    page.log_in(tab)
    tab.goto(page.url + path)
    return complaints


def outcome(tab: Tab, station: str) -> Any:
    return expect(tab.locator(f"tr[data-station='{station}']"))


def test_a_simulated_station_is_asked_for_nothing(
    tab: Tab, hub: Page, stations: MakeStation
) -> None:
    stations()
    simulated = stations("sim-1", introduced=False)
    info = {"version": "0.1.0", "gym": "sim-gym", "capabilities": ["simulated"]}
    simulated.say("info", info, retain=True)
    until(lambda: len(hub.stations()) == 2)
    opened(tab, hub)
    expect(tab.get_by_role("button", name="Send to all stations (1)")).to_be_visible()
    assert "sim-1" not in tab.inner_text("main")


def test_a_setting_is_sent_to_a_real_station_seen_applied_and_taken_back(
    tab: Tab, hub: Page, settings: Settings, remote: uplink.Remote
) -> None:
    until(lambda: reported(changes_of(settings), "station-1"))
    complaints = opened(tab, hub)
    volume = tab.get_by_label("Volume")
    expect(volume).to_have_value("0.6")
    expect(tab.locator("#changed")).to_have_text("Nothing changed yet")
    volume.fill("0.25")
    expect(tab.locator("#changed")).to_have_text("1 setting changed")
    tab.get_by_role("button", name="Send to all stations (1)").click()
    outcome(tab, "station-1").to_contain_text("Applied", timeout=SOON_MS)
    expect(tab.locator("#summary")).to_have_text("In force at 1 of 1 stations.")
    assert layers.over(remote.settings).sound.volume == 0.25

    tab.goto(hub.url + "settings")
    row = tab.locator("[data-path='sound.volume']")
    expect(row).to_contain_text("In force: 0.25, set from here")
    tab.get_by_role("link", name="History").click()
    expect(tab.locator(".history li").first).to_contain_text("Volume: 0.6")
    tab.get_by_role("link", name="Take it back").click()
    assert tab.locator("tbody tr").inner_text().split() == (
        ["Volume", "0.25", "as", "its", "own", "file", "says", "station-1"]
    )
    assert layers.over(remote.settings).sound.volume == 0.25, "nothing is done before it is said"
    tab.get_by_role("button", name="Take it back").click()
    outcome(tab, "station-1").to_contain_text("Applied", timeout=SOON_MS)
    assert layers.over(remote.settings).sound.volume == 0.6
    assert [len(c.stations) for c in changes_of(settings).newest(9)] == [1, 1]
    assert complaints == []


def test_what_a_station_refuses_when_it_is_back_is_said_with_the_reason_as_it_comes(
    tab: Tab, hub: Page, settings: Settings, broker: Broker, tmp_path: Path
) -> None:
    """Its file had quiet hours when the hub last heard of it, and has none when it comes back."""
    folder = tmp_path / "station"
    folder.mkdir()
    station = at(folder, broker, quiet_from="22:00", quiet_to="07:00").start()
    until(lambda: reported(changes_of(settings), "station-1"))
    station.end()
    until(lambda: hub.stations()["station-1"]["word"] == "Switched off")
    opened(tab, hub, "settings?for=station:station-1")
    tab.get_by_label("Quiet until").fill("06:00")
    tab.get_by_role("button", name="Send to station-1").click()
    outcome(tab, "station-1").to_contain_text("gets the change when it is back")
    changed = at(folder, broker).start()
    try:
        outcome(tab, "station-1").to_contain_text("Rejected", timeout=SOON_MS)
        outcome(tab, "station-1").to_contain_text(
            "quiet hours need both a beginning and an end, or neither"
        )
    finally:
        changed.end()
    assert layers.over(changed.settings).sound.quiet_to == ""


def test_a_change_that_breaks_the_kiosk_is_rolled_back_and_says_so(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    station = stations("rack-1")
    say_settings(station)
    until(lambda: reported(changes_of(settings), "rack-1"))
    opened(tab, hub)
    tab.get_by_label("Pictures per second").fill("120")
    tab.locator("button.primary").click()
    outcome(tab, "rack-1").to_contain_text("Waiting")
    report = {
        "desired_version": 1,
        "version": 0,
        "status": "rolled_back",
        "errors": [{"path": "", "msg": "the kiosk ended while it ran with them"}],
        "config": in_force(Settings()),
    }
    station.say("cfg/reported", report, retain=True)
    outcome(tab, "rack-1").to_contain_text("Rolled back", timeout=SOON_MS)
    outcome(tab, "rack-1").to_contain_text("The kiosk ended while it ran with them.")


@contextmanager
def three(stations: MakeStation, settings: Settings) -> Iterator[Changes]:
    """rack-1 and rack-2 upstairs with different volumes, rack-3 elsewhere."""
    for name, volume in (("rack-1", 0.2), ("rack-2", 0.8), ("rack-3", 0.8)):
        say_settings(stations(name), sound__volume=volume)
    database = store_of(settings).database
    for name in ("rack-1", "rack-2"):
        Roster(database).group(name, "Upstairs")
    changes = Changes(database)
    until(lambda: reported(changes, "rack-1", "rack-2", "rack-3"))
    yield changes
    database.close()


def wanted(changes: Changes) -> dict[str, dict[str, Any]]:
    return {k.id: dict(k.standing) for k in changes.known(["rack-1", "rack-2", "rack-3"])}


def test_a_group_is_changed_and_where_its_stations_differ_they_are_left_alone(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    with three(stations, settings) as changes:
        complaints = opened(tab, hub)
        tab.get_by_label("For").select_option(label="Upstairs")
        expect(tab.locator("button.primary")).to_have_text("Send to group Upstairs (2)")
        volume = tab.locator("[data-path='sound.volume']")
        expect(volume).to_contain_text("Differs")
        expect(volume).to_contain_text("0.2: rack-1")
        expect(tab.get_by_label("Volume")).to_have_value("")
        tab.get_by_label("Buttons low").check()
        tab.locator("button.primary").click()
        expect(tab.locator("tbody tr")).to_have_count(2)
        both = {"screen.keys_low": True}
        assert wanted(changes) == {"rack-1": both, "rack-2": both, "rack-3": {}}
        assert complaints == []


def test_when_one_of_many_cannot_take_it_nothing_is_sent_and_it_is_named_beside_the_field(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    with three(stations, settings) as changes:
        night = {"sound.quiet_from": "22:00", "sound.quiet_to": "07:00"}
        changes.make({"rack-2": night}, "anna", datetime.now(UTC))
        opened(tab, hub)
        tab.get_by_label("Quiet from").fill("23:00")
        tab.locator("button.primary").click()
        problems = tab.locator("#problems")
        expect(problems).to_be_focused()
        expect(problems).to_contain_text("Nothing was sent: not every station could take it.")
        beside = tab.locator("[data-path='sound.quiet_to'] .error")
        expect(beside).to_contain_text("rack-1, rack-3: Quiet hours need both")
        expect(tab.get_by_label("Quiet from")).to_have_value("23:00")
        assert wanted(changes) == {"rack-1": {}, "rack-2": night, "rack-3": {}}


def test_a_value_out_of_range_is_said_beside_its_field_and_what_was_typed_stays(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    with three(stations, settings) as changes:
        opened(tab, hub)
        tab.get_by_label("Volume").fill("7")
        tab.get_by_label("Ask whether still there").fill("45")
        tab.locator("button.primary").click()
        expect(tab.locator("[data-path='sound.volume'] .error")).to_have_text(
            "Must be from 0 to 1."
        )
        expect(tab.get_by_label("Volume")).to_have_value("7")
        expect(tab.get_by_label("Ask whether still there")).to_have_value("45")
        assert set(map(len, wanted(changes).values())) == {0}


def test_it_all_works_without_scripts(
    playwright_chromium: Browser,
    hub: Page,
    settings: Settings,
    remote: uplink.Remote,
) -> None:
    until(lambda: reported(changes_of(settings), "station-1"))
    context = playwright_chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    opened(tab, hub)
    tab.get_by_label("For").select_option("station:station-1")
    tab.get_by_role("button", name="Show").click()
    tab.locator("[name='camera.mirror']").uncheck()
    tab.get_by_role("button", name="Send to station-1").click()
    outcome(tab, "station-1").to_contain_text("Applied", timeout=SOON_MS)
    assert not layers.over(remote.settings).camera.mirror
    tab.goto(hub.url + "settings?for=station:station-1")
    expect(tab.locator("[name='camera.mirror']")).not_to_be_checked()
    tab.locator("[name='own:camera.mirror']").check()
    tab.locator("button.primary").click()
    outcome(tab, "station-1").to_contain_text("Applied", timeout=SOON_MS)
    assert layers.over(remote.settings).camera.mirror
    context.close()


def test_what_was_tapped_at_the_station_is_told_from_what_was_set_from_here(
    tab: Tab, hub: Page, settings: Settings, remote: uplink.Remote
) -> None:
    from station.settings import set_here

    changes = changes_of(settings)
    until(lambda: reported(changes, "station-1"))
    changes.make({"station-1": {"sound.volume": 0.3}}, "anna", datetime.now(UTC))
    until(lambda: changes.known(["station-1"])[0].in_force["sound.volume"] == 0.3)
    set_here(remote.settings, "sound", "volume", 0.9)
    until(lambda: changes.known(["station-1"])[0].in_force["sound.volume"] == 0.9)
    opened(tab, hub)
    expect(tab.locator("[data-path='sound.volume']")).to_contain_text(
        "In force: 0.9, tapped at the station"
    )


def test_two_managers_at_once_both_get_what_they_asked_for(
    settings: Settings, hub: Page, stations: MakeStation
) -> None:
    with three(stations, settings) as changes:
        keys = ["sound.volume", "screen.distance_m", "screen.panel_mm", "camera.fps"]
        values = [0.5, 3, 200, 25]
        both = ["rack-1", "rack-2"]
        sending = [
            threading.Thread(
                target=changes.make,
                args=({id_: {key: value} for id_ in both}, "anna", datetime.now(UTC)),
            )
            for key, value in zip(keys, values, strict=True)
        ]
        for each in sending:
            each.start()
        for each in sending:
            each.join()
        expected = dict(zip(keys, values, strict=True))
        assert wanted(changes) == {"rack-1": expected, "rack-2": expected, "rack-3": {}}


PATHS = (
    "settings",
    "settings/history",
    "settings/revert",
    "settings/change",
    "settings/change.json",
)


def test_a_viewer_and_a_stranger_see_and_change_no_settings(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    with three(stations, settings) as changes:
        viewer = hub.client("vera", "viewer")
        form = {"for": "all", "was:sound.volume": "", "sound.volume": "0.1"}
        for path in PATHS:
            assert viewer.get(path).status_code == 403, path
            assert hub.stranger.get(path).status_code in (303, 401), path
        assert hub.stranger.post("settings", data=form).headers["location"].startswith("/login")
        for client in (viewer, hub.http):
            answer = client.post("settings", data=form)
            assert answer.status_code == 403, "not even a manager without the page's own token"
        assert changes.newest(9) == []
        hub.log_in(tab, "vera", "viewer")
        tab.goto(hub.url)
        expect(tab.get_by_role("link", name="Busy hours")).to_be_visible()
        assert tab.get_by_role("link", name="Settings").count() == 0


def test_who_changed_what_stands_in_the_log(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    with three(stations, settings) as changes:
        opened(tab, hub)
        tab.get_by_label("Buttons low").check()
        tab.locator("button.primary").click()
        expect(tab.locator("tbody tr")).to_have_count(3)
        assert changes.newest(1)[0].who == "manager"
        tab.goto(hub.url + "log")
        expect(tab.locator("main")).to_contain_text("all: screen.keys_low=on")


def test_on_a_phone_the_button_that_sends_is_within_reach(
    tab: Tab, hub: Page, settings: Settings, stations: MakeStation
) -> None:
    with three(stations, settings):
        tab.set_viewport_size({"width": 390, "height": 844})
        opened(tab, hub)
        tab.get_by_label("Buttons low").check()
        covered_by = tab.locator("button.primary").evaluate(
            "(node) => { const box = node.getBoundingClientRect();"
            "return document.elementFromPoint(box.x + box.width / 2, box.bottom - 4).tagName }"
        )
        assert covered_by == "BUTTON"
