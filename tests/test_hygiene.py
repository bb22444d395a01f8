"""What the repository must never hold, and where things belong."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "config",
    "deploy",
    "kv",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "station",
    "tests",
}
LARGEST_FILE_KIB = 1600
LONGEST_MODULE_LINES = 400
# Written in pieces, so that this file does not hold what it looks for.
INDEX_ADDRESS = re.compile(
    "|".join(
        [
            r"pypi" + r"\.org",
            r"python" + r"hosted\.org",
            r"pi" + r"wheels\.",
            r"registry\." + r"npmjs",
            r"--(extra-)?index" + r"-url[ =]",
            r"--find" + r"-links[ =]",
        ]
    )
)
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)" + r"/[\w.-]+")


def tracked_files() -> list[Path]:
    """Every file git knows; without git, every file that set-up did not make."""
    if shutil.which("git"):
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if listing.returncode == 0:
            files = [ROOT / name for name in listing.stdout.split("\0") if name]
            return [file for file in files if file.is_file()]
    made_here = {".git"} | {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()}
    return [
        file
        for file in ROOT.rglob("*")
        if file.is_file() and not made_here & set(file.relative_to(ROOT).parts)
    ]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Path from the root → content, of every tracked file that is text."""
    out = {}
    for file in tracked_files():
        content = file.read_bytes()
        if b"\0" not in content:
            out[str(file.relative_to(ROOT))] = content.decode("utf-8")
    return out


def lines_with(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_index(texts: dict[str, str]) -> None:
    """Where packages come from is the machine's own affair: a gym may run its own index."""
    assert lines_with(INDEX_ADDRESS, texts) == []


def test_no_file_names_a_place_on_someones_machine(texts: dict[str, str]) -> None:
    assert lines_with(MACHINE_PATH, texts) == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert INDEX_ADDRESS.search("--index" + "-url https://example.invalid/simple")
    assert INDEX_ADDRESS.search("https://" + "pypi" + ".org/simple")
    assert MACHINE_PATH.search('open("/' + 'home/someone/clip.mp4")')
    assert not MACHINE_PATH.search("static/home/page.html")


def test_no_file_is_too_big_to_review_or_clone() -> None:
    sizes = {str(f.relative_to(ROOT)): f.stat().st_size / 1024 for f in tracked_files()}
    assert {name: kib for name, kib in sizes.items() if kib > LARGEST_FILE_KIB} == {}


def test_the_top_level_holds_only_what_the_architecture_names() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in tracked_files()} <= TOP_LEVEL


def test_every_module_is_short_enough_to_read_in_one_go(texts: dict[str, str]) -> None:
    lengths = {n: len(t.splitlines()) for n, t in texts.items() if n.endswith(".py")}
    assert {n: count for n, count in lengths.items() if count > LONGEST_MODULE_LINES} == {}
