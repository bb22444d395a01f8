"""`station framing`, and the drawing of the mounting that the handbook shows."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from station.cli import main
from station.commands import mounting_drawing
from station.vision.mounting import Lens, place

DRAWING = Path(__file__).parents[2] / "deploy" / "pictures" / "mounting.svg"
LENS, HEIGHT_M = Lens(66.0), 1.3


def test_it_says_where_the_mark_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["framing", "--diagonal", "78"]) == 0
    said = capsys.readouterr().out
    assert "The mark goes 3.0 to 3.7 m from the camera" in said
    assert "Tilt the camera 6° down." in said
    assert "85 % of the picture's height, the smallest 360 pixels at least." in said


def test_programs_get_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["framing", "--fov", "102", "--height", "1.0", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["exists"] is True
    assert report["near_m"] == place(Lens(102.0), 1.0).near_m


def test_a_steep_tilt_is_advised_against(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["framing", "--height", "2.2"]) == 0
    assert "That is steep: hang it nearer to hip height" in capsys.readouterr().out


def test_where_nothing_does_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["framing", "--picture", "640x360"]) == 1
    assert capsys.readouterr().out.startswith("No distance does: people are whole from 3.2 m on")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--fov", "5"], "A field of view of 5° is none"),
        (["--height", "9"], "--height 9: a camera hangs 0.2 to 3 m above the floor"),
        (["--picture", "big"], "--picture big: expected as 1280x720"),
        (["--svg", "/nowhere/m.svg"], "/nowhere/m.svg: not written (No such file or directory)"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["framing", *options]) == 2
    assert reason in capsys.readouterr().err


def test_the_drawing_in_the_handbook_has_the_figures_of_today(tmp_path: Path) -> None:
    """After a change: station framing --svg deploy/pictures/mounting.svg"""
    drawn = tmp_path / "mounting.svg"
    assert main(["framing", "--svg", str(drawn)]) == 0
    assert drawn.read_text() == DRAWING.read_text()
    words = [node.text or "" for node in ET.parse(DRAWING).iter() if node.text]
    there = place(LENS, HEIGHT_M)
    near, far = there.marks_m
    assert near >= there.near_m
    assert far <= there.far_m
    for figure in (f"{near:.1f} m", f"{far:.1f} m", "1.3 m", "2 m", "1.5 m"):
        assert figure in words


def test_lengths_in_the_drawing_are_to_scale() -> None:
    for lens, height_m in ((LENS, 1.3), (Lens(102.0), 0.9)):
        svg = mounting_drawing.draw(lens, height_m)
        there = place(lens, height_m)
        heads = re.findall(r'<circle cx="(\d+)"', svg)
        near, far = int(heads[0]), int(heads[1])
        measured = (far - near) / mounting_drawing.SCALE
        assert measured == pytest.approx(there.far_m - there.near_m, abs=0.02)
