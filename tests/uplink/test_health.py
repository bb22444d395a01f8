"""What a station tells of itself is read from the machine, or said to be unknown."""

import hashlib
from pathlib import Path

import pytest

from station.ledger import Ledger
from station.settings import Settings
from station.uplink import health as module
from station.uplink.health import health, info, network
from station.vision.models import path_of
from tests.uplink.parts import A_SET, settings_for

WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   58.  -52.  -256        0      0      0      0     12        0
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(1883, tmp_path)


def test_this_machines_health_is_valid_whatever_can_be_read(settings: Settings) -> None:
    ledger = Ledger(settings.ledger)
    assert health(settings, ledger).outbox_oldest_s is None
    ledger.finish(A_SET)
    told = health(settings, ledger)
    assert (told.outbox_depth, told.outbox_oldest_s) == (1, 0)
    assert told.disk_free_mb is not None


@pytest.mark.parametrize(("flags", "expected"), [("0", False), ("50005", True), ("50000", False)])
def test_a_raspberry_pis_figures(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    flags: str,
    expected: bool,
) -> None:
    for name, text in (("TEMPERATURE", "48312\n"), ("THROTTLED", flags), ("WIRELESS", WIRELESS)):
        file = tmp_path / name
        file.write_text(text)
        monkeypatch.setattr(module, name, file)
    told = health(settings, Ledger(settings.ledger))
    assert (told.temperature_c, told.throttled, told.wifi_dbm) == (48.312, expected, -52)


def test_what_cannot_be_read_is_unknown(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"\xffno number\n\n wlan0: x y z\n")
    for file in (nonsense, tmp_path / "missing"):
        for name in ("TEMPERATURE", "THROTTLED", "WIRELESS"):
            monkeypatch.setattr(module, name, file)
        told = health(settings, Ledger(settings.ledger))
        assert (told.temperature_c, told.throttled, told.wifi_dbm) == (None, None, None)


def test_info_hashes_the_model_that_vision_would_use(settings: Settings) -> None:
    assert settings.model == path_of(settings)
    assert info(settings).model_sha256 is None
    settings.model.parent.mkdir(parents=True)
    settings.model.write_bytes(b"a model")
    assert info(settings).model_sha256 == hashlib.sha256(b"a model").hexdigest()


@pytest.mark.parametrize(
    ("interfaces", "expected"),
    [
        ({}, "none"),
        ({"lo": "unknown", "eth0": "down", "wlan0": "dormant"}, "none"),
        ({"lo": "unknown", "wlan0": "up"}, "wifi"),
        ({"wlan0": "up", "eth0": "up"}, "wired"),
    ],
)
def test_what_the_station_is_connected_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interfaces: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(module, "INTERFACES", tmp_path / "net")
    assert network() == "none"
    for name, state in interfaces.items():
        folder = tmp_path / "net" / name
        folder.mkdir(parents=True)
        (folder / "operstate").write_text(f"{state}\n")
        if name.startswith("wlan"):
            (folder / "wireless").mkdir()
    assert network() == expected
