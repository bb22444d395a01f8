"""What an installation must have laid down, for station and hub alike."""

import json
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.root import Done, Network, Root
from tests.deploy.steps import expect, last_line, succeeded

OPT = Path("/opt/hinge-station")
CHECKOUT = Path("/srv/checkout")
PROGRAM = f"{OPT}/current/bin/station"
PYTHON = f"{OPT}/current/bin/python"
COMMAND = "/usr/local/bin/station"
"""What administrators type: the current version with this machine's settings."""
ACCOUNTS = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow")
VERIFY_S, ASK_S = 300.0, 120.0


@dataclass(frozen=True, slots=True)
class Product:
    """One of the two things that are installed. `score`: systemd-analyze security, at most."""

    name: str
    script: str
    units: tuple[str, ...]
    scored: dict[str, float]
    settings: Path
    data: Path
    owner: str


STATION = Product(
    "station",
    "install-station.sh",
    ("hinge-kiosk.service", "hinge-uplink.service"),
    {"hinge-kiosk.service": 2.5, "hinge-uplink.service": 2.5},
    Path("/etc/hinge-station/station.toml"),
    Path("/var/lib/hinge-station"),
    "hinge-kiosk:hinge",
)
HUB = Product(
    "hub",
    "install-hub.sh",
    ("hinge-hub.service", "hinge-certificates.timer", "hinge-certificates.service"),
    {"hinge-hub.service": 10.0},
    Path("/etc/hinge-hub/hub.toml"),
    Path("/var/lib/hinge-hub"),
    "hinge-hub:hinge-hub",
)


def version(root: Root) -> str:
    """What `current` points at. Raises StepError where it is no link of the kind agreed on."""
    link = root.folder / str(OPT / "current").lstrip("/")
    expect(link.is_symlink(), f"{OPT}/current is no link.")
    target = Path(str(link.readlink()))
    expect(
        target.parent in (Path("versions"), OPT / "versions"),
        f"{OPT}/current points at {target}.",
    )
    return target.name


def laid_down(root: Root, product: Product) -> str:
    """Folders, owners and links are as agreed."""
    now = version(root)
    program = root.folder / str(OPT / "versions" / now / "bin/station").lstrip("/")
    expect(program.is_file(), f"{OPT}/versions/{now} has no program.")
    owner, mode = _owner(root, product.data)
    expect(owner == product.owner, f"{product.data} belongs to {owner}.")
    expect(not mode & 0o007, f"{product.data} is open to everybody ({mode:o}).")
    settings_owner, settings_mode = _owner(root, product.settings)
    expect(settings_owner.startswith("root:"), f"{product.settings} belongs to {settings_owner}.")
    expect(not settings_mode & 0o007, f"{product.settings} is open to everybody.")
    checked = root.run(
        "settings", [PROGRAM, "config", "check", str(product.settings)], timeout=ASK_S
    )
    succeeded(checked, "station config check")
    return f"version {now}"


def _owner(root: Root, path: Path) -> tuple[str, int]:
    """`user:group` by the root's own names, and the mode."""
    found = (root.folder / str(path).lstrip("/")).stat()
    names = []
    for file, number in (("passwd", found.st_uid), ("group", found.st_gid)):
        lines = (root.folder / "etc" / file).read_text().splitlines()
        known = {int(line.split(":")[2]): line.split(":")[0] for line in lines if line}
        names.append(known.get(number, str(number)))
    return ":".join(names), stat.S_IMODE(found.st_mode)


def verified(root: Root, product: Product) -> str:
    """systemd finds nothing to say against the units."""
    done = root.run(
        "verify", ["systemd-analyze", "verify", "--man=no", *product.units], timeout=VERIFY_S
    )
    ours = [line for line in done.output.splitlines() if "hinge" in line]
    expect(
        done.code == 0 and not ours,
        f"systemd-analyze verify: {(ours or [last_line(done.output)])[0][:200]}",
    )
    return ""


def scored(root: Root, product: Product) -> str:
    """How exposed each unit's programs are, as systemd counts; 0 is best, 10 worst."""
    said = []
    for unit, most in product.scored.items():
        done = root.run(
            f"security-{unit}",
            ["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
            timeout=VERIFY_S,
        )
        found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.output)
        expect(found, f"systemd-analyze security {unit}: {last_line(done.output)}")
        assert found is not None
        expect(float(found[1]) <= most, f"{unit} scores {found[1]}, more than {most:g}.")
        said.append(f"{unit.removesuffix('.service')} {found[1]}")
    return ", ".join(said)


def doctor(root: Root, must: tuple[str, ...], network: Network | None = None) -> str:
    """`station doctor` finds in order what a root can have; the note says what it cannot."""
    done = root.run(
        "doctor",
        [COMMAND, "doctor", "--json"],
        timeout=ASK_S * 5,
        network=network,
    )
    expect(done.code in (0, 1), f"station doctor: exit code {done.code}. {last_line(done.output)}")
    checks = json.loads(done.output[done.output.index("{") :])["checks"]
    states = {check["name"]: check["state"] for check in checks}
    for name in must:
        expect(name in states, f"station doctor says nothing of {name}.")
        wrong = next((c["says"] for c in checks if c["name"] == name), "")
        expect(states[name] == "ok", f"{name}: {wrong}")
    missing = [name for name, state in states.items() if state == "fail"]
    good = sum(state == "ok" for state in states.values())
    told = f"{good} of {len(states)} in order"
    return f"{told}; a root has no {', '.join(missing)}" if missing else told


def unchanged(root: Root, product: Product, run: Callable[[], Done]) -> str:
    """A second run of the installer writes no file of the system again, and is quick."""
    dated = "find /opt/hinge-station /etc -xdev -not -type d -printf '%p %T@ %s %m %u:%g\\n'"
    # Here a file may be written anew as long as it says the same.
    owned = f"find {product.data} -printf '%p %m %u:%g\\n'"
    said = f"find {product.data} -type f -exec sha256sum {{}} +"
    look = ["bash", "-c", f"{dated}; {owned}; {said}"]
    before = root.run("before-again", look, timeout=ASK_S).output.splitlines()
    succeeded(run(), "the second time")
    after = root.run("after-again", look, timeout=ASK_S).output.splitlines()
    touched = sorted(set(before) ^ set(after))
    expect(not touched, f"written again: {', '.join(touched[:5])}")
    return "no file is written or changed"


def taken_away(root: Root, product: Product, run: Callable[..., Done]) -> str:
    """--uninstall leaves settings, users and data; --purge leaves nothing."""
    succeeded(run("uninstall", "--uninstall"), "--uninstall")
    kept = (product.settings, product.data)
    for path in kept:
        expect((root.folder / str(path).lstrip("/")).exists(), f"{path} is gone.")
    left = _ours(root)
    mine = (str(product.data), str(product.settings.parent), *ACCOUNTS)
    wrong = [path for path in left if not path.startswith(mine)]
    expect(not wrong, f"left behind: {', '.join(wrong[:6])}")
    succeeded(run("purge", "--uninstall", "--purge"), "--purge")
    left = _ours(root)
    expect(not left, f"left behind by --purge: {', '.join(left[:6])}")
    return ""


def _ours(root: Root) -> list[str]:
    """Files of the system with our name on them or in them."""
    script = (
        "find / -xdev \\( -path /srv -o -path /proc -o -path /sys -o -path /var/cache \\) -prune "
        "-o -name '*hinge*' -print; "
        "grep -rIls hinge /etc /usr/local /usr/lib/systemd /boot /var/lib/systemd || true"
    )
    done = root.run("left", ["bash", "-c", script], timeout=ASK_S)
    found = {line for line in done.output.splitlines() if line.startswith("/")}
    # passwd- and its like are what useradd and userdel keep of the time before.
    return sorted(path for path in found if not path.endswith("-"))
