"""The staff menu's own thread: looks without touching, and leaves nothing behind."""

import os
import time
from pathlib import Path

from station.kiosk.desk import Desk
from station.ledger import Ledger
from station.settings import load


def config_in(folder: Path) -> Path:
    (folder / "station.toml").write_text(f'[station]\ndata_dir = "{folder / "data"}"\n')
    return folder / "station.toml"


def test_a_station_without_a_ledger_yet_makes_none_by_being_looked_at(tmp_path: Path) -> None:
    settings = load(config_in(tmp_path))
    desk = Desk(settings)
    desk.open()
    deadline = time.monotonic() + 10
    while desk.facts is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (desk.facts.waiting, desk.facts.trouble) == (0, None)
    assert not settings.ledger.exists()
    desk.stop()


def test_the_desk_leaves_no_thread_and_no_file_behind(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        desk = Desk(load(config_in(tmp_path)))
        Ledger(desk.settings.ledger).close()
        desk.open()
        desk.stop()
    assert len(os.listdir("/proc/self/fd")) == before
