"""TOML as text: Python reads it (tomllib) but does not write it."""

import json
from typing import Any


def tables(document: dict[str, dict[str, Any]]) -> str:
    """A document of tables with strings, numbers and booleans in them."""
    lines = []
    for name, section in document.items():
        lines.append(f"[{name}]")
        # JSON's strings, numbers and booleans are TOML's as well, but for two things: TOML knows
        # no surrogate pairs, and wants DEL escaped.
        for key, value in section.items():
            text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            lines.append(f"{key} = {text}")
    return "\n".join(lines) + "\n"
