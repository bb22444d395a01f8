"""`station config`: says whether a file is good, and what may stand in one."""

import json
from pathlib import Path

import pytest

from station.cli import main
from station.paths import shipped


def test_the_shipped_file_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", str(shipped("config") / "station.toml")]) == 0
    assert capsys.readouterr().out.endswith("station.toml: good\n")


def test_a_bad_file_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[screen]\nsummary_s = -1\n")
    assert main(["config", "check", str(bad)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert f"{bad}: screen.summary_s: " in said.err


def test_every_setting_is_described_in_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["additionalProperties"] is False
    for section in schema["$defs"].values():
        assert section["additionalProperties"] is False
        for name, value in section["properties"].items():
            assert value.get("description"), name


def test_the_schema_marks_what_may_be_changed_from_afar_and_what_needs_a_restart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["config", "schema"]) == 0
    sections = json.loads(capsys.readouterr().out)["$defs"]
    volume = sections["SoundSettings"]["properties"]["volume"]
    assert volume["remote"]
    assert "restart" not in volume
    fps = sections["CameraSettings"]["properties"]["fps"]
    assert fps["remote"]
    assert fps["restart"]
    for section in ("BrokerSettings", "HubSettings", "StaffSettings", "PoseSettings"):
        assert not any(v.get("remote") for v in sections[section]["properties"].values())
