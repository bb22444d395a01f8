"""The soak's own parts: what watches over the programs bites, and what judges them sees."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from station.camera_settings import CameraSettings
from station.errors import StationError
from station.vision import camera, eye_process
from tests.soak import journal, parts
from tests.soak.faults import FAULTS
from tests.soak.journal import Account, Entry, Journal, account
from tests.soak.kiosk import EYE
from tests.soak.parts import Supervised, await_
from tests.soak.plug import set_plug
from tests.soak.report import Outcome, Recoveries
from tests.soak.weight import SETTLE_S, Growth, Weight, growth, weigh
from tests.vision.eyes import python_with_doubles


def finished(life: int = 1) -> Entry:
    return Entry(0.0, life, "finished")


def stored(id_: str, life: int = 1) -> Entry:
    return Entry(0.0, life, "stored", id_)


def good() -> Outcome:
    """A run with nothing to complain of."""
    return Outcome(
        disks=True,
        faults={name: Recoveries([fault.bound_s / 2]) for name, fault in FAULTS.items()},
        account=Account(finished=3, stored=3),
        growths={name: Growth(1000.0, 1.0, 0, 0, 100.0) for name in parts.PROGRAMS},
        poses=[20.0, 15.0],
        disk_said=True,
    )


def test_a_run_in_which_all_came_back_is_good() -> None:
    assert good().problems() == []
    assert "NOT GOOD" not in good().table()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda o: o.faults["broker away"].times.append(1e3), "broker away: 1 times later"),
        (lambda o: o.faults.update({"broker away": Recoveries()}), "broker away: did not strike"),
        (lambda o: setattr(o.faults["broker away"], "never", 1), "not back by itself"),
        (lambda o: setattr(o.faults["disk full at the hub"], "unfelt", 1), "nothing noticed it"),
        (lambda o: setattr(o.account, "unsaved", 1), "sets were lost"),
        (lambda o: setattr(o, "account", Account()), "no set was finished"),
        (lambda o: o.growths.update(hub=Growth(1000.0, 30.0, 0, 0, 100.0)), "hub: grew"),
        (lambda o: o.growths.update(hub=Growth(1000.0, 0.0, 5, 0, 100.0)), "hub: grew"),
        (lambda o: o.growths.update(hub=None), "hub: never lived for long enough"),
        (lambda o: o.poses.clear(), "poses a second"),
        (lambda o: setattr(o, "disk_said", False), "never said that the disk was full"),
    ],
)
def test_whatever_is_amiss_is_named_and_fails_the_run(
    spoil: Callable[[Outcome], object], said: str
) -> None:
    outcome = good()
    spoil(outcome)
    assert [problem for problem in outcome.problems() if said in problem]
    assert "NOT GOOD" in outcome.table()


def test_without_root_full_disks_are_said_not_to_have_run() -> None:
    outcome = good()
    outcome.disks = outcome.disk_said = False
    outcome.faults["disk full at the hub"] = Recoveries()
    assert outcome.problems() == []
    assert "not run" in outcome.table()


def test_lost_and_doubled_sets_are_seen() -> None:
    """Of four finished one never reached the ledger, one never the hub, and one is there twice."""
    entries = [*(finished() for _ in range(4)), stored("a"), stored("b"), stored("c")]
    made = account(entries, ["a", "b", "other"])
    assert (made.finished, made.stored, made.unsaved, made.lost, made.doubled) == (
        *(4, 3, 1),
        ["c"],
        1,
    )
    assert not made.good
    assert account(entries[1:], ["a", "b", "c"]).good


def test_sets_wait_in_the_kiosk_that_finished_them() -> None:
    entries = [finished(1), finished(2), finished(2), stored("a", 2)]
    assert (journal.waiting(entries, 1), journal.waiting(entries, 2)) == (1, 1)
    assert journal.waiting(entries) == 2


def test_half_a_line_in_the_journal_is_passed_over(tmp_path: Path) -> None:
    Journal(tmp_path / "journal").note("stored", "a")
    with (tmp_path / "journal").open("ab") as file:
        file.write(b'[1.0, 2, "fini')
    (entry,) = journal.read(tmp_path / "journal")
    assert (entry.life, entry.what, entry.text) == (os.getpid(), "stored", "a")


def life(pss: Callable[[float], float], pid: int = 1, looks: int = 100) -> list[Weight]:
    """A process that is looked at every ten seconds, `pss(seconds)` megabytes."""
    times = [10.0 * i for i in range(looks)]
    return [Weight(at, pid, 2 * pss(at), pss(at), 10, 3) for at in times]


def test_a_program_that_grows_by_two_megabytes_a_minute_is_found_and_one_that_swings_is_not() -> (
    None
):
    swings = growth(life(lambda at: 100.0 + 20 * (int(at) % 30 == 0)))
    leaks = growth(life(lambda at: 100.0 + at / 30))
    assert swings is not None
    assert swings.flat
    assert leaks is not None
    assert not leaks.flat
    assert leaks.pss == pytest.approx(25, abs=3)


def test_what_a_program_takes_at_first_is_not_growth_and_a_new_life_hides_none() -> None:
    fills = growth(life(lambda at: 500.0 if at >= SETTLE_S else 100.0))
    assert fills is not None
    assert fills.flat
    killed = life(lambda at: 100.0 + at / 30, pid=1) + life(lambda at: 50.0, pid=2, looks=20)
    found = growth(killed)
    assert found is not None
    assert not found.flat
    assert growth(life(lambda at: 100.0, looks=8)) is None, "too short to tell"


def test_this_process_can_be_weighed_and_one_that_is_gone_cannot() -> None:
    here = weigh(os.getpid(), 0.0)
    assert here is not None
    assert 1 < here.pss <= here.rss < 10_000
    assert here.handles >= 3
    assert here.threads >= 1
    assert weigh(2**22 - 1, 0.0) is None


def tended(program: Supervised, stop: threading.Event) -> threading.Thread:
    def tend() -> None:
        program.start()
        while not stop.wait(0.02):
            program.tend()

    thread = threading.Thread(target=tend, daemon=True)
    thread.start()
    return thread


def test_a_program_that_falls_silent_is_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(parts.WATCHDOG_S, "kiosk", 0.5)
    words = "from station.notify import notify; import time; notify('READY=1'); time.sleep(60)"
    program = Supervised("kiosk", [sys.executable, "-c", words], tmp_path)
    stop = threading.Event()
    thread = tended(program, stop)
    try:
        assert await_(lambda: program.pid is not None, 30)
        first = program.pid
        assert await_(lambda: program.bitten > 0, 30)
        assert await_(lambda: program.pid not in (None, first), 30)
    finally:
        program.stop()
        stop.set()
        thread.join(10)
    assert program.pid is None


def test_a_program_that_is_held_down_stays_down(tmp_path: Path) -> None:
    program = Supervised("broker", ["sleep", "60"], tmp_path)
    stop = threading.Event()
    thread = tended(program, stop)
    try:
        assert await_(lambda: program.pid is not None, 5)
        program.held = True
        program.kill()
        time.sleep(1.5)
        assert program.pid is None
        program.held = False
        assert await_(lambda: program.pid is not None, 10)
    finally:
        program.stop()
        stop.set()
        thread.join(10)


def test_the_camera_is_gone_with_its_plug_and_there_again_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kiosk's real reader, in its own process, with the clip behind it."""
    plug = tmp_path / "camera"
    monkeypatch.setattr(eye_process, "OWN_PYTHON", python_with_doubles(tmp_path, EYE))
    with pytest.raises(StationError, match="no such device"):
        camera._open("v4l2", str(plug), CameraSettings())
    set_plug(plug, "there")
    eye = camera._open("v4l2", str(plug), CameraSettings())
    first, second = eye.read(), eye.read()
    assert first is not None
    assert second is not None
    assert first.bgr.shape == (720, 1280, 3)
    assert second.bgr.std() > 0, "the clip, not an empty room"
    assert first.t < second.t <= time.monotonic()
    set_plug(plug, "hung")
    assert await_(lambda: eye.read() is None, 10), "given up, though its read never returns"
    eye.close()
    set_plug(plug, "there")
    again = camera._open("v4l2", str(plug), CameraSettings())
    assert again.read() is not None
    set_plug(plug, "gone")
    assert await_(lambda: again.read() is None, 5)
    again.close()
