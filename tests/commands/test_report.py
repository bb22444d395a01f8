"""`station check --report`: one page, in a real browser, that says what --json says."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page as Tab

from station import settings
from station.commands import report
from station.commands.checking import as_json, check_file
from station.commands.report import words
from station.commands.report.markup import joined, tag
from station.vision import recording
from tests.browser import illegible, resize, texts, too_wide, watch
from tests.commands.parts import SMALL, run, write
from tests.people import HINGE, ROUNDED, SHALLOW, SQUAT, Camera, Scene, nobody, standing

Capture = pytest.CaptureFixture[str]
Page = tuple[Path, dict[str, Any]]
ALL_BENDS = ("hinge", "rounded", "squat", "shallow", "ends bent")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One bend of every kind, the last one cut off."""
    scene = standing(SMALL, fps=12.0).bend(HINGE).bend(ROUNDED).bend(SQUAT).bend(SHALLOW)
    path = tmp_path_factory.mktemp("clips") / "a <b> & c.npz"
    return write(path, scene.move(HINGE, 1.0).hold(0.3), silhouette=True)


def reported(clip: Path, page: Path) -> tuple[Path, dict[str, Any]]:
    """Writes the page of a clip; gives its path and the JSON of the same check."""
    seen = report.Seen()
    checked = check_file(clip, "hinge", settings.load(None), watch=seen.watch)
    report.write(page, checked, seen)
    return page, as_json(checked)


@pytest.fixture(scope="module")
def all_bends(clip: Path) -> tuple[Path, dict[str, Any]]:
    return reported(clip, clip.with_name("page.html"))


def opened(tab: Tab, page: Path, width: int = 1200, scheme: str = "light") -> None:
    resize(tab, width, 900)
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(page.as_uri())


def test_the_page_says_what_the_json_says(tab: Tab, all_bends: Page) -> None:
    page, said = all_bends
    opened(tab, page)
    reps = said["reps"]
    assert len(reps) == len(ALL_BENDS)
    cards = texts(tab, ".card")
    assert len(cards) == len(reps) == len(texts(tab, ".chip"))
    table = [float(cell.rstrip("°").replace("−", "-")) for cell in texts(tab, ".angles td")]
    for n, (card, rep) in enumerate(zip(cards, reps, strict=True)):
        angles = [rep[f"{name}_deg"] for name in ("trunk", "hip_flexion", "knee_flexion", "shin")]
        assert table[4 * n : 4 * n + 4] == pytest.approx(angles, abs=0.51)
        assert words.PATTERNS[rep["pattern"]] in card
        assert words.BACKS[rep["back"]["verdict"]] in card
        if rep["back"]["confidence"] is not None:
            assert re.search(rf"\b{min(round(100 * rep['back']['confidence']), 99)} % sure", card)
        if rep["back"]["onset"] is not None:
            assert words.ONSETS[rep["back"]["onset"]] in card
        if rep["cue"] is not None:
            assert rep["cue"] in card
        assert ("Clean" in card) == rep["clean"]
        assert ("Not counted" in card) == (rep["kind"] == "uncertain")
        assert ("Attempt" in card) == (rep["kind"] == "attempt")
        if rep["hip_travel"] is not None:
            assert f"{abs(rep['hip_travel']):.2f} thigh lengths" in card
    counts = said["counts"]
    (headline,) = texts(tab, "h1")
    assert headline.startswith(f"{counts['rep']} reps, {counts['clean']} clean.")
    assert "The back rounded" in headline
    assert "One went through the knees" in headline


def test_the_headline_holds_every_back(tab: Tab, all_bends: Page) -> None:
    page, said = all_bends
    opened(tab, page)
    backs = Counter(r["back"]["verdict"] for r in said["reps"] if r["kind"] == "rep")
    (headline,) = texts(tab, "h1")
    assert ("rounded" in headline) == bool(backs["rounded"])
    assert ("arched" in headline) == bool(backs["arched"])
    assert ("Can't tell" in headline) == bool(backs["cannot_tell"])


def test_it_asks_for_nothing_and_runs_nothing(tab: Tab, all_bends: Page) -> None:
    page, _ = all_bends
    seen = watch(tab)
    opened(tab, page)
    assert seen.asked == [page.as_uri()]
    assert seen.complaints == []
    source = page.read_text()
    assert not re.search(
        r"<(script|img|image|link|iframe|canvas|object)\b|url\(|@import|data:", source
    )
    assert "http" not in source.replace('http-equiv="Content', "")


@pytest.mark.parametrize("width", [320, 400, 820, 1280])
def test_nothing_needs_sideways_scrolling(tab: Tab, all_bends: Page, width: int) -> None:
    page, _ = all_bends
    opened(tab, page, width)
    assert too_wide(tab) == 0
    assert tab.evaluate(
        "() => { const own = document.querySelector('.scroll');"
        " return own.scrollWidth <= own.clientWidth || innerWidth < 700; }"
    )


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_word_is_legible(tab: Tab, all_bends: Page, scheme: str) -> None:
    page, _ = all_bends
    opened(tab, page, scheme=scheme)
    assert illegible(tab) == []


def test_each_bend_is_drawn_with_its_back(tab: Tab, all_bends: Page) -> None:
    page, said = all_bends
    opened(tab, page)
    drawn = tab.evaluate(
        "[...document.querySelectorAll('.card > svg')].map((svg) =>"
        " [svg.getAttribute('aria-label'), svg.querySelector('.back').getAttribute('class'),"
        "  svg.getBoundingClientRect().height > 100])"
    )
    tones = {"flat": "right", "rounded": "change", "arched": "change", "cannot_tell": "unknown"}
    verdicts = [rep["back"]["verdict"] for rep in said["reps"]]
    assert [kind for _, kind, _ in drawn] == [f"back {tones[verdict]}" for verdict in verdicts]
    assert all(tall for *_, tall in drawn)
    assert drawn[1][0].startswith("Bend 2 at its bottom. Back: rounded")


@pytest.mark.parametrize("yaw", [50, 80])
def test_what_was_not_judged_is_hatched_and_explained(tab: Tab, tmp_path: Path, yaw: int) -> None:
    turned = Camera(yaw=yaw, scale=110.0, size=(320, 240), ankle=(160.0, 215.0))
    clip = write(tmp_path / "turned.npz", standing(turned, fps=12.0).bend(HINGE), silhouette=True)
    page, said = reported(clip, tmp_path / "page.html")
    opened(tab, page)
    assert {rep["back"]["verdict"] for rep in said["reps"]} <= {"cannot_tell"}
    assert tab.evaluate("document.querySelectorAll('.hatch').length") >= 2
    (spans,) = texts(tab, ".spans")
    assert "not judged, because the camera saw it from too far off side-on" in spans
    assert texts(tab, ".work h2") == ["Turn to the side"]


def test_a_clip_without_a_bend_says_so(tab: Tab, tmp_path: Path) -> None:
    page, _ = reported(
        write(tmp_path / "still.npz", standing(SMALL, fps=12.0)), tmp_path / "page.html"
    )
    opened(tab, page)
    assert texts(tab, "h1") == ["No full rep."]
    assert texts(tab, ".card") == []


def test_a_photograph_has_one_card_and_no_curves(tab: Tab, tmp_path: Path) -> None:
    photo = Scene(camera=SMALL, steps=((ROUNDED, 0.0),))
    page, said = reported(
        write(tmp_path / "photo.npz", photo, silhouette=True), tmp_path / "page.html"
    )
    opened(tab, page)
    verdict = said["reps"][0]["back"]["verdict"].replace("cannot_tell", "Can't tell")
    assert verdict in texts(tab, "h1")[0]
    assert "A single picture shows no whole rep." in texts(tab, ".card")[0]
    assert texts(tab, ".plot") == []


def test_a_photograph_of_nobody_holds_no_bend(tab: Tab, tmp_path: Path) -> None:
    recording.write(tmp_path / "photo.npz", [nobody(0.0)])
    page, _ = reported(tmp_path / "photo.npz", tmp_path / "page.html")
    opened(tab, page)
    assert texts(tab, "h1") == ["One picture, and no bend in it."]


def test_names_are_escaped(all_bends: Page) -> None:
    page, _ = all_bends
    assert "a &lt;b&gt; &amp; c.npz" in page.read_text()
    assert "<b>" not in page.read_text().split("</title>")[0]
    assert joined("<", tag("i", "&", title='"')) == '&lt;<i title="&quot;">&amp;</i>'


def test_no_word_promises_or_threatens(all_bends: Page) -> None:
    page, _ = all_bends
    said = page.read_text().lower().split("<body>")[1]
    assert not re.search(r"danger|injur|prevent|unsafe|harm", said)
    assert "stop if it hurts" in said


def test_people_are_told_where_the_page_is(clip: Path, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "page.html"
    code, out, _ = run(capsys, "check", clip, "--report", page)
    assert code == 0
    assert out.rstrip().endswith(f"To look at: {page}")
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize("place", ["gone/page.html", "."])
def test_a_page_that_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, capsys: Capture, place: str
) -> None:
    code, out, err = run(capsys, "check", "never-read.npz", "--report", tmp_path / place)
    assert (code, out) == (2, "")
    assert err.startswith("station check: Report ")
    assert len(err.strip().splitlines()) == 1


def test_an_older_page_stays_when_the_new_one_cannot_be_made(
    tmp_path: Path, capsys: Capture
) -> None:
    page = tmp_path / "page.html"
    page.write_text("older")
    code, _, _ = run(capsys, "check", tmp_path / "gone.npz", "--report", page)
    assert code == 2
    assert page.read_text() == "older"


@pytest.mark.parametrize(
    ("n", "total", "said"),
    [
        (1, 1, ""),
        (1, 3, " in one"),
        (2, 2, " in both"),
        (13, 13, " in all 13"),
        (3, 9, " in three"),
    ],
)
def test_counts_read_as_sentences(n: int, total: int, said: str) -> None:
    assert words._of(n, total) == said
