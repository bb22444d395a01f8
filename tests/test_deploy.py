"""The parts of `make deploy-test` that need no Debian root."""

from pathlib import Path

import pytest

from tests.deploy import machine, units
from tests.deploy.__main__ import arguments
from tests.deploy.steps import NotHereError, Steps, expect
from tests.deploy.table import Row, good, table

TARGETS = """\
Debian|http://archive.invalid/debian|bookworm|main
Debian|http://archive.invalid/debian|bookworm-updates|main
Debian|http://safe.invalid/debian-security|bookworm-security|main
Somebody|http://elsewhere.invalid/apt|stable|main
"""


def test_a_root_reads_this_machines_archives_for_its_own_release() -> None:
    lines = machine.apt_sources("trixie", TARGETS).splitlines()
    assert [line.partition("] ")[2] for line in lines] == [
        "http://archive.invalid/debian trixie main",
        "http://archive.invalid/debian trixie-updates main",
        "http://safe.invalid/debian-security trixie-security main",
    ]


def test_a_machine_without_a_debian_archive_is_told_what_to_do() -> None:
    with pytest.raises(LookupError, match="apt-get update"):
        machine.apt_sources("trixie", TARGETS.splitlines()[3])


def test_files_and_folders_that_are_named_come_along(tmp_path: Path) -> None:
    certificates, index = tmp_path / "all.crt", tmp_path / "index" / "simple"
    certificates.touch()
    index.mkdir(parents=True)
    named = {
        "PIP_CERT": str(certificates),
        "PIP_FIND_LINKS": f"file://{index} x",
        "PIP_RETRIES": "3",
    }
    given = machine.handed(named)
    place = Path(given.environment["PIP_CERT"])
    assert given.binds == {place: certificates, index.parent: index.parent}
    assert place.is_relative_to(machine.HANDED)
    assert given.environment | {"PIP_CERT": ""} == named | {"PIP_CERT": ""}


def test_a_unit_is_read_with_its_drop_ins(tmp_path: Path) -> None:
    """Debian's own unit, and what we lay over it."""
    shipped, ours = tmp_path / "lib/systemd/system", tmp_path / "etc/systemd/system/b.service.d"
    shipped.mkdir(parents=True)
    ours.mkdir(parents=True)
    (shipped / "b.service").write_text(
        "[Service]\nExecStart=/usr/sbin/b -c /etc/b.conf\nUser=b\nEnvironment=A=1\n"
    )
    (ours / "50.conf").write_text(
        "[Service]\nExecStart=\nExecStart=/usr/sbin/b \\\n    -c '/var/b c'\n"
        'User=us\nGroup=ours\nUMask=0077\nEnvironment="B=2 3" C=4\n'
    )
    unit = units.read(tmp_path, "b.service")
    assert unit.command == ("/usr/sbin/b", "-c", "/var/b c")
    assert unit.user == "us:ours"
    assert unit.environment == {"A": "1", "B": "2 3", "C": "4"}
    assert units.masked(unit)[2].startswith("umask 0077;")
    with pytest.raises(LookupError, match=r"no unit c\.service"):
        units.read(tmp_path, "c.service")


def test_each_step_becomes_a_line_and_one_failure_fails_the_run() -> None:
    steps = Steps("trixie", lambda _: None)
    assert steps.do("works", lambda: "so well")
    assert good(steps.rows)
    assert not steps.do("cannot be here", _cannot)
    assert good(steps.rows), "what cannot be run here is said, and is no failure"
    assert not steps.do("fails", lambda: str(expect(False, "It is not so.")))
    assert not steps.do("needs that", lambda: "", after=False)
    assert not good(steps.rows)
    lines = table(steps.rows).splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["trixie"] * 4
    assert lines[1].endswith("ok       so well")
    assert lines[2].endswith("–  not run  no processor for it")
    assert lines[3].endswith("FAILED   It is not so.")
    assert lines[4].endswith("–  not run  it needs a step that was not done")
    assert lines[5] == "1 ok, 1 failed, 2 not run"


def _cannot() -> str:
    raise NotHereError("no processor for it")


def test_nothing_done_is_no_success() -> None:
    assert not good([Row("trixie", "all of it", None, "not run")])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "bookworm,sid"], "sid is none of bookworm, trixie, arm64"),
        (["--state", str(Path(__file__).parent / "roots")], "is inside the checkout"),
    ],
)
def test_a_wrong_option_gets_one_sentence_and_exit_code_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
