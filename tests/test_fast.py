"""`make test`: what fails once may be the machine's doing, what fails twice is ours."""

from pathlib import Path

import pytest

from tests import fast

MOODY = """
from pathlib import Path
def test_moody():
    asked = Path(__file__).with_suffix(".asked")
    first = not asked.exists()
    asked.touch()
    assert not first
def test_good():
    pass
"""


def share(folder: Path, body: str) -> fast.Share:
    file = folder / "test_it.py"
    file.write_text(body)
    return fast.Share("it", (str(file),), folder / "cache")


def test_a_test_that_passes_alone_is_named_and_only_it_is_asked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fast.run([], [share(tmp_path, MOODY)]) == 0
    said = capsys.readouterr().out
    assert "1 failed, 1 passed" in said
    assert "1 passed, 1 deselected" in said
    _, _, named = said.partition("== failed at first, passed alone\n")
    assert named.startswith("FAILED ")
    assert "test_moody" in named.splitlines()[0]
    assert "== failed\n" not in said


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("def test_bad():\n    assert not 'ever'\n", "test_bad"),
        ("import nothing_of_this_name\n", "pytest ended with 2"),
        ("import os\ndef test_gone():\n    os._exit(7)\n", "pytest ended with 7"),
        ("", "pytest ended with 5"),
    ],
)
def test_what_fails_twice_or_breaks_pytest_itself_fails_the_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, named: str
) -> None:
    assert fast.run([share(tmp_path, body)], []) == 1
    assert named in capsys.readouterr().out.rpartition("== failed\n")[2]


def test_every_test_file_is_in_exactly_one_share(tmp_path: Path) -> None:
    taken = [path for one in fast.shares(tmp_path) for path in one.paths] + list(fast.IN_TIME)
    for file in fast.ROOT.glob("tests/**/test_*.py"):
        name = str(file.relative_to(fast.ROOT))
        inside = [path for path in taken if name == path or name.startswith(path + "/")]
        assert len(inside) == 1 + (inside[:1] == ["tests/commands"] and name in fast.IN_TIME), name
