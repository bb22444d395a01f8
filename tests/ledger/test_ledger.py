"""A finished set is kept, in order, until the hub has it."""

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.errors import StationError
from station.ledger import FinishedSession, Ledger, boot_id
from station.ledger import ledger as module
from station.messages import SessionEvent

type_of_set = Callable[..., FinishedSession]

WRITER = """
import sys
from pathlib import Path
from station.ledger import FinishedSession, Ledger
ledger = Ledger(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    print(ledger.finish(FinishedSession("simulated", "hinge", "set", 5, 3, 1, {"hinge": 5}, {},
        2, 1, "deep", "under_1", "finished", 0)), flush=True)
"""


def writer(path: Path, sets: int) -> subprocess.Popen[str]:
    """Another process that finishes sets and prints each id once stored."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(sets)], stdout=subprocess.PIPE, text=True
    )


def test_a_finished_set_becomes_a_valid_event_without_exact_time(
    ledger: Ledger, a_set: type_of_set
) -> None:
    before = datetime.now(UTC)
    new = ledger.finish(a_set(reps=7, faults={"rounded_back": 2}))
    (pending,) = ledger.pending(10)
    event = SessionEvent.model_validate_json(pending.event)
    assert re.fullmatch(r"[0-9a-f]{32}", new)
    assert (event.id, pending.id) == (new, new)
    assert (event.reps, event.faults, event.patterns.hinge) == (7, {"rounded_back": 2}, 4)
    assert (event.boot, event.seq) == (boot_id(), 0)
    hours = {f"{moment:%Y-%m-%dT%H}:00Z" for moment in (before, datetime.now(UTC))}
    assert event.hour in hours


def test_sets_come_back_in_order_page_by_page_and_go_when_acknowledged(
    ledger: Ledger, a_set: type_of_set
) -> None:
    ids = [ledger.finish(a_set(reps=n)) for n in range(5)]
    first = ledger.pending(2)
    rest = ledger.pending(10, after=first[-1].position)
    assert [row.id for row in first + rest] == ids
    assert ledger.depth() == 5
    assert ledger.acknowledge([ids[0], ids[2], "f" * 32]) == 2
    assert ledger.acknowledge([]) == 0
    assert [row.id for row in ledger.pending(10)] == [ids[1], ids[3], ids[4]]


def test_seq_goes_on_after_a_restart_even_when_all_was_acknowledged(
    path: Path, a_set: type_of_set
) -> None:
    first = Ledger(path)
    first.acknowledge([first.finish(a_set()), first.finish(a_set())])
    first.close()
    again = Ledger(path)
    again.finish(a_set())
    assert [row.position.seq for row in again.pending(10)] == [2]


def test_a_later_boot_comes_after_an_earlier_one_and_starts_at_seq_0(
    ledger: Ledger, a_set: type_of_set, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = [ledger.finish(a_set()) for _ in range(3)]
    monkeypatch.setattr(module, "boot_id", lambda: "0-an-id-that-sorts-first")
    order += [ledger.finish(a_set()) for _ in range(2)]
    rows = ledger.pending(10)
    assert [row.id for row in rows] == order
    assert [json.loads(row.event)["seq"] for row in rows] == [0, 1, 2, 0, 1]


def test_waiting_time_counts_from_the_oldest_and_survives_a_boot(
    ledger: Ledger, a_set: type_of_set, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger.oldest_age() is None
    monkeypatch.setattr(module, "seconds_since_boot", lambda: 100.0)
    ledger.finish(a_set())
    monkeypatch.setattr(module, "seconds_since_boot", lambda: 160.0)
    ledger.finish(a_set())
    assert ledger.oldest_age() == pytest.approx(60.0)
    monkeypatch.setattr(module, "boot_id", lambda: "the next boot")
    monkeypatch.setattr(module, "seconds_since_boot", lambda: 5000.0)
    assert 5000.0 <= (ledger.oldest_age() or 0.0) <= 7300.0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"source": "webcam"}, "source"),
        ({"reps": -1}, "reps"),
        ({"faults": {"Free text!": 1}}, "faults"),
        ({"patterns": {"lunge": 1}}, "patterns.lunge"),
    ],
)
def test_values_outside_the_schema_are_refused_in_one_sentence(
    ledger: Ledger, a_set: type_of_set, change: dict[str, object], named: str
) -> None:
    with pytest.raises(StationError, match=rf"Set not stored: {named}"):
        ledger.finish(a_set(**change))
    assert ledger.depth() == 0
    ledger.finish(a_set())
    assert [row.position.seq for row in ledger.pending(9)] == [0], "a refused set takes no number"


def test_killed_in_mid_write_loses_nothing_that_was_finished(path: Path) -> None:
    finished: list[str] = []
    for wanted in (1, 9, 30):
        process = writer(path, 100_000)
        assert process.stdout is not None
        finished += [process.stdout.readline().strip() for _ in range(wanted)]
        process.send_signal(signal.SIGKILL)
        finished += [line.strip() for line in process.stdout if len(line) == 33]
        process.wait()
    rows = Ledger(path).pending(1_000_000)
    stored = [row.id for row in rows]
    # One set per kill may be stored without its id having been printed.
    assert set(finished) <= set(stored)
    assert len(stored) <= len(finished) + 3
    assert [row.position.seq for row in rows] == list(range(len(rows)))


def test_two_processes_and_threads_write_while_a_third_reads_and_deletes(
    path: Path, a_set: type_of_set
) -> None:
    ledger = Ledger(path)
    processes = [writer(path, 60), writer(path, 60)]
    threads = [
        threading.Thread(target=lambda: [ledger.finish(a_set()) for _ in range(30)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    seen: list[tuple[str, int]] = []
    while len(seen) < 180:
        rows = ledger.pending(20)
        seen += [(row.id, row.position.seq) for row in rows]
        assert ledger.acknowledge(row.id for row in rows) == len(rows)
        if not rows and all(p.poll() is not None for p in processes) and not ledger.depth():
            break
    for thread in threads:
        thread.join()
    assert [process.wait(30) for process in processes] == [0, 0]
    assert len({id_ for id_, _ in seen}) == 180
    assert sorted(seq for _, seq in seen) == list(range(180))
