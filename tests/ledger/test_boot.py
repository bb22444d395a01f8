"""The clock is only called synced when the kernel says so."""

import re
from pathlib import Path

import pytest

from station.ledger import boot


def test_boot_id_is_the_kernels_and_stays_the_same() -> None:
    kernels = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    boot.boot_id.cache_clear()
    assert boot.boot_id() == boot.boot_id() == kernels


def test_without_a_kernel_boot_id_one_is_drawn_for_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(boot, "BOOT_ID", tmp_path / "missing")
    boot.boot_id.cache_clear()
    try:
        drawn = boot.boot_id()
        assert re.fullmatch(r"[0-9a-f]{32}", drawn)
        assert boot.boot_id() == drawn
    finally:
        boot.boot_id.cache_clear()


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [(0, 0x2001, "synced"), (0, 0x0040, "unsynced"), (5, 0, "unsynced"), (-1, 0, "unsynced")],
)
def test_clock_state_is_what_adjtimex_answers(
    monkeypatch: pytest.MonkeyPatch, state: int, status: int, expected: str
) -> None:
    class Libc:
        def __init__(self, *_: object, **__: object) -> None: ...

        def adjtimex(self, timex: object) -> int:
            timex._obj.status = status  # type: ignore[attr-defined]
            return state

    monkeypatch.setattr(boot.ctypes, "CDLL", Libc)
    assert boot.clock_state() == expected


def test_the_real_kernel_answers() -> None:
    assert boot.clock_state() in {"synced", "unsynced"}
