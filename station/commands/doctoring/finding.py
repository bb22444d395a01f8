"""What one check found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from station.kiosk.words import Said

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` what is, `do` what to do about it; both in sentences. `fail`: the station does not
    do its work like this; `warn`: it does, but less well."""

    name: str
    state: State
    says: str
    do: str = ""


def of_said(name: str, said: Sequence[Said], worst: State, do: str = "") -> Finding:
    """The staff menu's sentences as a finding: `worst` when one of them asks for a change."""
    wrong = any(one.tone == "change" for one in said)
    text = " ".join(plain(name, one.text) for one in said)
    return Finding(name, worst if wrong else "ok", text, do if wrong else "")


def plain(name: str, text: str) -> str:
    """A sentence that does not begin with the name that stands before it, and has its full stop:
    screens leave that away."""
    rest = text.removeprefix(f"{name}: ")
    if text.startswith(f"{name} /"):
        rest = text[len(name) + 1 :]
    rest = rest[:1].upper() + rest[1:]
    return rest if rest.endswith((".", "?", "!")) else f"{rest}."
