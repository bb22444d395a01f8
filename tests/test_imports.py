"""The rooms import only what the architecture allows them to."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_import_contract_in_pyproject_is_kept() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


def test_asking_for_help_loads_nothing_heavy() -> None:
    """The kiosk leaves the network while it has one thread: before numpy, Kivy or MediaPipe."""
    heavy = {"numpy", "cv2", "kivy", "mediapipe", "uvicorn"}
    listing = "import sys, station.cli; station.cli.build_parser(); print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not heavy & set(result.stdout.split())
