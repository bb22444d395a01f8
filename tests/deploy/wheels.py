"""The locked packages as wheels for another processor, fetched by this machine's own pip.

An emulated pip would spend most of its time on the encryption of what it downloads; and an
installation with `--wheels` is what a gym without the internet does.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pip._vendor.packaging.markers import Marker

from tests.deploy.bare import Kind

PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
GLIBC = (28, 27, 26, 24, 17)
"""Minor versions of glibc that wheels are made for."""
FETCH_S = 1200.0


def fetched(kind: Kind, lock: Path, folder: Path, log: Path) -> Path:
    """`folder` with every wheel of the lock file that a root of that kind installs."""
    folder.mkdir(parents=True, exist_ok=True)
    python, machine = PYTHONS[kind.release], MACHINES[kind.architecture]
    wanted = folder / "wanted.txt"
    wanted.write_text("\n".join(chosen(lock.read_text(), python, machine)) + "\n")
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBC]
    abis = [f"--abi=cp{python.replace('.', '')}", "--abi=abi3", "--abi=none"]
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--require-hashes", f"--python-version={python}", "--implementation=cp"),
        *(*abis, *platforms, f"--platform=manylinux2014_{machine}"),
        *(f"--dest={folder}", f"--requirement={wanted}"),
    ]
    with log.open("w") as words:
        subprocess.run(command, stdout=words, stderr=subprocess.STDOUT, timeout=FETCH_S, check=True)
    return folder


def chosen(lock: str, python: str, machine: str) -> Iterator[str]:
    """The requirements of a lock file that hold for a Python and a processor, without markers.

    pip judges markers by the Python that runs it, whatever it is told to download for.
    """
    about = {
        **{"python_version": python, "python_full_version": f"{python}.5"},
        **{"platform_machine": machine, "sys_platform": "linux", "platform_system": "Linux"},
        **{"implementation_name": "cpython", "platform_python_implementation": "CPython"},
    }
    for line in lock.replace("\\\n", " ").splitlines():
        found = re.match(r"([^\s#;]+)\s*(?:;\s*(.*?))?\s+(--hash=.*)", line)
        if found and (not found[2] or Marker(found[2]).evaluate(about)):
            yield f"{found[1]} {' '.join(found[3].split())}"
