"""`station pin`: asks twice, writes a hash."""

import getpass
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.cli import main
from station.kiosk import pin


def typing(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Somebody who types these when asked."""
    left: Iterator[str] = iter(answers)

    def ask(_: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(getpass, "getpass", ask)


def test_the_hash_of_what_was_typed_twice_is_written_for_the_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, "2580", "2580")
    file = tmp_path / "new" / "pin"
    assert main(["pin", str(file)]) == 0
    assert pin.read(file).matches("2580")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = capsys.readouterr().out
    assert f'pin_file = "{file}"' in said
    assert "2580" not in said + file.read_text()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (("2580", "2581"), "not the same"),
        (("12",), "4 to 8 digits"),
        (("0000",), "first that anybody tries"),
        ((), "No PIN was given"),
        (("2580",), "No PIN was given"),
    ],
)
def test_anything_else_is_one_sentence_and_the_old_pin_stays(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: tuple[str, ...],
    reason: str,
) -> None:
    pin.write(tmp_path / "pin", "7391")
    typing(monkeypatch, *answers)
    assert main(["pin", str(tmp_path / "pin")]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1
    assert pin.read(tmp_path / "pin").matches("7391")


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    typing(monkeypatch, "2580", "2580")
    assert main(["pin", str(tmp_path / "file" / "pin")]) == 2
    assert "cannot be written" in capsys.readouterr().err
