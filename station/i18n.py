"""Sentences in the reader's language, from the gettext catalogues `config/locale/*.po`.

The catalogues are read as translators write them. Compiled ones (.mo) would be a second copy of
each sentence that somebody has to build; a kiosk reads a few hundred sentences once.
"""

import ast
import logging
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from station.paths import shipped

log = logging.getLogger(__name__)

SOURCE = "en"
"""The language that the code is written in: it needs no catalogue."""

_LINE = re.compile(r'(msgid |msgstr |)("(?:[^"\\]|\\[nt"\\])*")')


def folder() -> Path:
    """The shipped catalogues, one `<language>.po` each."""
    return shipped("config") / "locale"


@lru_cache
def translator(language: str) -> Callable[[str], str]:
    """The gettext function for `language` ("en", "de"); English where a sentence is missing.

    A catalogue that cannot be read is logged, and English is spoken in its place: a member is
    better served by a foreign language than by no station.
    """
    if language == SOURCE:
        return str
    try:
        catalogue = read(folder() / f"{language}.po")
    except (OSError, ValueError) as error:
        log.error("No sentences in %r, English in their place: %s", language, error)
        return str
    return lambda text: catalogue.get(text) or text


def read(path: Path) -> dict[str, str]:
    """English sentence → translation ("" = none yet), header left out.

    Only what our catalogues use is understood: one `msgid` and one `msgstr` an entry. Raises
    ValueError with the line for anything else, so that no sentence is lost to a typing mistake.
    """
    entries: list[tuple[str, str]] = []
    key, field = "", "msgstr "
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{path.name}:{number}: not understood: {line}")
        keyword, text = match[1], str(ast.literal_eval(match[2]))
        if keyword == field:
            raise ValueError(f"{path.name}:{number}: msgid and msgstr take turns")
        if keyword == "msgid ":
            key = text
        elif keyword == "msgstr ":
            entries.append((key, text))
        elif not entries and field == "msgstr ":
            raise ValueError(f"{path.name}:{number}: text before the first msgid")
        elif field == "msgid ":
            key += text
        else:
            entries[-1] = (key, entries[-1][1] + text)
        field = keyword or field
    if field == "msgid ":
        raise ValueError(f"{path.name}: the last msgid has no msgstr")
    catalogue = dict(entries)
    if len(catalogue) < len(entries):
        keys = [key for key, _ in entries]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{path.name}: {twice!r} stands there twice")
    catalogue.pop("", None)
    return catalogue
