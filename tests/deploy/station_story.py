"""A station in a clean root: installed, looked at, used, upgraded, and taken away again."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from station.settings import Settings
from station.vision import find_model
from tests.deploy import installed, units
from tests.deploy.installed import CHECKOUT, PROGRAM, PYTHON, STATION
from tests.deploy.root import Done, Root
from tests.deploy.steps import NotHereError, StepError, Steps, expect, last_line, succeeded

DEMO_REPS = 5
"""config/demo/labels.toml"""
MUST = ("Settings", "Data folder", "Disk", "Pose model", "Ledger")
SCREENS_EMULATED = "attract,choose,summary-change"
WHEELS = Path("/srv/wheels")
DROP = Path("/srv/drop")
"""What a step hands into or out of a root: it is no part of the installation."""
SEGV, ILL, TRAP, ABRT = 11, 4, 5, 6

HEADLESS = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
PLAYED_S = 300.0
WITH_SYSTEMD = "mkdir -p /run/systemd/system; trap 'rmdir /run/systemd/system' EXIT; bash \"$@\""
PLAYED_SYSTEMCTL = """#!/bin/sh
case "$1 $*" in
restart*hinge-kiosk*)
    case $(readlink /opt/hinge-station/current) in *@VERSION@*) exit 1 ;; esac ;;
show*) printf 'active\\n0\\none\\n' ;;
is-enabled*) echo enabled ;;
--version*) echo 'systemd 252 (played)' ;;
esac
"""


@dataclass
class Station:
    """`slow`: how many times longer than on this machine's own processor a step may take."""

    root: Root
    steps: Steps
    recording: Path
    slow: float = 1.0

    @property
    def emulated(self) -> bool:
        return self.slow > 1

    def install(self) -> bool:
        """Everything up to a station that could be hung on a wall."""
        do, root = self.steps.do, self.root
        there = do("install-station.sh", self._install)
        do("again: nothing is written", self._again, there)
        do("folders and owners", lambda: installed.laid_down(root, STATION), there)
        do("units verify", lambda: installed.verified(root, STATION), there)
        do("units' exposure, ≤ 2.5", lambda: installed.scored(root, STATION), there)
        do("station doctor", self._doctor, there)
        do("station check, recording", self._check_recording, there)
        do("station check, clip", self._check_clip, there)
        do("screens as the goldens", self._screens, there)
        do("the kiosk plays a set", self._session, there)
        do("the kiosk's unit, in cage", self._in_cage, there)
        return there

    def change(self, there: bool) -> None:
        """Versions come and go, and then all of it."""
        do = self.steps.do
        upgraded = do("upgrade to a new version", self._upgrade, there)
        do("a version that does not start is refused", self._refuse, upgraded)
        do("one that does not come up is taken back", self._take_back, upgraded)
        do("uninstall, purge", self._uninstall, there)

    def script(self, name: str, *options: str, minutes: float, systemd: bool = False) -> Done:
        """install-station.sh, for real; it may think that `systemd` runs."""
        command = ["bash", str(CHECKOUT / "deploy" / STATION.script), *options]
        if systemd:
            made = (
                "mkdir -p /run/systemd/system; trap 'rmdir /run/systemd/system' EXIT; bash \"$@\""
            )
            command = ["bash", "-c", made, *command]
        return self.root.run(name, command, timeout=minutes * 60 * self.slow)

    def _install(self) -> str:
        done = succeeded(self.script("install", *self._offline(), minutes=30), STATION.script)
        return "from --wheels and --model" if self.emulated else last_line(done.output)

    def _again(self) -> str:
        return installed.unchanged(
            self.root,
            STATION,
            lambda: self.script("install-again", *self._offline(), minutes=5),
        )

    def _offline(self) -> list[str]:
        """An emulated pip would spend most of its time on encryption."""
        if not self.emulated:
            return []
        model = self.hand_in(find_model(Settings()))
        return ["--wheels", str(WHEELS), "--model", str(model)]

    def _doctor(self) -> str:
        must = MUST if self.emulated else (*MUST, "Isolation")
        return installed.doctor(self.root, must)

    def _check_recording(self) -> str:
        inside = self.hand_in(self.recording)
        return self._reps(self._check("check-recording", inside, minutes=3))

    def _check_clip(self) -> str:
        clip = self.hand_in(Path("config/demo/demo.mp4"))
        done = self._check("check-clip", clip, minutes=20)
        if self.emulated and (done.code < 0 or done.code - 128 in (SEGV, ILL, TRAP, ABRT)):
            number = -done.code if done.code < 0 else done.code - 128
            raise NotHereError(f"MediaPipe's inference crashes under qemu-user (signal {number})")
        return self._reps(done)

    def _check(self, name: str, file: Path, minutes: float) -> Done:
        command = [PROGRAM, "check", str(file), "--json", "--config", str(STATION.settings)]
        return self.root.run(
            name, command, timeout=minutes * 60 * self.slow, user="hinge-kiosk:hinge"
        )

    def _reps(self, done: Done) -> str:
        succeeded(done, "station check")
        said = json.loads(done.output[done.output.index("{") :])
        counts = said["counts"]
        expect(counts["rep"] == DEMO_REPS, f"{counts['rep']} reps, not {DEMO_REPS}.")
        patterns = [rep["pattern"] for rep in said["reps"]]
        return f"{counts['rep']} reps: {', '.join(patterns)}"

    def _screens(self) -> str:
        """With nothing of the checkout but tests/, so that it is the installed kiosk that draws."""
        alone = self.root.folder / "srv/screens"
        shutil.copytree(self.root.folder / str(CHECKOUT / "tests").lstrip("/"), alone / "tests")
        self.hand_in(self.recording)
        out = DROP / "screens"
        subset = ["--names", SCREENS_EMULATED] if self.emulated else []
        done = self.root.run(
            "screens",
            [PYTHON, "-m", "tests.deploy.screens", str(out), *subset],
            timeout=600 * self.slow,
            user="hinge-kiosk:hinge",
            environment={
                **{"PYTHONPATH": "/srv/screens", "SDL_VIDEODRIVER": "offscreen"},
                **{"HOME": str(DROP), "XDG_RUNTIME_DIR": str(DROP)},
            },
        )
        made = self.root.folder / str(out).lstrip("/")
        kept = self.root.logs / "screens"
        if made.is_dir():
            shutil.copytree(made, kept, dirs_exist_ok=True)
        succeeded(done, "the screens")
        return f"{last_line(done.output)}; {kept}"

    def _session(self) -> str:
        """The kiosk as its unit's user plays one set and writes it down; cage is left out."""
        unit = units.read(self.root.folder, "hinge-kiosk.service")
        # In real time: on a machine that is busy, or emulated, inference would see too little.
        source = ["--source", str(self.hand_in(self.recording)), "--exit-after", "1", "--print"]
        command = [PROGRAM, "kiosk", "--config", str(STATION.settings), *source]
        done = self.root.run(
            "kiosk",
            units.masked(unit, command),
            timeout=600 * self.slow,
            user=unit.user,
            environment={
                **unit.environment,
                **{"SDL_VIDEODRIVER": "offscreen", "XDG_RUNTIME_DIR": str(DROP)},
            },
        )
        succeeded(done, "the kiosk")
        waiting = self.waiting()
        expect(waiting >= 1, "no set waits in the ledger.")
        return f"{waiting} in the ledger"

    def _in_cage(self) -> str:
        """All of the unit's ExecStart: compositor, XWayland and kiosk, on a screen that is none."""
        unit = units.read(self.root.folder, "hinge-kiosk.service")
        for command in units.made_for(unit):
            succeeded(self.root.run("made-for", command, timeout=60), "the unit's folder")
        before = self.waiting()
        screen = {"XDG_RUNTIME_DIR": "/run/hinge-kiosk"}
        settings = self.root.folder / str(STATION.settings).lstrip("/")
        installed_ones = settings.read_text()
        recorded = f'source = "{self.hand_in(self.recording)}"'
        settings.write_text(installed_ones.replace('source = "auto"', recorded))
        kiosk = self.root.start(
            "kiosk-in-cage",
            units.masked(unit),
            user=unit.user,
            environment={**unit.environment, **screen, **HEADLESS},
        )
        try:
            wanted = PLAYED_S * self.slow
            took = kiosk.wait_for(lambda: self.waiting() > before, wanted, "a set of the demo")
        finally:
            kiosk.end()
            settings.write_text(installed_ones)
        return f"a set after {took:.0f} s"

    def waiting(self) -> int:
        """Sets in the ledger."""
        ask = (
            "from pathlib import Path; from station.ledger import Ledger; "
            f"print(Ledger(Path('{STATION.data}/ledger.db')).depth())"
        )
        command = ["/bin/sh", "-c", 'umask 007; exec "$@"', "sh", PYTHON, "-c", ask]
        done = self.root.run("ledger", command, timeout=120, user="hinge-uplink:hinge")
        return int(last_line(succeeded(done, "the ledger").output))

    def _upgrade(self) -> str:
        if self.emulated:
            raise NotHereError("the same shell as on amd64, and as long as installing again")
        before = installed.version(self.root)
        wanted = self._new_version("9.0.1")
        done = succeeded(self.script("upgrade", minutes=30), "the upgrade")
        now = installed.version(self.root)
        expect(now.startswith(wanted), f"current is {now}: {last_line(done.output)}")
        previous = self.root.folder / "opt/hinge-station/previous"
        expect(previous.is_symlink(), "there is no previous version.")
        kept = Path(str(previous.readlink())).name
        expect(kept == before, f"previous is {kept}, not {before}.")
        return f"{before} → {now}"

    def _refuse(self) -> str:
        """A version whose program cannot even say its name is never switched to."""
        before = installed.version(self.root)
        self._new_version("9.0.2")
        program = self.root.folder / str(CHECKOUT / "station/cli.py").lstrip("/")
        sound = program.read_text()
        program.write_text('raise RuntimeError("a bad version")\n' + sound)
        try:
            done = self.script("upgrade-refused", minutes=30)
        finally:
            program.write_text(sound)
        expect(done.code != 0, "it says that a broken version is well.")
        return self._still(before, done)

    def _take_back(self) -> str:
        """No systemd runs here, so one is played: it will not have the kiosk of that version."""
        before = installed.version(self.root)
        bad = self._new_version("9.0.3")
        played = self.root.folder / "usr/local/sbin/systemctl"
        played.write_text(PLAYED_SYSTEMCTL.replace("@VERSION@", bad))
        played.chmod(0o755)
        try:
            done = self.script("upgrade-taken-back", "--settle", "1", minutes=30, systemd=True)
        finally:
            played.unlink()
        expect(done.code == 1, f"exit code {done.code}, not 1: {last_line(done.output)}")
        left = [path.name for path in (self.root.folder / "opt/hinge-station/versions").iterdir()]
        expect(not any(name.startswith(bad) for name in left), f"{bad} is still there.")
        return self._still(before, done)

    def _still(self, before: str, done: Done) -> str:
        now = installed.version(self.root)
        expect(now == before, f"current is {now} now, not {before}.")
        asked = self.root.run("version", [PROGRAM, "--version"], timeout=120 * self.slow)
        succeeded(asked, f"version {now}")
        return f"still {now}: {last_line(done.output)}"

    def _uninstall(self) -> str:
        return installed.taken_away(
            self.root, STATION, lambda *words: self.script(*words, minutes=10)
        )

    def _new_version(self, number: str) -> str:
        project = self.root.folder / str(CHECKOUT / "pyproject.toml").lstrip("/")
        text, changed = re.subn(
            r'^version = ".*"$', f'version = "{number}"', project.read_text(), flags=re.MULTILINE
        )
        if changed != 1:
            raise StepError("pyproject.toml says no version.")
        project.write_text(text)
        return number

    def hand_in(self, file: Path) -> Path:
        """Where a file of ours is in the root."""
        drop = self.root.folder / str(DROP).lstrip("/")
        drop.mkdir(parents=True, exist_ok=True)
        drop.chmod(0o777)
        shutil.copy(file, drop)
        (drop / file.name).chmod(0o644)
        return DROP / file.name


def checkout(root: Root, top: Path) -> None:
    """The work tree into the root: what git knows or would know."""
    place = root.folder / str(CHECKOUT).lstrip("/")
    place.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=top,
        capture_output=True,
        check=True,
    ).stdout
    names = [name for name in listed.split(b"\0") if name and (top / name.decode()).exists()]
    packed = subprocess.run(
        ["tar", "--create", "--null", "--files-from=-", "--owner=0", "--group=0"],
        cwd=top,
        input=b"\0".join(names),
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(["tar", "--extract", "-C", place], input=packed, check=True)
