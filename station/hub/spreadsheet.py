"""Tables as CSV that every spreadsheet opens, and in which no text can be a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

Value = str | int | float | bool | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, or skip before one."""


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A header and rows in UTF-8, with the mark that spreadsheets need to know it. None is empty.

    Text that could be a formula gets an apostrophe before it, which makes it text to them.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: Value) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(FORMULA):
        return f"'{value}"
    return value
