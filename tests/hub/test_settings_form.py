"""The settings' form follows the schema, and what nobody touched is not sent."""

from typing import Any

import pytest

from station.desired import flat, in_force, remote_keys
from station.hub import settings_form, settings_words
from station.hub.changes import Known
from station.hub.settings_form import DIFFERS, fields, shown, submitted
from station.i18n import translator
from station.messages import CfgReported
from station.settings import Settings

_ = translator("en")
FIELDS = {field.path: field for field in fields()}


def known(
    id_: str = "rack-1",
    confirmed: dict[str, Any] | None = None,
    standing: dict[str, Any] | None = None,
    latest: int = 0,
    **values: Any,
) -> Known:
    """A station that is as the schema's defaults say, but for `values` (section__key)."""
    config = in_force(Settings())
    for name, value in values.items():
        section, key = name.split("__")
        config[section][key] = value
    report = CfgReported(desired_version=0, version=0, status="applied", config=config)
    confirmed = {} if confirmed is None else confirmed
    return Known(
        id=id_,
        report=report,
        latest=latest,
        confirmed=confirmed,
        standing=confirmed if standing is None else standing,
        in_force=flat(config),
    )


def filled(stations: list[Known], **changes: str) -> dict[str, str]:
    """The form as a browser sends it when only `changes` (section__key) were typed."""
    form = {}
    for field in fields():
        row = shown(field, stations)
        form[f"was:{field.path}"] = row.was
        text = "" if row.differs else settings_form.as_text(row.value)
        if field.kind != "switch" or text == "on" or row.differs:
            form[field.path] = text
    for name, value in changes.items():
        form[name.replace("__", ".", 1)] = value
    return form


def test_the_form_has_every_setting_that_may_be_changed_from_afar_and_words_for_it() -> None:
    assert set(FIELDS) == set(remote_keys())
    assert {path for path, field in FIELDS.items() if field.restart} == {
        path for path, restart in remote_keys().items() if restart
    }
    for words in (settings_words.labels(_), settings_words.hints(_)):
        assert set(words) == set(FIELDS)
    assert {field.section for field in fields()} == set(settings_words.sections(_))


def test_each_field_is_what_its_schema_says() -> None:
    kinds = {
        "sound.volume": "number",
        "sound.quiet_from": "time",
        "camera.fps": "whole",
        "camera.mirror": "switch",
        "station.language": "choice",
    }
    assert {path: FIELDS[path].kind for path in kinds} == kinds
    volume, fps, stall = FIELDS["sound.volume"], FIELDS["camera.fps"], FIELDS["camera.stall_s"]
    assert (volume.low, volume.high, volume.step) == (0, 1, 0.05)
    assert (fps.low, fps.high, fps.step, fps.restart) == (5, 120, 1, True)
    assert (stall.above, stall.low, stall.high) == (0, 0.5, 30)
    assert FIELDS["station.language"].choices == ("en", "de")


def test_a_form_that_comes_back_untouched_wants_nothing() -> None:
    for stations in (
        [known()],
        [known(sound__volume=0.3333333, sound__quiet_from="22:00", sound__quiet_to="07:00")],
        [known(), known("rack-2", sound__volume=0.1, camera__mirror=False, sound__quiet_from="1")],
    ):
        assert submitted(filled(stations), _) == ({}, {}, {})


def test_what_was_changed_is_wanted_with_its_type() -> None:
    form = filled(
        [known()],
        sound__volume="0.25",
        camera__fps="25",
        station__language="de",
        sound__quiet_from="22:00",
        sound__quiet_to="07:00",
    )
    del form["camera.mirror"]  # a box that is no longer ticked is not sent
    form["screen.keys_low"] = "on"
    values, problems, _typed = submitted(form, _)
    assert problems == {}
    assert values == {
        "sound.volume": 0.25,
        "camera.fps": 25,
        "station.language": "de",
        "sound.quiet_from": "22:00",
        "sound.quiet_to": "07:00",
        "camera.mirror": False,
        "screen.keys_low": True,
    }


def test_where_stations_differ_the_field_is_empty_and_left_alone_unless_filled() -> None:
    stations = [known(sound__volume=0.2), known("rack-2", sound__volume=0.8)]
    row = shown(FIELDS["sound.volume"], stations)
    assert (row.differs, row.value, row.was) == (True, None, DIFFERS)
    assert row.now == ((0.2, ("rack-1",)), (0.8, ("rack-2",)))
    assert submitted(filled(stations), _)[0] == {}
    assert submitted(filled(stations, sound__volume="0.2"), _)[0] == {"sound.volume": 0.2}


def test_the_stations_own_value_can_be_wanted_again() -> None:
    form = filled([known(confirmed={"sound.volume": 0.6})])
    form["own:sound.volume"] = "1"
    assert submitted(form, _)[0] == {"sound.volume": None}


@pytest.mark.parametrize(
    ("path", "typed", "problem"),
    [
        ("sound.volume", "2", "Must be from 0 to 1."),
        ("sound.volume", "loud", "Must be a number."),
        ("sound.volume", "nan", "Must be from 0 to 1."),
        ("sound.volume", "inf", "Must be from 0 to 1."),
        ("camera.fps", "29.9", "Must be a whole number."),
        ("camera.fps", "", "Must be a whole number."),
        ("screen.idle_s", "0", "Must be more than 0 and at most 600."),
        ("station.language", "fr", "Must be one of en, de."),
    ],
)
def test_what_no_station_could_use_is_said_beside_its_field(
    path: str, typed: str, problem: str
) -> None:
    values, problems, kept = submitted(filled([known()]) | {path: typed}, _)
    assert (values, problems, kept) == ({}, {path: problem}, {path: typed})


def test_a_field_says_where_its_value_comes_from() -> None:
    volume, idle = FIELDS["sound.volume"], FIELDS["screen.idle_s"]
    assert shown(volume, [known()]).sources == ("here",)
    assert shown(idle, [known()]).sources == ("own",)
    assert shown(volume, [known(confirmed={"sound.volume": 0.6})]).sources == ("afar",)
    tapped = known(confirmed={"sound.volume": 0.6}, sound__volume=0.9)
    assert shown(volume, [tapped]).sources == ("tapped",)
    never = Known("rack-1", None, 0, {}, {}, {})
    assert shown(volume, [never]).sources == ("unknown",)
    assert shown(volume, [never]).now == ()


def test_what_is_on_its_way_stands_in_the_field_and_what_is_in_force_beside_it() -> None:
    station = known(standing={"sound.volume": 0.2}, latest=1)
    row = shown(FIELDS["sound.volume"], [station])
    assert (row.value, row.on_its_way, row.now) == (0.2, True, ((0.6, ("rack-1",)),))


def test_no_value_in_force_is_impossible_to_leave_alone() -> None:
    """A browser sends no form with a number that is between two steps."""
    assert shown(FIELDS["sound.volume"], [known(sound__volume=0.35)]).step == "0.05"
    assert shown(FIELDS["sound.volume"], [known(sound__volume=0.333)]).step == "any"
    assert shown(FIELDS["screen.panel_mm"], [known(screen__panel_mm=194.25)]).step == "any"
