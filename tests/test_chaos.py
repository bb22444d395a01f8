"""The short version of `make chaos`: each kind of fault that a gym knows, and nothing lost."""

import json
import sqlite3
from pathlib import Path

from station.hub.database import Database
from tests.chaos.proxy import Wire
from tests.chaos.story import FAULTS, NEED_DISKS, Outcome, judge, run
from tests.uplink.parts import FakeHub, Mosquitto, Station, eventually, settings_for


def test_hundreds_of_sessions_through_kills_cuts_and_full_disks_arrive_exactly_once(
    tmp_path: Path,
) -> None:
    outcome = run(tmp_path, sessions=300, seconds=22, seed=5)
    assert outcome.good, outcome.table()
    first = [name for name in FAULTS if outcome.disks or name not in NEED_DISKS][:4]
    assert all(outcome.struck[name] for name in first), outcome.table()
    if outcome.disks:
        assert outcome.refused["kiosk"] > 0, "a full disk that nobody felt proves nothing"


def test_a_lost_and_a_doubled_session_would_be_seen(tmp_path: Path) -> None:
    """The judge is judged: of four sessions one is not in the store and one is there twice."""
    path = tmp_path / "hub.db"
    Database(path).close()
    with sqlite3.connect(path) as database:
        database.executemany(
            "INSERT INTO session (id, station, source, hour, received, event)"
            " VALUES (?, 's', 'simulated', '', '', ?)",
            [
                (str(id_), json.dumps({"reps": 0, "attempts": number}))
                for id_, number in enumerate([0, 2, 2, 3])
            ],
        )
    database.close()
    outcome = Outcome(4, False, True)
    judge(outcome, path)
    assert (outcome.lost, outcome.doubled, outcome.good) == ([1], [2], False)
    assert "lost 1, doubled 1" in outcome.table()


def test_a_link_that_goes_silent_is_noticed_given_up_and_made_anew(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    wire = Wire(broker.port)
    hub, station = FakeHub(broker.port), Station(settings_for(wire.port, tmp_path))
    try:
        hub.start()
        station.start()
        (first,) = station.finish()
        eventually(lambda: first in hub.stored, "delivered")
        wire.silence(True)
        ids = station.finish(5)
        eventually(lambda: "no longer confirms" in station.problem(), "noticed and said")
        assert station.ledger.depth() == 5
        wire.silence(False)
        eventually(lambda: station.ledger.depth() == 0, "delivered once it passes again")
        assert set(hub.stored) == {first, *ids}
    finally:
        station.end()
        hub.stop()
        wire.end()
        broker.kill()
