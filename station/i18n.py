"""Sentences in the reader's language, from the gettext catalogs in `config/locale`."""

import gettext
from collections.abc import Callable

from station.paths import shipped


def translator(language: str) -> Callable[[str], str]:
    """The gettext function for `language` ("en", "de"); English where a sentence is missing."""
    catalog = gettext.translation(
        "station", localedir=shipped("config") / "locale", languages=[language], fallback=True
    )
    return catalog.gettext
