"""A processor that the pose model's library cannot run on."""

import platform
from pathlib import Path

import pytest

from station.commands.doctoring import eyes
from station.errors import StationError
from station.settings import Settings
from station.vision import find_model, processor
from station.vision.landmarker import Landmarker

PI_4, PI_5 = 0x887, 0x987
"""As arm64's kernel says it: fp asimd evtstrm crc32 cpuid, and with the atomics of ARMv8.1."""


def board(
    monkeypatch: pytest.MonkeyPatch, machine: str, hardware: int, flags: str = "fpu sse4_2"
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(processor, "_hardware", lambda: hardware)
    monkeypatch.setattr(processor, "_flags", lambda: set(flags.split()))


def test_a_raspberry_pi_4_is_told_before_the_library_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    board(monkeypatch, "aarch64", PI_4)
    with pytest.raises(StationError, match="a Raspberry Pi 5 has them, a Raspberry Pi 4 has not"):
        Landmarker(tmp_path / "no model is looked for")


def test_a_small_pc_without_avx_is_told_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    board(monkeypatch, "x86_64", 0)
    with pytest.raises(StationError, match=r"needs \(AVX\)"):
        Landmarker(tmp_path / "no model is looked for")


@pytest.mark.parametrize(
    ("machine", "hardware", "flags"),
    [("aarch64", PI_5, ""), ("x86_64", 0, "fpu avx avx2"), ("x86_64", 0, "")],
)
def test_others_lack_nothing(
    monkeypatch: pytest.MonkeyPatch, machine: str, hardware: int, flags: str
) -> None:
    board(monkeypatch, machine, hardware, flags)
    assert processor.lacks() is None


def test_the_kernel_is_asked() -> None:
    assert processor._hardware() > 0
    assert platform.machine() != "x86_64" or "fpu" in processor._flags()


def test_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert find_model(settings).exists()
    board(monkeypatch, "aarch64", PI_4)
    (finding,) = eyes.model(settings)
    assert (finding.name, finding.state) == ("Pose model", "fail")
    assert "Raspberry Pi 4" in finding.says
