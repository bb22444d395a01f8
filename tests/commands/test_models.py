"""`station models` as a stranger uses it."""

import hashlib
from pathlib import Path

import pytest

from station.commands import models as command
from station.vision import models


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(f'[station]\ndata_dir = "{tmp_path / "data"}"\n')
    return path


def run(*argv: str) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.execute(parser.parse_args(list(argv)))


def test_it_says_where_the_model_is_and_what_it_is(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = hashlib.sha256(b"lite bundle").hexdigest()
    monkeypatch.setitem(models.PUBLISHED_SHA256, "lite", digest)
    monkeypatch.setattr(models, "_published", lambda variant: b"lite bundle")
    assert run("--variant", "lite", "--config", str(config)) == 0
    said = capsys.readouterr().out
    assert "from its publisher" in said
    assert f"pose_landmarker_lite.task is there and verified (sha256 {digest})" in said

    assert run("--variant", "lite", "--config", str(config)) == 0
    assert "publisher" not in capsys.readouterr().out
