"""The figures over HTTP, attacked by somebody who may look at them as often as they like."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from station.hub.database import Database
from station.hub.figures import file_name
from station.hub.reading import Told
from station.hub.web import HEADERS
from station.messages import Health
from station.settings import Settings
from tests.hub.gyms import (
    HINGE,
    STOOP,
    Gym,
    after,
    at,
    hub_at,
    introduce,
    train,
    train_a_week,
)
from tests.hub.parts import free_port, settings_for, store_of
from tests.hub.test_web import events

NAMES = ("busy", "technique", "stations")
APIS = [f"/api/{name}" for name in NAMES]
EXPORTS = [f"/export/{name}.csv" for name in NAMES]
PAGES = [f"/{name}" for name in NAMES]
K = 10


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A hub without any broker."""
    return settings_for(free_port(), tmp_path)


@pytest.fixture
def gym(settings: Settings) -> Iterator[Gym]:
    with hub_at(settings, at(0)) as gym:
        introduce(gym.store, "s1", "gym-1")
        yield gym


def test_where_there_is_no_gym_every_answer_says_so_and_has_its_shape(settings: Settings) -> None:
    with hub_at(settings, at(0)) as gym:
        assert gym.page.get("/api/gyms") == {"people": [], "simulated": []}
        for path in APIS:
            said = gym.page.get(path)
            assert said["gym"] is None
            assert said["sentence"] == "No station has said yet which gym it stands in."
        assert len(gym.page.get("/api/busy")["cells"]) == 168
        assert gym.page.get("/api/technique")["periods"] == []
        for path in [*PAGES, *EXPORTS]:
            assert gym.page.ask(path).status_code == 200


def test_a_week_is_shown_when_it_is_over_and_not_before(gym: Gym) -> None:
    train_a_week(gym.store, 0)
    for path in APIS:
        assert "10 sessions" in gym.page.get(path)["sentence"]
    gym.close(0)
    technique = gym.page.get("/api/technique")
    (period,) = technique["periods"]
    assert technique["sentence"] is None
    assert (period["from"], period["until"]) == ("2026-06-01", "2026-06-08")
    assert (period["weeks"], period["sessions"]) == (1, 80)
    assert [(group["names"], group["sessions"]) for group in period["patterns"]] == [
        (["hinge"], 45),
        (["squat"], 25),
        (["stoop", "unclear"], 10),
    ]
    faults = {fault["name"]: fault["sessions"] for fault in period["faults"]}
    assert faults["back_rounds"] == 10
    assert faults["head_tucks"] is None
    assert period["clean_percent"] == 70
    assert period["halves"] == {"first_percent": 60, "second_percent": 80}
    busy = gym.page.get("/api/busy")
    shown = [cell for cell in busy["cells"] if cell["per_week"] is not None]
    assert shown == [{"day": 0, "hour": 18, "per_week": 80, "in_use_percent": None}]
    assert (busy["weeks"], busy["from"], busy["until"]) == (1, "2026-06-01", "2026-06-08")
    (period,) = gym.page.get("/api/stations")["periods"]
    assert period["groups"] == [{"stations": ["s1"], "sessions": 80, "clean_percent": 70}]


def everything(gym: Gym) -> dict[str, str]:
    """All that is said, but for what proves a form to be ours: it is new with every login."""
    return {
        path: re.sub(r'name="csrf" value="[^"]*"', "", gym.page.ask(path).text)
        for path in [*APIS, *EXPORTS, *PAGES]
    }


def test_asking_after_every_session_tells_nothing_until_a_week_with_enough_is_over(
    gym: Gym,
) -> None:
    before = everything(gym)
    for _ in range(9):
        train(gym.store, "s1", at(0, 7), 1)
        assert everything(gym) == before
    gym.close(0)
    assert everything(gym) == before
    train(gym.store, "s1", at(1, 7), 1)
    assert everything(gym) == before
    gym.close(1)
    (period,) = gym.page.get("/api/technique")["periods"]
    assert (period["weeks"], period["sessions"]) == (2, 10)


def test_week_after_week_what_is_there_stays_and_cells_move_by_k_sessions_or_not(gym: Gym) -> None:
    last: dict[str, Any] = {path: gym.page.get(path) for path in APIS}
    for number, count in enumerate([6, 6, 3, 30, 0, 9, 1]):
        if count:
            train(gym.store, "s1", at(number, 30), count)
        gym.close(number)
        for path in APIS:
            now = gym.page.get(path)
            if path == "/api/busy":
                moved = [a != b for a, b in zip(now["cells"], last[path]["cells"], strict=True)]
                assert moved[30] == (number in (1, 3, 6)), number
                assert not any(moved[:30] + moved[31:])
            else:
                old = last[path]["periods"]
                assert now["periods"][: len(old)] == old
                assert len(now["periods"]) - len(old) == int(number in (1, 3, 6))
            last[path] = now


def test_a_session_that_comes_late_changes_no_week_that_is_over(gym: Gym) -> None:
    train_a_week(gym.store, 0)
    gym.close(0)
    before = everything(gym)
    train(gym.store, "s1", at(0, 18), 9, patterns=STOOP)
    assert everything(gym) == before
    gym.close(1)
    assert everything(gym) == before


def test_gyms_that_differ_only_in_what_is_hidden_get_the_same_bytes(gym: Gym) -> None:
    """Presence, order and size: 1 stoop or 9, a rare fault or none, three quiet stations."""
    shapes = {"gym-a": (1, 0, 1), "gym-b": (9, 9, 8), "gym-c": (4, 2, 5)}
    for name, (stoops, rare, quiet) in shapes.items():
        letter = name[-1]
        for number in (1, 2, 3):
            introduce(gym.store, f"{letter}-{number}", name)
        when = at(0, 18)
        first = f"{letter}-1"
        train(gym.store, first, when, 20, patterns=HINGE, faults={"too_fast": 1})
        train(gym.store, first, when, 30 - stoops - 9, patterns=HINGE, faults={})
        train(gym.store, first, when, stoops, patterns=STOOP, faults={})
        train(gym.store, f"{letter}-2", when, quiet, patterns=HINGE, faults={"leaps": 1})
        train(gym.store, f"{letter}-3", when, 9 - quiet, patterns=HINGE, faults={})
        if rare:
            train(gym.store, first, at(0, 19), rare, patterns=HINGE, faults={"head_tucks": 1})
        train(gym.store, first, at(0, 20), 19 - rare, patterns=HINGE, faults={})
    gym.close(0)
    for path in [*APIS, *EXPORTS, *PAGES]:
        said = {
            name: re.sub(rf"\b{name[-1]}-(?=\d\b)", "x-", gym.page.ask(f"{path}?gym={name}").text)
            for name in shapes
        }
        if path.split("/")[-1].startswith("busy"):
            continue  # Their hours differ in what may be shown.
        plain = {re.sub(r"gym-[abc]", "gym-x", text) for text in said.values()}
        plain = {re.sub(r"aria-current=.true.|<a href=[^>]*>", "", text) for text in plain}
        plain = {re.sub(r"<option[^>]*>", "", text) for text in plain}
        assert len(plain) == 1, path


def test_what_stations_have_and_what_the_gym_has_leaves_no_station_to_be_told(gym: Gym) -> None:
    for name, count in {"s1": 30, "s2": 3, "s3": 12, "s4": 40}.items():
        introduce(gym.store, name, "gym-1")
        train(gym.store, name, at(0, 9), count)
    gym.close(0)
    (period,) = gym.page.get("/api/stations")["periods"]
    assert [group["stations"] for group in period["groups"]] == [["s1", "s2"], ["s3"], ["s4"]]
    assert [group["sessions"] for group in period["groups"]] == [35, 10, 40]


@pytest.mark.parametrize(
    "query",
    [
        *("k=1", "station=s1", "hour=14", "pattern=stoop", "from=2026-06-01", "sort=sessions"),
        *("gym=gym-1&gym=gym-2", "data=people&data=simulated", "GYM=gym-1", "limit=1", "="),
        *("data=camera", "data=demo", "data=", "data=people'--", "gym=gym-1&weeks=1"),
    ],
)
def test_filters_that_could_be_played_off_against_each_other_do_not_exist(
    gym: Gym, query: str
) -> None:
    for path in [*APIS, *EXPORTS, *PAGES]:
        answer = gym.page.ask(f"{path}?{query}")
        assert answer.status_code == 400, path
        assert re.search(r"(can be chosen here|kinds of data: people and simulated)\.", answer.text)


@pytest.mark.parametrize("gym_name", ["gym-2", "", "%3Cscript%3E", "gym-1%20", "..%2F", "%00"])
def test_a_gym_that_is_not_there_is_one_sentence(gym: Gym, gym_name: str) -> None:
    for path in [*APIS, *EXPORTS, *PAGES]:
        answer = gym.page.ask(f"{path}?gym={gym_name}")
        assert answer.status_code == 404, path
        assert "There is no such gym." in answer.text
        if path not in PAGES:
            assert answer.json() == {"problem": "There is no such gym."}


def test_an_export_holds_what_the_page_shows_and_no_more(gym: Gym) -> None:
    for number in range(5):
        train_a_week(gym.store, number)
    train(gym.store, "s1", at(0, 40), 9)
    gym.close(4)
    busy = gym.page.get("/api/busy")
    assert [
        (row["sessions_per_week"], row["in_use_percent"]) for row in gym.rows("/export/busy.csv")
    ] == [
        tuple(
            "" if cell[name] is None else str(cell[name]) for name in ("per_week", "in_use_percent")
        )
        for cell in busy["cells"]
    ]
    rows = gym.rows("/export/technique.csv")
    for period in gym.page.get("/api/technique")["periods"]:
        mine = [row for row in rows if row["from"] == period["from"]]
        given = {(row["figure"], row["name"]): row["value"] for row in mine}
        assert given["sessions", ""] == str(period["sessions"])
        for group in period["patterns"]:
            assert given["pattern_sessions", " ".join(group["names"])] == str(group["sessions"])
        for fault in period["faults"]:
            shown = "" if fault["sessions"] is None else str(fault["sessions"])
            assert given["fault_sessions", fault["name"]] == shown
        assert len(given) == 4 + len(period["patterns"]) + len(period["faults"])
    groups = [g for p in gym.page.get("/api/stations")["periods"] for g in p["groups"]]
    assert [(row["stations"], row["sessions"]) for row in gym.rows("/export/stations.csv")] == [
        (" ".join(group["stations"]), str(group["sessions"])) for group in groups
    ]


def test_an_export_is_a_file_with_the_gym_and_the_day_in_its_name(gym: Gym) -> None:
    answer = gym.page.ask("/export/busy.csv?gym=gym-1")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    day = gym.clock.now.astimezone().date().isoformat()
    name = f"hinge-busy-gym-1-{day}.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert file_name("busy", 'x"\r\n../ä', "d") == "hinge-busy-x_______-d.csv"


def test_every_answer_carries_the_security_headers_and_is_kept_nowhere(gym: Gym) -> None:
    for path in [*APIS, *EXPORTS, *PAGES, "/api/gyms", "/api/openapi.json"]:
        for query in ("", "?gym=gym-2", "?k=1"):
            answer = gym.page.ask(path + query)
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_strangers_get_no_figures(gym: Gym) -> None:
    train_a_week(gym.store, 0)
    gym.close(0)
    for path in [*APIS, *EXPORTS, *PAGES, "/api/gyms", "/api/openapi.json"]:
        answer = gym.page.stranger.get(path)
        assert answer.status_code in (303, 401), path
        assert "gym-1" not in answer.text


def test_what_is_shown_can_only_be_read(gym: Gym) -> None:
    for path in [*APIS, *EXPORTS, *PAGES]:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            url = gym.page.url.rstrip("/") + path
            assert httpx.request(method, url, cookies=gym.page.cookies).status_code == 405


def test_simulated_figures_are_apart_and_marked_in_every_row(gym: Gym) -> None:
    introduce(gym.store, "sim-1", "show", capabilities=["simulated"])
    train(gym.store, "sim-1", at(0, 9), 30, source="simulated")
    train_a_week(gym.store, 0)
    gym.pass_to(after(0))
    while gym.store.sum_simulated(K):
        pass
    gym.close(0)
    assert gym.page.get("/api/gyms") == {"people": ["gym-1"], "simulated": ["show"]}
    shown = gym.page.get("/api/technique?data=simulated")
    assert (shown["gym"], shown["data"]) == ("show", "simulated")
    assert [period["sessions"] for period in shown["periods"]] == [30]
    assert gym.page.ask("/api/technique?gym=show").status_code == 404
    for path in EXPORTS:
        rows = gym.rows(f"{path}?data=simulated")
        assert rows
        assert {row["data"] for row in rows} == {"simulated"}
        assert {row["data"] for row in gym.rows(path)} == {"people"}


def test_health_says_how_many_sessions_wait_in_steps_of_k_only(gym: Gym) -> None:
    when = gym.clock.now
    for depth in (3, 14):
        with gym.store.writing() as writer:
            writer.write(
                [Told("s1", Health(outbox_depth=depth, clock="synced", fps=20.0))],
                when,
            )
        (hour,) = gym.page.get("/api/stations")["health"]["s1"]
        assert hour["fps"] == 20
        assert hour["outbox_depth"] == depth // K * K
        (row,) = gym.rows("/export/stations.csv")
        assert (row["kind"], row["outbox_depth"]) == ("health", str(depth // K * K))


def test_the_stream_carries_today_now_and_demo_and_nothing_of_how_people_move(gym: Gym) -> None:
    train_a_week(gym.store, 0)
    gym.close(0)
    said = events(gym.page, names={"today", "now", "demo"})
    assert set(re.findall(r"^event: (\w+)$", said, re.M)) == {"today", "now", "demo"}
    for word in ("pattern", "fault", "clean", "head_tucks", "per_week", "halves"):
        assert word not in said


def k_of(settings: Settings, k: int) -> Settings:
    return settings.model_copy(update={"hub": settings.hub.model_copy(update={"k": k})})


def test_raising_and_lowering_k_only_hides_and_gives_back(settings: Settings) -> None:
    store = store_of(settings)
    introduce(store, "s1", "gym-1")
    introduce(store, "s2", "gym-1")
    for number in range(3):
        train_a_week(store, number)
        train(store, "s2", at(number, 9), 12 + number)
        store.close_weeks(after(number), K)
    seen = {}
    for k in (10, 30, 10, 5, 200):
        with hub_at(k_of(settings, k), after(2)) as gym:
            seen[k] = {path: gym.page.get(path) for path in APIS}
            if k == 10:
                tens = seen.setdefault(1010, seen[k])
                assert tens == seen[k]
    five = seen[5]
    for path in APIS:
        assert five[path] | {"k": 10} == seen[10][path]
    for path in APIS[1:]:
        assert seen[200][path]["periods"] == []
    for fine, coarse in zip(
        seen[10]["/api/stations"]["periods"], seen[30]["/api/stations"]["periods"], strict=True
    ):
        assert [g["stations"] for g in fine["groups"]] == [["s1"], ["s2"]]
        assert [g["stations"] for g in coarse["groups"]] == [["s1", "s2"]]
    for fine, coarse in zip(
        seen[10]["/api/busy"]["cells"], seen[200]["/api/busy"]["cells"], strict=True
    ):
        assert coarse["per_week"] in (None, fine["per_week"])


def test_a_store_that_fails_is_an_error_without_details(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OperationalError("SELECT totals", {"gym": "gym-1"}, Exception("7 stoops"))

    monkeypatch.setattr(Database, "reading", fail)
    for path in [*APIS, *EXPORTS, *PAGES]:
        answer = httpx.get(gym.page.url.rstrip("/") + path, cookies=gym.page.cookies)
        assert (answer.status_code, answer.text) == (500, "Internal Server Error")
