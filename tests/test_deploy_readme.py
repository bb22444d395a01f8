"""`deploy/README.md` quotes what the programs really say, and names what is really there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from station.cli import COMMANDS
from station.hub.server import page_address
from station.settings import HubSettings

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "deploy" / "README.md"
TEXT = GUIDE.read_text(encoding="utf-8")
CODE = re.findall(r"```\n(.*?)```", TEXT, re.DOTALL)
SPANS = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))
NOT_OURS = ("System clock synchronized", "Time zone", "activating (auto-restart)")
"""What systemd and the C library say."""
PYDANTIC = "Extra inputs are not permitted"
FILLED_IN = re.compile(
    r"…|rack-2|hinge-station|hub\.gym\.lan|Connection refused|/etc/\S+\.toml|camera\.x: |\d+|YT\S+"
    r"|http\S+|[()]"
)
"""Where the program puts names, addresses and numbers of its own."""
SHORTEST = 12
"""Letters of a quotation that are looked for; shorter ones are keys and paths."""


@cache
def said() -> str:
    """All that Python and shell can print, in one line: places to be filled in stand as …"""
    found = []
    for path in (ROOT / "station").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    str(part.value) if isinstance(part, ast.Constant) else "…"
                    for part in node.values
                ]
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.sub(r"\{[^}]*\}", "…", node.value))
    for path in (ROOT / "deploy").rglob("*.sh"):
        found.append(
            re.sub(r"\$\([^()]*(\([^()]*\)[^()]*)*\)|\$\{?[\w/]+\}?", "…", path.read_text())
        )
    return " ".join(" ".join(found).replace('" "', "").split()).replace("\\`", "`")


def answers() -> list[str]:
    """What stands below a command after `$`."""
    blocks = [block.splitlines() for block in CODE if "$ " in block]
    return [line.strip() for block in blocks for line in block if not line.startswith("$ ")]


def quotations() -> list[str]:
    """Every answer, and every code span that is a sentence: begins with a capital letter and has a
    space."""
    return [
        span
        for span in SPANS + answers()
        if re.match(r"[A-Z…]", span) and " " in span and not span.startswith(NOT_OURS)
    ]


@pytest.mark.parametrize("quoted", sorted(set(quotations())))
def test_what_is_quoted_is_what_the_programs_say(quoted: str) -> None:
    programs = said()
    parts = FILLED_IN.split(quoted.replace(PYDANTIC, "…"))
    for part in (part.strip(" .:;,|") for part in parts):
        if len(part) >= SHORTEST:
            assert part in programs, part


def test_there_are_quotations_to_look_at() -> None:
    assert len(quotations()) >= 20
    assert "No touchscreen was found" in said()
    assert "There is no such sentence" not in said()


def test_the_first_account_is_made_where_the_hub_says(tmp_path: Path) -> None:
    given = re.search(r"^sudo deploy/install-hub\.sh ([a-z.]+ [\d.]+)", TEXT, re.MULTILINE)
    assert given is not None
    (tmp_path / "broker.names").write_text(given[1].replace(" ", "\n"))
    hub = HubSettings(bind="0.0.0.0", broker_dir=tmp_path)
    assert f"(no account yet: open {page_address(hub, hub.port)}set-up)`" in TEXT


def commands() -> list[str]:
    """`station …` wherever it is to be typed."""
    lines = [line for block in CODE for line in block.splitlines()] + SPANS
    typed = (re.match(r"(?:\$ )?(?:sudo )?station +([a-z-]+)", line.strip()) for line in lines)
    return [match[1] for match in typed if match]


def test_every_command_is_one() -> None:
    assert set(commands()) <= set(COMMANDS)
    assert len(set(commands())) >= 6


def test_every_file_and_every_place_on_the_page_is_there() -> None:
    for path in set(re.findall(r"deploy/[\w/.-]+\.sh", TEXT)):
        assert (ROOT / path).is_file(), path
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(#([\w-]+)\)", TEXT):
        assert target in headings, target
    top = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "## The privacy promise, and how it is kept" in top
    assert "(deploy/README.md)" in top


def test_options_are_those_that_the_scripts_know() -> None:
    for script in ("install-station.sh", "install-hub.sh"):
        path = ROOT / "deploy" / script
        known = set(re.findall(r"--[a-z-]+", path.read_text()))
        for line in [line for block in CODE for line in block.splitlines()] + SPANS:
            if f"deploy/{script} " in line:
                asked = set(re.findall(r"(?<!\S)--[a-z-]+", line.partition(script)[2]))
                assert asked <= known, (script, asked - known)
