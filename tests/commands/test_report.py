"""`station check --report`: one page, in a real browser, that says what --json says."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from station import settings
from station.commands import report
from station.commands.checking import as_json, check_file
from station.commands.report import words
from station.commands.report.markup import joined, tag
from station.vision import recording
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


def opened(browser: Chrome, page: Path, width: int = 1200, scheme: str = "light") -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(page.as_uri())


def texts(browser: Chrome, selector: str) -> list[str]:
    said: list[str] = browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.trim())",
        selector,
    )
    return said


def test_the_page_says_what_the_json_says(browser: Chrome, all_bends: Page) -> None:
    page, said = all_bends
    opened(browser, page)
    reps = said["reps"]
    assert len(reps) == len(ALL_BENDS)
    cards = texts(browser, ".card")
    assert len(cards) == len(reps) == len(texts(browser, ".chip"))
    table = [float(cell.rstrip("°").replace("−", "-")) for cell in texts(browser, ".angles td")]
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
    (headline,) = texts(browser, "h1")
    assert headline.startswith(f"{counts['rep']} reps, {counts['clean']} clean.")
    assert "The back rounded" in headline
    assert "One went through the knees" in headline


def test_the_headline_holds_every_back(browser: Chrome, all_bends: Page) -> None:
    page, said = all_bends
    opened(browser, page)
    backs = Counter(r["back"]["verdict"] for r in said["reps"] if r["kind"] == "rep")
    (headline,) = texts(browser, "h1")
    assert ("rounded" in headline) == bool(backs["rounded"])
    assert ("arched" in headline) == bool(backs["arched"])
    assert ("Can't tell" in headline) == bool(backs["cannot_tell"])


def test_it_asks_for_nothing_and_runs_nothing(browser: Chrome, all_bends: Page) -> None:
    page, _ = all_bends
    browser.get_log("performance")  # type: ignore[no-untyped-call]
    opened(browser, page)
    messages = [
        json.loads(entry["message"])["message"]
        for entry in browser.get_log("performance")  # type: ignore[no-untyped-call]
    ]
    asked = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith("chrome")] == [page.as_uri()]
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
    source = page.read_text()
    assert not re.search(
        r"<(script|img|image|link|iframe|canvas|object)\b|url\(|@import|data:", source
    )
    assert "http" not in source.replace('http-equiv="Content', "")


@pytest.mark.parametrize("width", [320, 400, 820, 1280])
def test_nothing_needs_sideways_scrolling(browser: Chrome, all_bends: Page, width: int) -> None:
    page, _ = all_bends
    opened(browser, page, width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script(
        "const own = document.querySelector('.scroll');"
        "return own.scrollWidth <= own.clientWidth || innerWidth < 700"
    )


CONTRAST = """
    const channel = (c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const colour = rgb(getComputedStyle(node).backgroundColor);
            if (colour.length < 4 || colour[3] > .99) return colour;
        }
        return [255, 255, 255];
    };
    const worst = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !node.checkVisibility()) continue;
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) worst.push([ratio, walk.currentNode.data]);
    }
    return worst;
"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_word_is_legible(browser: Chrome, all_bends: Page, scheme: str) -> None:
    page, _ = all_bends
    opened(browser, page, scheme=scheme)
    assert browser.execute_script(CONTRAST) == []


def test_each_bend_is_drawn_with_its_back(browser: Chrome, all_bends: Page) -> None:
    page, said = all_bends
    opened(browser, page)
    drawn = browser.execute_script(
        "return [...document.querySelectorAll('.card > svg')].map((svg) =>"
        " [svg.getAttribute('aria-label'), svg.querySelector('.back').getAttribute('class'),"
        "  svg.getBoundingClientRect().height > 100])"
    )
    tones = {"flat": "right", "rounded": "change", "arched": "change", "cannot_tell": "unknown"}
    verdicts = [rep["back"]["verdict"] for rep in said["reps"]]
    assert [kind for _, kind, _ in drawn] == [f"back {tones[verdict]}" for verdict in verdicts]
    assert all(tall for *_, tall in drawn)
    assert drawn[1][0].startswith("Bend 2 at its bottom. Back: rounded")


@pytest.mark.parametrize("yaw", [50, 80])
def test_what_was_not_judged_is_hatched_and_explained(
    browser: Chrome, tmp_path: Path, yaw: int
) -> None:
    turned = Camera(yaw=yaw, scale=110.0, size=(320, 240), ankle=(160.0, 215.0))
    clip = write(tmp_path / "turned.npz", standing(turned, fps=12.0).bend(HINGE), silhouette=True)
    page, said = reported(clip, tmp_path / "page.html")
    opened(browser, page)
    assert {rep["back"]["verdict"] for rep in said["reps"]} <= {"cannot_tell"}
    assert browser.execute_script("return document.querySelectorAll('.hatch').length") >= 2
    (spans,) = texts(browser, ".spans")
    assert "not judged, because the camera saw it from too far off side-on" in spans
    assert texts(browser, ".work h2") == ["Turn to the side"]


def test_a_clip_without_a_bend_says_so(browser: Chrome, tmp_path: Path) -> None:
    page, _ = reported(
        write(tmp_path / "still.npz", standing(SMALL, fps=12.0)), tmp_path / "page.html"
    )
    opened(browser, page)
    assert texts(browser, "h1") == ["No full rep."]
    assert texts(browser, ".card") == []


def test_a_photograph_has_one_card_and_no_curves(browser: Chrome, tmp_path: Path) -> None:
    photo = Scene(camera=SMALL, steps=((ROUNDED, 0.0),))
    page, said = reported(
        write(tmp_path / "photo.npz", photo, silhouette=True), tmp_path / "page.html"
    )
    opened(browser, page)
    verdict = said["reps"][0]["back"]["verdict"].replace("cannot_tell", "Can't tell")
    assert verdict in texts(browser, "h1")[0]
    assert "A single picture shows no whole rep." in texts(browser, ".card")[0]
    assert texts(browser, ".plot") == []


def test_a_photograph_of_nobody_holds_no_bend(browser: Chrome, tmp_path: Path) -> None:
    recording.write(tmp_path / "photo.npz", [nobody(0.0)])
    page, _ = reported(tmp_path / "photo.npz", tmp_path / "page.html")
    opened(browser, page)
    assert texts(browser, "h1") == ["One picture, and no bend in it."]


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
