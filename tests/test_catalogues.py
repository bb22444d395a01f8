"""Every sentence in every language, and a reader that loses none."""

import logging
import string
from pathlib import Path
from typing import get_args

import pytest

from station import exercises, i18n
from station.hinge import INSTRUCTIONS
from station.hinge.front import CUES
from station.settings import StationSettings
from tests import catalogues

CATALOGUES = sorted(i18n.folder().glob("*.po"))
LONGEST_CUE = 32
"""Letters of a cue that can be read in mid-movement, as in `station.hinge.exercise.CueText`."""
LONGEST_NAME = 40
LONGEST_LINE = 100
ENTRY = 'msgid "Hips"\nmsgstr "Hüfte"\n'


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.stem)
def catalogue(request: pytest.FixtureRequest) -> dict[str, str]:
    return i18n.read(request.param)


def test_there_is_a_catalogue_for_every_language_that_can_be_set() -> None:
    languages = set(get_args(StationSettings.model_fields["language"].annotation))
    assert {path.stem for path in CATALOGUES} | {i18n.SOURCE} == languages


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_holds_the_sentences_of_the_code_and_no_others(path: Path) -> None:
    known = i18n.read(path)
    assert path.read_text(encoding="utf-8") == catalogues.written(path.stem, known), (
        f"{path.name} is out of step with the code: run `make catalogues`, then translate."
    )


def test_every_sentence_is_translated(catalogue: dict[str, str]) -> None:
    assert [text for text, said in catalogue.items() if not said] == []


def test_a_translation_fills_in_the_same_things(catalogue: dict[str, str]) -> None:
    def fields(text: str) -> list[str]:
        return sorted(name for _, name, *_ in string.Formatter().parse(text) if name is not None)

    unlike = [text for text, said in catalogue.items() if fields(text) != fields(said)]
    assert unlike == []


def test_a_translation_has_the_spaces_and_lines_of_the_english(catalogue: dict[str, str]) -> None:
    def edges(text: str) -> tuple[bool, bool, int, bool]:
        return text[:1] == " ", text[-1:] == " ", text.count("\n"), "  " in text

    unlike = [text for text, said in catalogue.items() if edges(text) != edges(said)]
    assert unlike == []


def test_a_sentence_ends_as_the_english_one(catalogue: dict[str, str]) -> None:
    unlike = [text for text, said in catalogue.items() if (text[-1] in ".?") != (said[-1] in ".?")]
    assert [text for text in unlike if text != "reps"] == []


def test_english_sentences_are_typed_with_care() -> None:
    joining = {" or "}
    careless = [
        text
        for text in catalogues.sentences()
        if (text != text.strip() or "  " in text) and text not in joining
    ]
    assert careless == []


def test_cues_names_and_lines_are_as_short_in_every_language(catalogue: dict[str, str]) -> None:
    every = [exercises.load(name) for name in exercises.ids()]
    faults = [fault for exercise in every for fault in exercise.faults]
    cues = {*INSTRUCTIONS.values(), *CUES.values()}
    lines: set[str] = set()
    for fault in faults:
        cues |= {fault.cue, *([fault.cue_now] if fault.cue_now else [])}
        lines |= {fault.cause, fault.fix}
        if fault.late is not None:
            cues.add(fault.late.cue)
            lines |= {fault.late.cause, fault.late.fix}
    limits = (
        (cues, LONGEST_CUE),
        ({exercise.name for exercise in every}, LONGEST_NAME),
        (lines, LONGEST_LINE),
    )
    long = [
        catalogue[text] for texts, limit in limits for text in texts if len(catalogue[text]) > limit
    ]
    assert long == []


def test_a_member_is_spoken_to_in_german() -> None:
    _ = i18n.translator("de")
    assert _("Keep your back long") == "Rücken lang"
    assert _("Hip hinge") == "Hip Hinge"


def test_what_has_no_translation_is_said_in_english() -> None:
    assert i18n.translator("de")("Nobody has translated this.") == "Nobody has translated this."
    assert i18n.translator("en")("Hold still") == "Hold still"


def test_a_catalogue_that_cannot_be_read_leaves_english_and_a_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "xx.po").write_text(ENTRY + 'msgstr "zweimal"\n', encoding="utf-8")
    monkeypatch.setattr(i18n, "folder", lambda: tmp_path)
    with caplog.at_level(logging.ERROR):
        assert i18n.translator("xx")("Hips") == "Hips"
        assert i18n.translator("yy")("Hips") == "Hips"
    assert "xx.po:3" in caplog.text
    assert "yy.po" in caplog.text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("msgid Hips\n", ":1: not understood"),
        ('msgid "Hips\n', ":1: not understood"),
        ('msgid "a" "b"\n', ":1: not understood"),
        ('msgid "a \\x41"\n', ":1: not understood"),
        ('msgctxt "key"\n', ":1: not understood"),
        ('"Hips"\n', ":1: text before"),
        ('msgstr "Hüfte"\n', ":1: msgid and msgstr take turns"),
        (ENTRY + 'msgid "a"\nmsgid "b"\n', ":4: msgid and msgstr take turns"),
        (ENTRY + 'msgid "Knees"\n', ": the last msgid has no msgstr"),
        (ENTRY + ENTRY, ": 'Hips' stands there twice"),
    ],
)
def test_a_typing_mistake_in_a_catalogue_is_named_with_its_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "xx.po").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^xx\.po{complaint}"):
        i18n.read(tmp_path / "xx.po")


def test_what_is_written_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hard = {"two\nlines": "zwei\nZeilen\n", 'a "quote" \\ here': "ein „Zitat“ \\n", "tab\t": "\t"}
    monkeypatch.setattr(catalogues, "sentences", lambda: {key: ["kv/some.kv"] for key in hard})
    path = tmp_path / "xx.po"
    path.write_text(catalogues.written("xx", hard), encoding="utf-8")
    assert i18n.read(path) == hard
    assert "#: kv/some.kv\n" in path.read_text(encoding="utf-8")


def test_new_sentences_are_added_and_old_ones_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogues, "sentences", lambda: {"Hips": ["a.py"], "Knees": ["a.py"]})
    path = tmp_path / "xx.po"
    path.write_text(ENTRY + 'msgid "Elbows"\nmsgstr "Ellbogen"\n', encoding="utf-8")
    assert catalogues.update(path) == (["Knees"], ["Elbows"])
    assert i18n.read(path) == {"Hips": "Hüfte", "Knees": ""}


def test_sentences_are_found_in_python() -> None:
    source = """
TABLE = {"a": "In a table", "b": "And another"}
ONE, TWO = "First", "Second"
x = msgid("Marked")
y = self.context.translate("Asked " "for")
z = _(name) + say(f"{x}") + other("not this")
"""
    found = list(catalogues.in_python(source, ("TABLE", "TWO")))
    assert found == ["In a table", "And another", "Second", "Marked", "Asked for"]
    with pytest.raises(ValueError, match="no constant GONE"):
        catalogues.in_python(source, ("GONE",))


def test_sentences_are_found_in_templates() -> None:
    page = """{% extends "base.html" %}{# _("Not this") #}{{ say }}
    <p title="{{ _('A title') }}">{{ _("From {n}").format(n=3) }}</p>
    <script>{{ {"late": _("Said by a script")} | tojson }}</script>"""
    assert list(catalogues.in_template(page)) == ["A title", "From {n}", "Said by a script"]


def test_sentences_are_found_in_kv_and_toml() -> None:
    kv = "Words:\n    text: root.say('It\\'s here') + root.say(words.START) + say( \"Two\" )\n"
    assert list(catalogues.in_kv(kv)) == ["It's here", "Two"]
    document = {"name": "Hip hinge", "mode": "set", "faults": [{"name": "squatting", "n": 3}]}
    assert list(catalogues.in_config(document)) == ["Hip hinge"]
