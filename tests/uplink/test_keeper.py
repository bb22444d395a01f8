"""Settings from afar are kept when the kiosk confirms them, and otherwise never were."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as fuzzing
from hypothesis import strategies as st

from station import layers
from station.desired import remote_keys
from station.layers import Document
from station.ledger import boot_id
from station.ledger.boot import seconds_since_boot
from station.ledger.exchange import Exchange, Failed, KioskState
from station.messages import CfgReported
from station.settings import Settings, set_here
from station.uplink import Keeper

OLD = {"sound": {"volume": 0.3}, "screen": {"summary_s": 31.0}}
NEW = {"sound": {"volume": 0.7}, "screen": {"summary_s": 37.0}, "camera": {"fps": 25}}


class Kiosk:
    """What the kiosk says of itself."""

    def __init__(self) -> None:
        self.confirmed: int | None = None
        self.failed: Failed | None = None
        self.occupied = False
        self.runs = True

    def __call__(self) -> KioskState | None:
        if not self.runs:
            return None
        return KioskState(
            boot=boot_id(),
            run="run",
            seen_s=seconds_since_boot(),
            version=0,
            occupied=self.occupied,
            confirmed=self.confirmed,
            failed=self.failed,
        )


class Station:
    """A keeper on a folder, a kiosk and a clock."""

    def __init__(self, folder: Path) -> None:
        self.base = Settings.model_validate({"station": {"data_dir": folder}})
        self.kiosk, self.now = Kiosk(), 0.0
        self.files = Exchange(self.base)
        self.start()

    def start(self) -> None:
        self.keeper = Keeper(self.base, look=self.kiosk, clock=lambda: self.now)

    def desire(self, version: int, config: Any) -> None:
        self.keeper.desire(json.dumps({"version": version, "config": config}).encode())

    def confirm(self, version: int, config: Any) -> CfgReported:
        self.desire(version, config)
        self.kiosk.confirmed = version
        self.keeper.tend()
        return self.keeper.report()

    @property
    def in_force(self) -> tuple[float, float, int]:
        loaded = layers.over(self.base)
        return loaded.sound.volume, loaded.screen.summary_s, loaded.camera.fps


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def test_what_the_kiosk_confirms_is_in_force_also_after_a_restart(station: Station) -> None:
    station.desire(1, NEW)
    assert station.keeper.trying == 1
    assert station.in_force == (0.6, 20.0, 30), "nothing counts before it is confirmed"
    station.keeper.tend()
    assert station.keeper.trying == 1
    report = station.confirm(1, NEW)
    assert (report.version, report.desired_version, report.status) == (1, 1, "applied")
    assert report.config["sound"]["volume"] == 0.7
    assert "source" not in report.config["camera"], "which is not to be had from afar"
    assert {"width", "height", "fps", "mirror", "stall_s"} <= set(report.config["camera"])
    assert report.restart == ["camera.fps"]
    station.start()
    assert station.keeper.report() == report
    assert station.in_force == (0.7, 37.0, 25)


@pytest.mark.parametrize(
    ("config", "path", "reason"),
    [
        ({"sound": {"volume": 7}}, "sound.volume", "less than or equal to 1"),
        ({"sound": {"volumen": 0.1}}, "sound.volumen", "no such setting"),
        ({"noise": {}}, "noise", "no such section"),
        ({"broker": {"host": "evil.example"}}, "broker.host", "may not be changed"),
        ({"staff": {"pin_file": "/tmp/pin"}}, "staff.pin_file", "may not be changed"),
        ({"hub": {"k": 5}}, "hub.k", "may not be changed"),
        ({"station": {"id": "other"}}, "station.id", "may not be changed"),
        ({"camera": {"source": "/dev/video9"}}, "camera.source", "may not be changed"),
        ({"pose": {"model": "/tmp/x.task"}}, "pose.model", "may not be changed"),
        ({"sound": {"quiet_from": "22:00"}}, "sound.quiet_to", "both a beginning and an end"),
        ({"sound": {"volume": float("nan")}}, "", ""),
        ({"sound": 3}, "", ""),
    ],
)
def test_what_is_not_valid_is_refused_whole_with_its_path(
    station: Station, config: Any, path: str, reason: str
) -> None:
    station.confirm(1, OLD)
    station.desire(2, {**config, "screen": {"idle_s": 99.0}})
    report = station.keeper.report()
    assert (report.version, report.desired_version, report.status) == (1, 2, "rejected")
    assert any(path in e.path and reason in e.msg for e in report.errors), report.errors
    assert not station.files.trial.exists()
    assert layers.over(station.base).screen.idle_s == 60.0
    station.start()
    assert station.keeper.report() == report, "still known after a restart"
    assert station.confirm(3, NEW).status == "applied"


def test_what_could_cut_the_station_off_or_leak_is_never_changed_from_afar() -> None:
    never = {"station.id", "station.gym", "station.data_dir", "camera.source", "pose.model"}
    assert not never & set(remote_keys())
    assert not {key for key in remote_keys() if key.split(".")[0] in {"broker", "hub", "staff"}}
    assert {"sound.volume", "screen.idle_s", "station.language"} < set(remote_keys())


def test_a_kiosk_that_says_it_failed_takes_everything_back(station: Station) -> None:
    station.confirm(1, OLD)
    station.desire(2, NEW)
    station.kiosk.failed = Failed(version=2, reason="the screen failed with them")
    station.keeper.tend()
    report = station.keeper.report()
    assert (report.version, report.desired_version, report.status) == (1, 2, "rolled_back")
    assert report.errors[0].msg == "the screen failed with them"
    assert station.in_force == (0.3, 31.0, 30)
    assert not station.files.trial.exists()
    station.desire(2, NEW)
    assert station.keeper.trying is None, "the same version is not tried for ever"
    assert station.keeper.report() == report


def test_no_confirmation_in_time_takes_everything_back_but_a_member_has_time(
    station: Station,
) -> None:
    station.desire(1, OLD)
    station.kiosk.occupied = True
    for _ in range(30):
        station.now += 50
        station.keeper.tend()
    assert station.keeper.trying == 1
    station.kiosk.occupied = False
    station.now += 61
    station.keeper.tend()
    assert station.keeper.report().status == "rolled_back"
    assert "did not confirm them within 60 s" in station.keeper.report().errors[0].msg
    station.kiosk.runs = False
    station.desire(2, OLD)
    station.now += 61
    station.keeper.tend()
    assert station.keeper.report().errors[0].msg == "the kiosk does not run"


def test_older_and_same_versions_change_nothing(station: Station) -> None:
    applied = station.confirm(5, NEW)
    station.keeper.take_report()
    station.desire(5, NEW)
    assert station.keeper.take_report() == applied, "said again"
    station.desire(4, OLD)
    report = station.keeper.take_report()
    assert report is not None
    assert (report.desired_version, report.version, report.status) == (4, 5, "stale")
    station.desire(5, OLD)
    assert station.keeper.report().status == "stale", "a version means one thing only"
    assert station.in_force == (0.7, 37.0, 25)


def test_a_newer_document_takes_the_place_of_one_that_is_tried(station: Station) -> None:
    station.desire(1, OLD)
    station.desire(2, NEW)
    station.desire(1, OLD)
    assert station.keeper.trying == 2
    assert station.confirm(2, NEW).version == 2


def test_the_whole_document_counts_what_it_leaves_out_is_the_files_again(
    station: Station,
) -> None:
    station.confirm(1, NEW)
    station.confirm(2, {"sound": {"volume": 0.7}})
    assert station.in_force == (0.7, 20.0, 30)


def test_of_a_tap_and_a_document_the_newer_wins(station: Station) -> None:
    station.confirm(1, {"sound": {"volume": 0.2}})
    set_here(layers.over(station.base), "sound", "volume", 0.9)
    set_here(layers.over(station.base), "screen", "keys_low", True)
    assert layers.over(station.base).sound.volume == 0.9, "a tap goes before what came before it"
    assert station.keeper.take_report() is not None
    station.keeper.tend()
    retold = station.keeper.take_report()
    assert retold is not None
    assert retold.config["sound"]["volume"] == 0.9, "the hub is told of a tap"
    station.confirm(2, {"sound": {"volume": 0.2}, "screen": {"idle_s": 50.0}})
    assert layers.over(station.base).sound.volume == 0.9, "the newer one does not change that key"
    station.confirm(3, {"sound": {"volume": 0.4}})
    assert layers.over(station.base).sound.volume == 0.4
    assert layers.over(station.base).screen.keys_low, "another key's tap stays"
    set_here(layers.over(station.base), "sound", "volume", 0.8)
    assert layers.over(station.base).sound.volume == 0.8
    station.confirm(4, {})
    assert layers.over(station.base).sound.volume == 0.6, "given back to the file"


def test_a_trial_found_at_the_start_failed(station: Station) -> None:
    station.confirm(1, OLD)
    station.desire(2, NEW)
    station.start()
    report = station.keeper.report()
    assert (report.version, report.desired_version, report.status) == (1, 2, "rolled_back")
    assert "stopped before" in report.errors[0].msg
    assert not station.files.trial.exists()


def test_damaged_files_are_passed_over(station: Station, tmp_path: Path) -> None:
    station.confirm(1, OLD)
    for file in (station.files.good, station.files.refused, station.files.trial):
        file.write_bytes(b"\0" * 300)
    station.start()
    assert station.in_force == (0.6, 20.0, 30)
    assert station.keeper.report().version == 0
    assert station.confirm(2, NEW).status == "applied"


def test_good_settings_that_a_newer_program_refuses_are_said_to_be_rejected(
    station: Station,
) -> None:
    station.confirm(1, OLD)
    odd = Document(version=2, config={"sound": {"bass": 3}}, boot=boot_id())
    station.files.good.write_text(odd.model_dump_json())
    station.start()
    report = station.keeper.report()
    assert (report.version, report.desired_version, report.status) == (0, 2, "rejected")
    assert report.errors[0].path == "sound.bass"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from([*remote_keys(), "broker.host", "sound.nothing", "station.id", "at.sound"])
ALMOST = st.builds(
    lambda version, pairs: {
        "version": version,
        "config": {
            section: {k.split(".")[1]: v for k, v in pairs.items() if k.split(".")[0] == section}
            for section in {k.split(".")[0] for k in pairs}
        },
    },
    st.integers(-2, 2**33) | JSON,
    st.dictionaries(KEYS, JSON, max_size=5),
)


@fuzzing(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200) | st.builds(lambda d: json.dumps(d).encode(), JSON | ALMOST))
def test_whatever_comes_nothing_is_half_applied(station: Station, payload: bytes) -> None:
    before = station.files.good.read_bytes() if station.files.good.exists() else None
    station.keeper.desire(payload)
    report = station.keeper.report()
    assert CfgReported.model_validate_json(report.model_dump_json()) == report
    trial = station.files.read_trial()
    assert (trial is not None) == (station.keeper.trying is not None)
    if trial is not None:
        assert layers.over(station.base, trial) is not None
        assert json.loads(payload)["version"] == trial.version
        station.kiosk.failed = Failed(version=trial.version, reason="not today")
        station.keeper.tend()
    after = station.files.good.read_bytes() if station.files.good.exists() else None
    assert after == before
    # A version near the top would refuse all that follows as stale.
    station.files.refused.unlink(missing_ok=True)
    station.start()


CHILD = """
import json, os, signal, sys
from pathlib import Path
from station.ledger import boot_id
from station.ledger.boot import seconds_since_boot
from station.ledger.exchange import Failed, KioskState
from station.settings import Settings
from station.uplink import Keeper

folder, fate, fatal, document = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
steps = 0

def step(name, *_):
    global steps
    steps += 1
    if steps == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

def audit(event, args):
    # Whatever touches the folder: killed just before it.
    if event in ("open", "os.rename", "os.remove") and str(folder / "remote") in str(args[0]):
        step(event)

def look():
    failed = Failed(version=2, reason="not today") if fate == "fails" else None
    confirmed = 2 if fate == "confirms" else None
    return KioskState(boot=boot_id(), run="r", seen_s=seconds_since_boot(), version=1,
                      occupied=False, confirmed=confirmed, failed=failed)

base = Settings.model_validate({"station": {"data_dir": folder}})
sys.addaudithook(audit)
keeper = Keeper(base, look=look, after_step=step)
keeper.desire(document.encode())
keeper.tend()
print(steps)
"""


def killed_at(folder: Path, fate: str, step: int) -> tuple[int, str]:
    """Runs a keeper in a process that kills itself at this step; its exit code and last word."""
    document = json.dumps({"version": 2, "config": NEW})
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), fate, str(step), document],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ,
    )
    return child.returncode, child.stdout.strip() or child.stderr


@pytest.mark.parametrize("fate", ["confirms", "fails"])
def test_killed_at_any_step_it_comes_up_with_the_old_or_the_new_whole_and_says_so(
    tmp_path: Path, fate: str
) -> None:
    ended, steps = killed_at(_prepared(tmp_path / "whole"), fate, 0)
    assert ended == 0, steps
    assert int(steps) >= 8
    seen = set()
    for step in range(1, int(steps) + 1):
        folder = _prepared(tmp_path / str(step))
        assert killed_at(folder, fate, step)[0] == -signal.SIGKILL
        station = Station(folder)
        report = station.keeper.report()
        seen.add((report.version, report.status))
        if report.version == 2:
            assert station.in_force == (0.7, 37.0, 25)
            assert (report.desired_version, report.status) == (2, "applied")
        else:
            assert station.in_force == (0.3, 31.0, 30)
            # Either it was not even written down, or it is known not to have made it.
            assert (report.desired_version, report.status) in {(1, "applied"), (2, "rolled_back")}
        assert not station.files.trial.exists()
        # The broker sends what it retains once more; whatever is said then is true.
        station.desire(2, NEW)
        again = station.confirm(2, NEW) if station.keeper.trying else station.keeper.report()
        assert again.desired_version == 2
        assert (again.version, again.status) in {(2, "applied"), (1, "rolled_back")}
        assert station.in_force == ((0.7, 37.0, 25) if again.version == 2 else (0.3, 31.0, 30))
        Station(folder)
    wanted = {(1, "applied"), (1, "rolled_back")}
    assert seen == (wanted | {(2, "applied")} if fate == "confirms" else wanted)


def _prepared(folder: Path) -> Path:
    folder.mkdir()
    assert Station(folder).confirm(1, OLD).status == "applied"
    return folder
