"""Keeps `config/locale/*.po` in step with the sentences of the code: `make catalogues`.

Every literal given to `msgid`, `_`, `say`, `translate` or `gettext` in Python and kv files and in
the pages' templates is a sentence, and so are the words of the exercises and faults and a few
tables of rooms that may not know of languages. New sentences are added with an empty translation,
sentences that nobody says any more are dropped, and what is translated stays.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from station import i18n  # noqa: E402

MARKERS = {"msgid", "_", "say", "translate", "gettext"}
TABLES = {
    "station/hinge/gate.py": ("INSTRUCTIONS",),
    "station/hinge/front.py": ("CUES",),
    "station/hinge/coach.py": ("CORRECTED", "CLEAN"),
    "station/vision/live.py": ("_MESSAGES",),
}
"""Constants whose texts are sentences without being marked, by file."""
NAME = re.compile(r"[a-z_]*")
"""What the program itself goes by in exercises and faults; every other text there is said."""
KV_CALL = re.compile(
    r"\b(?:_|say|translate|gettext|msgid)\(\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
)
HEADER = """\
# The station's sentences in {language}; `make catalogues` keeps the English ones in step.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def sentences() -> dict[str, list[str]]:
    """English sentence → the files that say it, in the order of the code."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "station").rglob("*.py")):
        _note(found, path, in_python(path.read_text(encoding="utf-8"), _tables(path)))
    for path in sorted((ROOT / "kv").glob("*.kv")):
        _note(found, path, in_kv(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "station" / "hub" / "templates").glob("*.html")):
        _note(found, path, in_template(path.read_text(encoding="utf-8")))
    config = ROOT / "config"
    for path in (config / "faults.toml", *sorted((config / "exercises").glob("*.toml"))):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        _note(found, path, in_config(document))
    return found


def in_python(source: str, tables: tuple[str, ...] = ()) -> Iterator[str]:
    """The sentences of a Python file, in its order; `tables` are constants to take whole."""
    tree = ast.parse(source)
    places: list[tuple[int, int, str]] = []
    missing = set(tables)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in MARKERS:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                places.append((text.lineno, text.col_offset, text.value))
        for name, value in _assigned(node):
            if name in tables:
                missing.discard(name)
                values = value.values if isinstance(value, ast.Dict) else [value]
                for text in values:
                    places.append((text.lineno, text.col_offset, ast.literal_eval(text)))
    if missing:
        raise ValueError(f"no constant {', '.join(sorted(missing))}: see TABLES in {__file__}")
    return (text for *_, text in sorted(places))


def in_kv(source: str) -> Iterator[str]:
    """The sentences of a kv file."""
    return (ast.literal_eval(literal) for literal in KV_CALL.findall(source))


def in_template(source: str) -> Iterator[str]:
    """The sentences of a page, in its order."""
    found = Environment(extensions=["jinja2.ext.i18n"]).extract_translations(source)
    return (text for _line, _function, text in found if isinstance(text, str))


def in_config(part: Any) -> Iterator[str]:
    """The sentences of an exercise or of the faults."""
    if isinstance(part, str) and not NAME.fullmatch(part):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from in_config(each)


def _name(function: ast.expr) -> str:
    """What a call calls: the last part of `self.context.translate`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Name and value of each constant that `node` assigns; "A, B = 1, 2" is two."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield _name(node.target), node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from (
                    (_name(n), v) for n, v in zip(target.elts, node.value.elts, strict=True)
                )
            else:
                yield _name(target), node.value


def _tables(path: Path) -> tuple[str, ...]:
    return TABLES.get(path.relative_to(ROOT).as_posix(), ())


def _note(found: dict[str, list[str]], path: Path, said: Iterator[str]) -> None:
    where = path.relative_to(ROOT).as_posix()
    for text in filter(None, said):
        places = found.setdefault(text, [])
        if where not in places:
            places.append(where)


def written(language: str, catalogue: dict[str, str]) -> str:
    """The whole catalogue of `language` as a file: the code's sentences, in the code's order."""
    blocks = [HEADER.format(language=language)]
    for text, places in sentences().items():
        lines = [f"#: {place}" for place in places]
        lines += ["msgid " + _quoted(text), "msgstr " + _quoted(catalogue.get(text, ""))]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    """`text` as in a .po file: one line of it a line, the first empty where there are several."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("\t", r"\t")
    lines = [f'"{line}"' for line in escaped.replace("\n", "\\n\n").split("\n") if line]
    return "\n".join(['""', *lines] if len(lines) > 1 else lines or ['""'])


def update(path: Path) -> tuple[list[str], list[str]]:
    """Write the catalogue `path` anew; returns the sentences without a translation, and those
    that were dropped."""
    old = i18n.read(path) if path.exists() and path.stat().st_size else {}
    path.write_text(written(path.stem, old), encoding="utf-8")
    new = i18n.read(path)
    return [text for text, said in new.items() if not said], [t for t in old if t not in new]


def main() -> int:
    """Bring every catalogue up to date; an empty `fr.po` becomes a French one to fill in."""
    for path in sorted(i18n.folder().glob("*.po")):
        missing, dropped = update(path)
        print(f"{path.name}: {len(missing)} to translate, {len(dropped)} dropped")
        for text in missing:
            print(f"  to translate: {text!r}")
        for text in dropped:
            print(f"  dropped: {text!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
