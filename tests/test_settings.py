"""Settings are refused in one sentence, or are exactly what the file says."""

from pathlib import Path

import pytest

from station import settings
from station.errors import StationError
from station.paths import shipped


def test_the_shipped_file_says_the_defaults() -> None:
    assert settings.load(shipped("config") / "station.toml") == settings.Settings()


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    written = settings.Settings.model_validate(
        {
            "station": {"id": "rack-2", "data_dir": tmp_path / 'with "quotes" 𝄞\x7f\\'},
            "hub": {"k": 25},
        }
    )
    file.write_text(settings.as_toml(written))
    assert settings.load(file) == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[camera\n", "not valid TOML"),
        ("[camera]\nfpz = 30\n", "camera.fpz: Extra inputs are not permitted"),
        ("[camera]\nfps = 1000\n", "camera.fps: Input should be less than or equal to 120"),
        ('[station]\nid = "Rack 2"\n', "station.id"),
        ("[hub]\nk = 2\n", "hub.k"),
    ],
)
def test_a_bad_file_is_named_with_key_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "station.toml"
    file.write_text(text)
    with pytest.raises(StationError) as caught:
        settings.load(file)
    assert str(file) in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATION_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(StationError, match=r"none\.toml: cannot be read"):
        settings.load()
