"""Sets one key of a settings file and leaves the rest as it is, comments too.

    set_in.py FILE SECTION KEY VALUE        VALUE as TOML: '"text"', 12, true

Exit 2 with a sentence when FILE is no TOML, before or after.
"""

import os
import re
import sys
import tomllib
from pathlib import Path


def changed(text: str, section: str, key: str, value: str) -> str:
    """`text` with the key set: in its line, else as the first of its section, else at the end."""
    lines = text.splitlines()
    header = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]")
    begin = next((n for n, line in enumerate(lines) if header.match(line)), None)
    if begin is None:
        return "\n".join([*lines, *([""] if lines else []), f"[{section}]", f"{key} = {value}", ""])
    end = next((n for n in range(begin + 1, len(lines)) if lines[n].lstrip().startswith("[")), None)
    assigned = re.compile(rf"\s*{re.escape(key)}\s*=")
    for n in range(begin + 1, end or len(lines)):
        if assigned.match(lines[n]):
            lines[n] = f"{key} = {value}"
            return "\n".join([*lines, ""])
    lines.insert(begin + 1, f"{key} = {value}")
    return "\n".join([*lines, ""])


def main(path: Path, section: str, key: str, value: str) -> int:
    """Write the file whole, with its mode and owner, or not at all."""
    try:
        text = path.read_text(encoding="utf-8")
        if tomllib.loads(text).get(section, {}).get(key) == tomllib.loads(f"x = {value}")["x"]:
            return 0
        new = changed(text, section, key, value)
        tomllib.loads(new)
        was = path.stat()
        part = path.with_name(f".{path.name}.new")
        part.write_text(new, encoding="utf-8")
        os.chmod(part, was.st_mode & 0o7777)
        os.chown(part, was.st_uid, was.st_gid)
        os.replace(part, path)
    except (OSError, ValueError) as error:
        print(f"{path}: {section}.{key} cannot be set to {value} ({error}).", file=sys.stderr)
        return 2
    print(f"set: [{section}] {key} = {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:5]))
