"""Every fast test, in an order that suits the machine.

    python -m tests.fast

Kivy has one window in a process, so each file of the kiosk's tests gets a process of its own; the
other rooms take turns with them on all cores, the longest first. What looks at the real time runs
alone, before them. A test that failed while others ran beside it is asked once more, alone: tests
wait for programs, brokers and browsers, and on a starved machine such a wait runs out though
nothing is wrong. It counts as passed if it passes then, and is named at the end either way.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
IN_TIME = (
    "tests/kiosk/test_pace.py",
    "tests/kiosk/test_program.py",
    "tests/kiosk/test_window.py",
    "tests/commands/test_run.py",
)
LONGEST = "tests/hub"
TESTS_FAILED = 1
"""pytest.ExitCode; every other one but 0 is no single test's fault."""
AGAIN = ("--last-failed", "--last-failed-no-failures=none")


@dataclass(frozen=True)
class Share:
    """What one pytest process runs; `cache` is its own, and remembers which tests failed."""

    name: str
    paths: tuple[str, ...]
    cache: Path

    def run(self, *options: str) -> tuple[int, str]:
        """The exit code and everything that was printed."""
        ignored = [f"--ignore={path}" for path in IN_TIME if (path,) != self.paths]
        cache = ["-o", f"cache_dir={self.cache / self.name.replace('/', '.')}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *self.paths, *ignored, *cache, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return done.returncode, done.stdout


def shares(cache: Path) -> list[Share]:
    """What runs beside each other, the longest first."""

    def found(pattern: str) -> list[str]:
        return sorted(str(file.relative_to(ROOT)) for file in ROOT.glob(pattern))

    rooms = {str(Path(file).parent) for file in found("tests/*/test_*.py")} - {"tests/kiosk"}
    alone = [file for file in found("tests/kiosk/test_*.py") if file not in IN_TIME]
    return [
        *(Share(room, (room,), cache) for room in sorted(rooms, key=lambda r: (r != LONGEST, r))),
        Share("tests/test_*.py", tuple(found("tests/test_*.py")), cache),
        *(Share(file, (file,), cache) for file in alone),
    ]


def run(alone: Sequence[Share], beside: Sequence[Share]) -> int:
    """Run them all, and what failed in them once more; the exit code."""
    failed: dict[Share, list[str]] = {}
    passed: list[str] = []
    broken: list[str] = []

    def hear(share: Share, code: int, said: str) -> None:
        print(share.name, said, sep="\n", flush=True)
        if code == TESTS_FAILED:
            failed[share] = _named(said)
        elif code:
            broken.append(f"{share.name}: pytest ended with {code}")

    for share in alone:
        hear(share, *share.run())
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        running = {pool.submit(share.run): share for share in beside}
        for done in as_completed(running):
            hear(running[done], *done.result())
    for share, at_first in failed.items():
        code, said = share.run(*AGAIN)
        print(f"== once more, alone: {share.name}", said, sep="\n", flush=True)
        if code:
            broken += _named(said) or [f"{share.name}: pytest ended with {code}"]
        else:
            passed += at_first
    if passed:
        print("== failed at first, passed alone", *passed, sep="\n")
    if broken:
        print("== failed", *broken, sep="\n")
    return 1 if broken else 0


def _named(said: str) -> list[str]:
    """The failed tests, by pytest's summary."""
    return [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]


def main() -> int:
    """Run them; the exit code."""
    with tempfile.TemporaryDirectory() as cache:
        return run([Share(path, (path,), Path(cache)) for path in IN_TIME], shares(Path(cache)))


if __name__ == "__main__":
    sys.exit(main())
