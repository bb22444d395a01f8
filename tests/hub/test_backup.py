"""Backups: made while the hub runs, checked, and put back wholly or not at all."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.errors import StationError
from station.hub import backup
from station.hub.database import Database
from station.hub.reading import Told
from station.hub.store import Store
from station.messages import Info, SessionEvent
from station.settings import Settings
from tests.hub.parts import FakeStation, hub_on, session_event, settings_for, store_of, until

NOW = datetime.now(UTC)
DAYS = (NOW - timedelta(days=2), NOW + timedelta(days=2))


@pytest.fixture
def settings(where: Path | str, tmp_path: Path) -> Settings:
    settings = settings_for(1, tmp_path)
    if isinstance(where, str):
        hub = settings.hub.model_copy(update={"database": where})
        settings = settings.model_copy(update={"hub": hub})
    return settings


def take(settings: Settings, sessions: int) -> None:
    store = store_of(settings)
    events = [SessionEvent.model_validate(session_event()) for _ in range(sessions)]
    with store.writing() as writer:
        writer.write([Told("s1", Info(version="1", gym="west"))], NOW)
        writer.write([Told("s1", event) for event in events], NOW)
    store.database.close()


def sessions_in(settings: Settings) -> int:
    store = store_of(settings)
    count = store.sessions_between(*DAYS)["west"]
    store.database.close()
    return count


def test_a_copy_put_back_is_the_store_as_it_was(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    take(settings, 5)
    backup.back_up(settings, file)
    assert file.stat().st_mode & 0o777 == 0o600
    take(settings, 3)
    assert sessions_in(settings) == 8
    backup.restore(settings, file)
    assert sessions_in(settings) == 5
    take(settings, 1)
    assert sessions_in(settings) == 6
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_it_is_made_and_refused_to_be_put_back_while_somebody_uses_the_store(
    settings: Settings, tmp_path: Path
) -> None:
    take(settings, 5)
    running = store_of(settings)
    running.refused()
    backup.back_up(settings, tmp_path / "copy")
    with pytest.raises(StationError, match="in use: stop every hub first"):
        backup.restore(settings, tmp_path / "copy")
    assert running.sessions_between(*DAYS) == {"west": 5}
    with running.writing() as writer:
        writer.write([Told("s1", Info(version="1", gym="east"))], NOW)
    running.database.close()
    backup.restore(settings, tmp_path / "copy")
    assert sessions_in(settings) == 5


def test_a_damaged_or_wrong_file_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    take(settings, 200)
    file = tmp_path / "copy"
    backup.back_up(settings, file)
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) * 2 // 3], b"something else" * 400, b""):
        file.write_bytes(damaged)
        with pytest.raises(StationError) as said:
            backup.restore(settings, file)
        assert "\n" not in str(said.value)
        assert sessions_in(settings) == 200
    with pytest.raises(StationError, match="no such file"):
        backup.restore(settings, tmp_path / "nothing")


def test_it_is_put_back_over_a_store_that_is_damaged(tmp_path: Path) -> None:
    settings = settings_for(1, tmp_path)
    take(settings, 5)
    backup.back_up(settings, tmp_path / "copy")
    settings.store.write_bytes(b"rubbish" * 1000)
    backup.restore(settings, tmp_path / "copy")
    assert sessions_in(settings) == 5
    kept = settings.store.with_name("hub.db.damaged")
    assert kept.read_bytes().startswith(b"rubbish")


def test_a_copy_of_a_newer_hub_is_refused(settings: Settings, tmp_path: Path) -> None:
    take(settings, 5)
    store = store_of(settings)
    with store.database.writing() as db:
        newer = "UPDATE schema_version SET version = version + 1"
        if store.database.postgres:
            db.exec_driver_sql(newer)
        else:
            version = int(db.exec_driver_sql("PRAGMA user_version").scalar_one())
            db.exec_driver_sql(f"PRAGMA user_version = {version + 1}")
    store.database.close()
    backup.back_up(settings, tmp_path / "copy")
    with store.database.writing() as db:
        older = "UPDATE schema_version SET version = version - 1"
        db.exec_driver_sql(older if store.database.postgres else f"PRAGMA user_version = {version}")
    store.database.close()
    with pytest.raises(StationError, match="newer hub"):
        backup.restore(settings, tmp_path / "copy")
    assert sessions_in(settings) == 5


def test_a_copy_that_cannot_be_written_leaves_the_one_before(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(settings, 5)
    file = tmp_path / "copy"
    backup.back_up(settings, file)
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.os, "fsync", fail)
    with pytest.raises(StationError, match="No space left"):
        backup.back_up(settings, file)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if "copy" in path.name) == ["copy"]


def test_without_postgresqls_programs_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(backup, "POSTGRES_PROGRAMS", "/nowhere")
    settings = settings_for(1, tmp_path)
    hub = settings.hub.model_copy(update={"database": "postgresql+psycopg://hub@127.0.0.1/hub"})
    with pytest.raises(StationError, match="pg_dump is not installed"):
        backup.back_up(settings.model_copy(update={"hub": hub}), tmp_path / "copy")


def test_the_command_copies_a_running_hub_and_refuses_to_restore_under_it(
    broker: object, stations: Callable[..., FakeStation], tmp_path: Path
) -> None:
    settings = settings_for(broker.port, tmp_path)  # type: ignore[attr-defined]
    config, copy = tmp_path / "hub.toml", tmp_path / "copy.db"
    config.write_text(f'[station]\ndata_dir = "{settings.station.data_dir}"\n')

    def command(action: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "station", "hub", action, str(copy), "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert "there is none yet" in command("backup").stderr
    with hub_on(settings) as page:
        stations().finish()
        made, refused = command("backup"), command("restore")
        assert (made.returncode, made.stdout) == (0, f"{copy}: a whole copy, checked.\n")
        assert refused.returncode == 2
        assert "in use: stop every hub first" in refused.stderr
        assert page.today() == 1
    assert command("restore").returncode == 0
    copied = Store(Database(copy))
    assert sum(copied.sessions_between(*DAYS).values()) == 1
    with hub_on(settings) as page:
        until(lambda: page.today() == 1)
