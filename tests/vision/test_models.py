"""Getting the pose model: whole and verified, or not at all."""

import hashlib
import http.server
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.errors import StationError
from station.settings import PoseSettings, Settings, StationSettings
from station.vision import bundle, models
from station.vision.landmarker import Landmarker

NAME = "pose_landmarker_full.task"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(station=StationSettings(data_dir=tmp_path / "data"))


class Publisher:
    """A web server that serves one answer and counts who asked."""

    def __init__(self) -> None:
        self.content = b"a bundle"
        self.asked: list[str] = []
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(publisher.content)))
                self.end_headers()
                self.wfile.write(publisher.content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    publisher = Publisher()
    monkeypatch.setattr(models, "PUBLISHED_BASE", publisher.url)
    digest = hashlib.sha256(publisher.content).hexdigest()
    monkeypatch.setitem(models.PUBLISHED_SHA256, "full", digest)
    yield publisher
    publisher.server.shutdown()
    publisher.server.server_close()


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> tuple[bytes, bytes]:
        raise models._UnavailableError("out of reach")

    monkeypatch.setattr(models, "_from_wheel", refuse)
    monkeypatch.setattr(models, "_from_npm", refuse)


def left_in(settings: Settings) -> list[str]:
    folder = settings.models_dir
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_published_bundle_is_taken_when_its_digest_is_right(
    settings: Settings, publisher: Publisher
) -> None:
    path = models.get(settings)
    assert path.read_bytes() == publisher.content
    assert publisher.asked == [f"/pose_landmarker_full/float16/1/{NAME}"]
    assert left_in(settings) == [NAME]


def test_the_second_time_nobody_is_asked(settings: Settings, publisher: Publisher) -> None:
    models.get(settings)
    publisher.asked.clear()
    assert models.get(settings) == models.find(settings)
    assert publisher.asked == []


def test_a_changed_bundle_is_refused_and_leaves_nothing(
    settings: Settings, publisher: Publisher, no_packages: None
) -> None:
    publisher.content = b"another bundle"
    said: list[str] = []
    with pytest.raises(StationError, match=r"No source.*sha256.*out of reach"):
        models.get(settings, say=said.append)
    assert left_in(settings) == []
    assert any("publisher" in line for line in said)


def test_a_publisher_that_breaks_off_leaves_nothing(
    settings: Settings, publisher: Publisher, no_packages: None
) -> None:
    publisher.server.shutdown()
    publisher.server.server_close()
    with pytest.raises(StationError, match="No source gave the full pose model"):
        models.get(settings)
    assert left_in(settings) == []


def test_a_corrupt_model_is_named_and_replaced(settings: Settings, publisher: Publisher) -> None:
    path = models.get(settings)
    path.write_bytes(publisher.content[:-1])
    with pytest.raises(StationError, match=rf"{NAME} is corrupt; `station models` gets it again"):
        models.find(settings)
    assert models.get(settings).read_bytes() == publisher.content


def test_a_missing_model_is_named_with_the_command_that_gets_it(settings: Settings) -> None:
    with pytest.raises(StationError, match=rf"{NAME} is missing; `station models` gets it"):
        models.find(settings)
    with pytest.raises(StationError, match="--variant heavy"):
        models.find(settings, "heavy")


def test_a_bundle_of_ones_own_is_used_as_it_is(
    settings: Settings, publisher: Publisher, model: Path
) -> None:
    own = settings.model_copy(update={"pose": PoseSettings(model=model)})
    assert models.get(own) == models.find(own) == model
    assert publisher.asked == []


@pytest.mark.parametrize("content", [None, b"junk", b"PK\x03\x04 half a zip"])
def test_a_bad_bundle_of_ones_own_is_named(
    settings: Settings, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "own.task"
    if content is not None:
        path.write_bytes(content)
    own = settings.model_copy(update={"pose": PoseSettings(model=path)})
    with pytest.raises(StationError, match=r"own\.task.*pose\.model"):
        models.find(own)


def test_a_damaged_bundle_of_ones_own_is_noticed(tmp_path: Path, model: Path) -> None:
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / "own.task"
    path.write_bytes(content)
    with pytest.raises(StationError, match="corrupt"):
        models.check(path)


def test_a_python_without_pip_says_so(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$0: No module named pip" >&2\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(models, "PUBLISHED_BASE", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StationError, match=r"has no pip.*npm is not installed"):
        models.get(settings)
    assert left_in(settings) == []


def test_a_full_disk_or_a_locked_folder_is_one_sentence(
    settings: Settings, publisher: Publisher, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StationError, match=r"cannot be written \(Not a directory\)"):
        models.get(settings)


def test_the_package_index_alone_is_enough(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real wheel, the real pins: the bundle built from it is the one that is pinned."""
    monkeypatch.setattr(models, "PUBLISHED_BASE", "http://127.0.0.1:9")
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    path = models.get(settings)
    assert models.sha256_of(path) == models.BUILT_SHA256["full"]
    assert left_in(settings) == [NAME]


def parts_of(model: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(model) as archive:
        return {name: archive.read(name) for name in (bundle.DETECTOR, bundle.LANDMARKS)}


def test_a_bundle_is_the_same_bytes_every_time_and_aligned(model: Path) -> None:
    """MediaPipe maps the models out of the file, which wants them on 4-byte boundaries."""
    once, again = (bundle.archive(parts_of(model)) for _ in range(2))
    assert once == again
    for content in parts_of(model).values():
        assert once.find(content) % 4 == 0


def test_a_repacked_bundle_loads(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.task"
    path.write_bytes(bundle.archive(parts_of(model)))
    models.check(path)
    Landmarker(path).close()


def test_normalisation_is_written_where_mediapipe_reads_it(model: Path) -> None:
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    written = bundle.with_normalisation(parts_of(model)[bundle.DETECTOR], 127.5, 127.5)
    assert written[4:8] == b"TFL3"
    tree = tflite.Model.GetRootAsModel(written, 0)
    entry = tree.Metadata(tree.MetadataLength() - 1)
    assert entry.Name() == b"TFLITE_METADATA"
    raw = tree.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
    metadata = schema.ModelMetadataT.InitFromObj(
        schema.ModelMetadata.GetRootAsModelMetadata(raw, 0)
    )
    unit = metadata.subgraphMetadata[0].inputTensorMetadata[0].processUnits[0]
    assert (list(unit.options.mean), list(unit.options.std)) == ([127.5], [127.5])
