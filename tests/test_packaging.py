"""What set-up installs, and a wheel that works without the checkout."""

import json
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib.metadata import distributions
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
HUB = ROOT / "station" / "hub"
RUN_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"


def normal(name: str) -> str:
    """A distribution's name the way lock files spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: Path) -> dict[str, set[str]]:
    """Distribution → pinned versions (one for each range of Python versions)."""
    out: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+-]+)", lock.read_text(), re.MULTILINE):
        out.setdefault(normal(name), set()).add(version)
    return out


def test_exactly_one_distribution_owns_cv2() -> None:
    """With opencv-python beside opencv-contrib-python, two packages overwrite each other."""
    owners = {
        dist.name
        for dist in distributions()
        if any(file.parts[0] == "cv2" for file in dist.files or ())
    }
    assert owners == {"opencv-contrib-python"}


@pytest.mark.parametrize("lock", [RUN_LOCK, DEV_LOCK], ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_hashes(lock: Path) -> None:
    blocks = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock.read_text(), flags=re.MULTILINE))
    assert len(blocks) > 40
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", [RUN_LOCK, DEV_LOCK], ids=lambda lock: lock.name)
def test_no_lock_holds_a_second_owner_of_cv2(lock: Path) -> None:
    opencv = {name for name in pins(lock) if name.startswith("opencv")}
    assert opencv == {"opencv-contrib-python"}


def test_tests_run_on_the_very_versions_that_stations_run_on() -> None:
    run, dev = pins(RUN_LOCK), pins(DEV_LOCK)
    assert {name: dev.get(name) for name in run} == run


def test_the_locks_hold_everything_that_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def names(requirements: list[str]) -> set[str]:
        return {normal(re.split(r"[<>=!~;\[ ]", line)[0]) for line in requirements}

    extras = {
        key: names(value) for key, value in project["project"]["optional-dependencies"].items()
    }
    to_run = names(project["project"]["dependencies"]) | extras["kiosk"] | extras["hub"]
    to_build = names(project["build-system"]["requires"])
    assert to_run | to_build <= set(pins(RUN_LOCK))
    assert extras["dev"] <= set(pins(DEV_LOCK))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with our wheel, this environment's packages and no checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    quietly = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", *quietly, wheel],
        check=True,
        capture_output=True,
    )
    # A .pth that names our packages' folder does not run that folder's own .pth files, so the
    # checkout of the editable install stays out of reach.
    here = sysconfig.get_paths(vars={"base": str(folder / "env")})["purelib"]
    Path(here, "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def run(command: list[object], folder: Path) -> str:
    result = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_wheel_carries_every_screen_and_every_configuration_file(
    installed: Path, tmp_path: Path
) -> None:
    show = "from station.paths import shipped; print(shipped('kv')); print(shipped('config'))"
    folders = [Path(line) for line in run([installed / "python", "-c", show], tmp_path).split()]
    for name, folder in zip(("kv", "config"), folders, strict=True):
        assert folder.is_relative_to(installed.parent)
        ours = {f.relative_to(ROOT / name) for f in (ROOT / name).rglob("*") if f.is_file()}
        theirs = {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()}
        assert theirs == ours


def test_the_wheel_carries_the_staffs_pages_and_their_charts(
    installed: Path, tmp_path: Path
) -> None:
    show = "import station; print(station.__path__[0])"
    hub = Path(run([installed / "python", "-c", show], tmp_path).strip()) / "hub"
    for part in ("templates", "static"):
        ours = {f.relative_to(HUB) for f in (HUB / part).rglob("*") if f.is_file()}
        assert {f.relative_to(hub) for f in (hub / part).rglob("*") if f.is_file()} == ours
    assert (hub / "static" / "vendor" / "echarts.min.js").stat().st_size > 100_000


def test_what_pages_draw_with_is_locked_by_hash_and_names_no_place() -> None:
    lock = json.loads((ROOT / "deploy" / "web" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {"node_modules/echarts", "node_modules/axe-core"} <= set(packages)
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry


def test_the_wheel_knows_the_exercises(installed: Path, tmp_path: Path) -> None:
    show = "from station import exercises; print(*exercises.ids()); exercises.load('hinge')"
    ids = run([installed / "python", "-c", show], tmp_path).split()
    assert ids[0] == "hinge"
    assert set(ids) == {file.stem for file in (ROOT / "config" / "exercises").glob("*.toml")}


def test_the_wheels_command_prints_the_schema_of_the_settings(
    installed: Path, tmp_path: Path
) -> None:
    schema = json.loads(run([installed / "station", "config", "schema"], tmp_path))
    assert "camera" in schema["properties"]


def test_the_wheels_command_checks_a_recording(installed: Path, tmp_path: Path) -> None:
    """Two seconds of an empty room: nobody, so no rep."""
    n = 60
    np.savez(
        tmp_path / "empty.npz",
        t=np.arange(n) / 30,
        size=np.array([640, 480], np.int32),
        landmarks=np.full((n, 33, 4), np.nan, np.float32),
        world=np.full((n, 33, 3), np.nan, np.float32),
        mask_box=np.zeros((n, 4), np.int32),
        mask_offset=np.zeros(n + 1, np.int64),
        mask_bits=np.zeros(0, np.uint8),
    )
    verdict = json.loads(run([installed / "station", "check", "empty.npz", "--json"], tmp_path))
    assert verdict["frames"] == n
    assert verdict["counts"]["rep"] == 0
