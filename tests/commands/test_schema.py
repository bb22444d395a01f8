"""`station schema`: what is said over MQTT, written down for other programs."""

import json
from pathlib import Path

import pytest

from station import messages, schemas
from tests.commands.parts import run
from tests.json_schema import problems

SESSION = "hinge/v1/+/evt/session"


def test_every_topic_has_its_schema_on_stdout_and_as_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed, _ = run(capsys, "schema")
    documents = json.loads(printed)
    assert code == 0
    assert {"hinge/v1/+/status", "hinge/v1/hub/status", SESSION} < documents.keys()
    code, printed, _ = run(capsys, "schema", "--out", tmp_path / "new")
    written = [json.loads(Path(line).read_text()) for line in printed.splitlines()]
    assert code == 0
    assert {document["x-topic"]: document for document in written} == documents


def test_a_folder_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    code, _, said = run(capsys, "schema", "--out", tmp_path / "file" / "inside")
    assert code == 2
    assert said.count("\n") == 1


def test_no_model_of_ours_is_forgotten() -> None:
    """Each model is a topic's payload, or a part of one."""
    kinds = {
        kind
        for kind in vars(messages).values()
        if isinstance(kind, type) and issubclass(kind, messages.Message)
    } - {messages.Message}
    named = {document["title"] for document in schemas.documents().values()}
    parts = {part for one in schemas.documents().values() for part in one.get("$defs", {})}
    assert {kind.__name__ for kind in kinds} <= named | parts


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("hinge/v1/rack-2/evt/session", SESSION),
        ("hinge/v1/hub/status", "hinge/v1/hub/status"),
        ("hinge/v1/rack-2/evt/other", None),
        ("hinge/v2/rack-2/status", None),
        ("status", None),
    ],
)
def test_a_topic_finds_its_schema(name: str, pattern: str | None) -> None:
    assert schemas.pattern_of(name) == pattern


def test_the_exported_schemas_refuse_what_the_models_refuse() -> None:
    schema = schemas.documents()["hinge/v1/+/status"]
    good = {"v": 1, "state": "ready", "boot": "b", "birth": "c"}
    assert problems(good, schema, schema) == []
    bad = [
        good | {"v": 2},
        good | {"v": True},
        good | {"name": "x"},
        good | {"boot": "A b"},
        {"state": "ready"},
        good | {"state": "on fire"},
    ]
    for document in bad:
        assert problems(document, schema, schema), document


def test_a_fault_that_is_no_name_is_refused_by_the_exported_schema_as_well() -> None:
    schema = schemas.documents()[SESSION]
    faults = schema["properties"]["faults"]
    assert problems({"back_rounds": 2}, faults, schema) == []
    assert problems({"Said it hurts": 2}, faults, schema)
    assert problems({"back_rounds": 1.5}, faults, schema)
