"""`station bench`: figures of this machine, and never of another."""

import argparse
import json
import platform
from pathlib import Path

import pytest

from station.commands import bench
from station.errors import StationError
from station.settings import Settings
from station.vision import models


@pytest.fixture(scope="module", autouse=True)
def model() -> Path:
    return models.get(Settings())


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_LATENCY_S", 1.0)


def run(*argv: str | Path) -> int:
    parser = argparse.ArgumentParser()
    bench.configure(parser)
    return bench.execute(parser.parse_args([str(arg) for arg in argv]))


def test_the_card_has_every_figure_of_the_demo_clip(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "--frames", "20", "--rounds", "1") == 0
    card = json.loads(capsys.readouterr().out)
    assert card["input"]["width"] == 1280
    assert card["machine"]["architecture"] == platform.machine()
    assert card["live_ratio"] == pytest.approx(card["live_fps"] / card["landmarker_fps"], abs=0.01)
    # Twenty frames on a busy machine say little about speed; nonsense they do show.
    assert 0.3 < card["live_ratio"] < 2
    assert 0 < card["checker_without_contour_ms"] < card["checker_and_contour_ms"] < 50
    assert 0 < card["latency"]["median_ms"] <= card["latency"]["p95_ms"]
    assert bench._for_people(card).count("\n") == 9


def test_nothing_to_measure_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="--frames"):
        run("--frames", "1")
    with pytest.raises(StationError, match="no such file"):
        run(tmp_path / "clip.mp4")
