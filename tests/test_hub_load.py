"""The hub's bars are measured by parts that work: a tiny load goes through all of them."""

from pathlib import Path

from station.hub.database import Database
from station.hub.store import Store
from tests.hub_load import fleet, ingest, pages
from tests.hub_load.bars import Bar, percentile, table
from tests.hub_load.fill import fill


def test_a_filled_database_is_as_ingest_would_have_left_it(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    filled = fill(path, 20_000)
    database = Database(path)
    store = Store(database)
    with database.reading() as db:

        def count(what: str) -> int:
            return int(db.exec_driver_sql(f"SELECT {what}").scalar_one())

        sessions = filled.sessions
        assert count("sum(sessions) FROM hourly") == sessions
        assert count("sum(sessions) FROM gym_hour") == sessions
        assert count("sum(hinge + squat + stoop + unclear) FROM hourly") == sessions
        assert count("count(*) FROM session") + count("count(*) FROM seen") == sessions
        assert count("count(*) FROM session WHERE counted = 0") == 0
    assert 0.97 < sessions / 20_000 < 1.03
    weeks = [week for gym in store.gyms("camera") for week in store.weeks("camera", gym)]
    assert 0.95 * sessions < sum(week.totals.sessions for week in weeks) <= sessions
    assert store.gyms("simulated") == []
    database.close()


def test_a_tiny_ingest_stores_every_session_and_says_how_fast_it_was(tmp_path: Path) -> None:
    ours, bare = ingest.measure(tmp_path / "ingest", 500)
    assert ours.value > 10
    assert bare.value > 10
    assert ours.limit == 2000


def test_a_few_stations_are_all_seen(tmp_path: Path) -> None:
    bars = fleet.measure(tmp_path / "fleet", stations=10, idle_s=1.0)
    assert bars[0].value == 10
    assert bars[0].met


def test_the_pages_of_a_small_hub_are_measured_one_by_one(tmp_path: Path) -> None:
    fill(tmp_path / "hub.db", 5000)
    bars = {
        bar.name: bar
        for bar in pages.measure(tmp_path, "small", "", asked=3, loads=1, events=3, settle_s=0.5)
    }
    for name in ("/api/now", "/api/busy", "/export/technique.csv", "/stations"):
        assert 0 < bars[f"{name}, small"].value < 30_000
    assert 0 < bars["published → on the page, small, p95"].value < 10_000
    assert 20 < bars["memory at rest, small"].value < 500


def test_a_missed_bar_is_said_and_a_figure_without_one_is_only_told() -> None:
    bars = [
        Bar("slow", 250, "ms", 200),
        Bar("fast", 3000, "a second", 2000, least=True),
        Bar("beside", 9, "s"),
    ]
    assert [bar.met for bar in bars] == [False, True, True]
    assert "MISSED" in table(bars).splitlines()[0]
    assert "ok" in table(bars).splitlines()[1]
    assert percentile([float(n) for n in range(100)], 0.95) == 95
