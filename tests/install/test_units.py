"""The units in deploy/units: systemd understands them, and they are shut tight."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
UNITS = ROOT / "deploy" / "units"
WORST_SCORE = 2.5
"""Of 10, by `systemd-analyze security`; less is better."""

MOSQUITTO = Path("/lib/systemd/system/mosquitto.service")

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (systemd)"
)


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """The units as they are laid down, with the programs they name in a place that is there."""
    units = tmp_path / "units"
    shutil.copytree(UNITS, units)
    version = tmp_path / "opt" / "current"
    shutil.copytree(ROOT / "deploy" / "install", version / "deploy" / "install")
    shutil.copytree(ROOT / "deploy" / "broker", version / "deploy" / "broker")
    (version / "bin").mkdir()
    (version / "bin" / "station").write_text("#!/bin/sh\n")
    (version / "bin" / "station").chmod(0o755)
    if MOSQUITTO.exists():
        shutil.copy(MOSQUITTO, units)
    for unit in units.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        unit.write_text(text.replace("/opt/hinge-station", str(tmp_path / "opt")))
    return units


def analyze(units: Path, *arguments: object) -> str:
    done = subprocess.run(
        ["systemd-analyze", *map(str, arguments)],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_systemd_has_nothing_to_say_about_them(laid: Path) -> None:
    units = sorted(laid.glob("*.service")) + sorted(laid.glob("*.timer"))
    assert analyze(laid, "verify", "--man=no", "--recursive-errors=yes", *units) == ""


@pytest.mark.parametrize("name", ["hinge-kiosk", "hinge-uplink", "hinge-hub", "mosquitto"])
def test_a_unit_is_shut_tight(laid: Path, name: str) -> None:
    unit = laid / f"{name}.service"
    if not unit.exists():
        pytest.skip("mosquitto is not installed, which this is a drop-in for")
    said = analyze(laid, "security", "--offline=true", "--no-pager", unit)
    score = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert score is not None
    print(f"{name}.service: {score[1]}")
    assert float(score[1]) <= WORST_SCORE


def weak_spots(unit: Path) -> set[str]:
    said = analyze(unit.parent, "security", "--offline=true", "--json=short", unit)
    return {entry["json_field"] for entry in json.loads(said) if entry["set"] is False}


def test_the_kiosk_has_no_network_and_the_uplink_no_camera(laid: Path) -> None:
    kiosk, uplink = laid / "hinge-kiosk.service", laid / "hinge-uplink.service"
    assert not {"PrivateNetwork", "IPAddressDeny", "RestrictAddressFamilies_AF_INET_INET6"} & (
        weak_spots(kiosk)
    )
    assert not {"PrivateDevices", "DeviceAllow"} & weak_spots(uplink)
    assert "DeviceAllow" not in uplink.read_text(encoding="utf-8")


def test_nothing_waits_for_a_network_or_the_time() -> None:
    for unit in UNITS.rglob("*.*"):
        lines = unit.read_text(encoding="utf-8").splitlines() if unit.is_file() else []
        said = [line for line in lines if not line.startswith("#")]
        assert not [line for line in said if "network-online" in line or "time-sync" in line]


def test_only_words_that_debian_12_knows_are_used() -> None:
    """systemd 252 there; what came later would be warned about at each start."""
    later = re.compile(r"^(RestartSteps|RestartMaxDelaySec|RestartMode|MemoryZSwap\w*|OpenFile)=")
    for unit in UNITS.rglob("*.*"):
        lines = unit.read_text(encoding="utf-8").splitlines() if unit.is_file() else []
        assert [line for line in lines if later.match(line)] == []
