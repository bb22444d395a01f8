"""How this machine reaches packages, read when asked: none of it is ever written down here.

A root gets the machine's Debian archive for its own release, what apt and pip are configured with,
npm's settings, and the certificates that they trust.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
HANDED = Path("/run/machine")
"""Where files of this machine stand in a root."""
_CLIENTS = re.compile(
    r"(PIP_|npm_config_).*|(https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE"
    r"|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE",
    re.IGNORECASE,
)
_OWN_AFFAIR = ("PIP_CACHE_DIR", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV")


@dataclass(frozen=True, slots=True)
class Given:
    """What a root is given: environment, and files or folders of this machine to bind, by place."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """For who administers it."""
    binds: Mapping[Path, Path] = field(default_factory=dict)
    processor: Mapping[str, str] = field(default_factory=dict)
    """Environment of every program."""


def apt_sources(release: str, targets: str) -> str:
    """sources.list of Debian's `release`, from the archives that this machine reads.

    `targets`: lines `ORIGIN|SITE|RELEASE|COMPONENT`. Raises LookupError when none is Debian's.
    """
    lines = []
    for origin, site, suite, component in sorted({*map(_target, targets.splitlines())}):
        if origin == "Debian":
            _, dash, pocket = suite.partition("-")
            lines.append(f"deb [signed-by={KEYRING}] {site} {release}{dash}{pocket} {component}")
    if not lines:
        raise LookupError("apt on this machine reads no Debian archive; run apt-get update?")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _target(line: str) -> tuple[str, str, str, str]:
    origin, site, suite, component = line.split("|")
    return origin, site, suite, component


def sources(release: str) -> str:
    """The same, of this machine."""
    asked = "$(ORIGIN)|$(SITE)|$(RELEASE)|$(COMPONENT)"
    return apt_sources(
        release, _said("apt-get", "indextargets", "--format", asked, "Created-By: Packages")
    )


def apt_settings() -> str:
    """How apt fetches on this machine, as an apt.conf."""
    lines = _said("apt-config", "dump", "Acquire").splitlines()
    return "\n".join(line for line in lines if "::IndexTargets" not in line) + "\n"


def python_and_npm() -> Given:
    """What pip and npm are told here. Files and folders that are named come along."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if _CLIENTS.fullmatch(name) and name not in _OWN_AFFAIR
    }
    listed = _said(sys.executable, "-m", "pip", "config", "list")
    for found in re.finditer(r"^(?:global|:env:|install)\.([\w-]+)='(.*)'$", listed, re.MULTILINE):
        name = "PIP_" + found[1].upper().replace("-", "_")
        if name not in _OWN_AFFAIR and name != "PIP_CONFIG_FILE":
            environment.setdefault(name, " ".join(found[2].replace("\\n", " ").split()))
    npmrc = Path(environment.get("npm_config_userconfig", Path.home() / ".npmrc"))
    if npmrc.is_file():
        environment["npm_config_userconfig"] = str(npmrc)
    # Else the interpreter that runs us says where, and a root has none such.
    environment["PIP_CONFIG_FILE"] = os.devnull
    return handed(environment)


def handed(environment: Mapping[str, str]) -> Given:
    """`environment` with every file that it names bound below HANDED, and every folder in place."""
    changed, binds = {}, {}
    for name, value in environment.items():
        words = value.split(" ")
        for number, word in enumerate(words):
            path = Path(word.removeprefix("file://"))
            if not path.is_absolute() or path == Path(os.devnull):
                continue
            if path.is_file():
                place = HANDED / f"{name}-{number}"
                words[number] = word.replace(str(path), str(place))
                binds[place] = path.resolve()
            elif path.is_dir():
                top = _whole(path)
                binds[top] = top
        changed[name] = " ".join(words)
    return Given(changed, binds)


def _whole(path: Path) -> Path:
    """The folder to bind for a package index at `path`: what its pages link to lies beside it."""
    return path.parent if path.name == "simple" else path


def _said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LookupError(f"{' '.join(map(str, command[:2]))}: {_last(done.stderr.splitlines())}")
    return done.stdout


def _last(lines: Iterable[str]) -> str:
    return next((line for line in reversed(list(lines)) if line.strip()), "failed without a word")
