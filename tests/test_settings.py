"""Settings are refused in one sentence, or are exactly what the file says."""

from pathlib import Path

import pytest

from station import settings
from station.errors import StationError
from station.paths import shipped


@pytest.fixture(autouse=True)
def untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has set anything on this machine's own screen."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Settings of a station with a folder of its own."""
    path = tmp_path / "station.toml"
    path.write_text(f'[station]\ndata_dir = "{tmp_path}"\n[sound]\nvolume = 0.5\n')
    return path


def test_what_was_set_on_the_station_goes_before_the_file(file: Path) -> None:
    loaded = settings.load(file)
    settings.set_here(loaded, "sound", "volume", 0.2)
    settings.set_here(loaded, "screen", "keys_low", True)
    settings.set_here(loaded, "sound", "volume", 0.1)
    again = settings.load(file)
    assert (again.sound.volume, again.screen.keys_low) == (0.1, True)
    assert again.camera == loaded.camera
    file.write_text(file.read_text() + "[camera]\nmirror = false\n")
    assert not settings.load(file).camera.mirror, "what was not set here follows the file"


@pytest.mark.parametrize(
    ("section", "key", "value", "reason"),
    [
        ("station", "id", "other", "station.id is not one"),
        ("broker", "host", "elsewhere", "broker.host is not one"),
        ("staff", "pin_file", "pin", "staff.pin_file is not one"),
        ("sound", "volume", 7.0, "sound.volume: Input should be less than or equal to 1"),
        ("station", "language", "fr", "station.language"),
    ],
)
def test_nothing_else_can_be_set_on_the_station(
    file: Path, section: str, key: str, value: float | str, reason: str
) -> None:
    loaded = settings.load(file)
    with pytest.raises(StationError, match=reason):
        settings.set_here(loaded, section, key, value)
    assert not loaded.here.exists()


@pytest.mark.parametrize(
    "content", ["[sound\n", "volume = 1\n", "[broker]\nport = 1\n", "[sound]\nvolume = 9\n"]
)
def test_a_bad_file_of_the_stations_own_is_said_and_passed_over(
    file: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    (file.parent / "here.toml").write_text(content)
    assert settings.load(file).sound.volume == 0.5
    assert "They are passed over." in caplog.text
    settings.set_here(settings.load(file), "camera", "mirror", False)
    assert not settings.load(file).camera.mirror, "and can be set again"


@pytest.mark.parametrize("hours", ['quiet_from = "22:00"', 'quiet_to = "07:00"'])
def test_quiet_hours_need_both_ends(tmp_path: Path, hours: str) -> None:
    file = tmp_path / "station.toml"
    file.write_text(f"[sound]\n{hours}\n")
    with pytest.raises(StationError, match=r"sound\.quiet_to: .*both a beginning and an end"):
        settings.load(file)
