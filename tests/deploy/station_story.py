"""A station in a clean root: installed, looked at, used, upgraded, and taken away again."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2

from station.settings import Settings
from station.vision import find_model
from tests.deploy import emulation, installed, units
from tests.deploy.installed import CHECKOUT, PROGRAM, PYTHON, STATION
from tests.deploy.root import Done, Root
from tests.deploy.steps import NotHereError, StepError, Steps, expect, last_line, succeeded

DEMO_REPS = ("hinge", "hinge", "squat", "hinge", "stoop")
"""config/demo/labels.toml"""
FIRST_REP_S, EVERY = 6.5, 3
"""So much of it, and every so manieth picture, where each takes an emulated processor seconds."""
MUST = ("Settings", "Data folder", "Disk", "Pose model", "Ledger")
WHEELS = Path("/srv/wheels")
DROP = Path("/srv/drop")
"""What a step hands into or out of a root: it is no part of the installation."""

HEADLESS = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
PLAYED_S = 300.0
STARVED, TRIES = 6.0, 3
"""With fewer poses a second, as on a machine whose host gives it nothing, the kiosk says that it
is not sure of any rep; so the set is played again."""
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
        if self.emulated:
            do("a Raspberry Pi 4 is told", self._on_a_pi_4, there)
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
        if not self.emulated:
            clip = self.hand_in(Path("config/demo/demo.mp4"))
            return self._reps(self._check("check-clip", clip, minutes=20))
        clip = self.hand_in(first_rep(self.root.logs / "first-rep.mp4"))
        return self._reps(self._check("check-clip", clip, minutes=20), reps=1)

    def _on_a_pi_4(self) -> str:
        """Its processor ends MediaPipe's library, so that it never comes to that."""
        clip = self.hand_in(first_rep(self.root.logs / "first-rep.mp4"))
        done = self._check("check-on-a-pi-4", clip, minutes=5, processor=emulation.PI_4)
        expect(done.code == 2, f"exit code {done.code}, not 2: {last_line(done.output)}")
        expect("a Raspberry Pi 4 has not" in done.output, last_line(done.output))
        return last_line(done.output)

    def _check(self, name: str, file: Path, minutes: float, processor: str = "") -> Done:
        command = [PROGRAM, "check", str(file), "--json", "--config", str(STATION.settings)]
        return self.root.run(
            name,
            command,
            timeout=minutes * 60 * self.slow,
            user="hinge-kiosk:hinge",
            environment={"QEMU_CPU": processor} if processor else None,
        )

    def _reps(self, done: Done, reps: int = len(DEMO_REPS)) -> str:
        """The first so many of the demo clip."""
        succeeded(done, "station check")
        said = json.loads(done.output[done.output.index("{") :])
        patterns = [rep["pattern"] for rep in said["reps"] if rep["kind"] == "rep"]
        told = f"{len(patterns)} reps: {', '.join(patterns)}"
        expect(tuple(patterns) == DEMO_REPS[:reps], told)
        return told

    def _screens(self) -> str:
        """With nothing of the checkout but tests/, so that it is the installed kiosk that draws."""
        alone = self.root.folder / "srv/screens"
        shutil.copytree(self.root.folder / str(CHECKOUT / "tests").lstrip("/"), alone / "tests")
        self.hand_in(self.recording)
        out = DROP / "screens"
        done = self.root.run(
            "screens",
            [PYTHON, "-m", "tests.deploy.screens", str(out)],
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
        rates: list[float] = []
        while len(rates) < TRIES and (not rates or rates[-1] < STARVED):
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
            rates.append(_poses_a_second(succeeded(done, "the kiosk").output))
            if (waiting := self.waiting()) >= 1:
                return f"{waiting} in the ledger, at {rates[-1]:g} poses/s"
        raise StepError(f"no set waits in the ledger, at {rates} poses/s.")

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
        previous = self.root.folder / "opt/hinge-station/previous"
        left = str(previous.readlink()) if previous.is_symlink() else ""
        expect(bad not in left, f"{left} counts as one to go back to.")
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


def first_rep(clip: Path) -> Path:
    """`clip`, written: the demo clip's first repetition at a third of its pictures."""
    demo = cv2.VideoCapture("config/demo/demo.mp4")
    fps = demo.get(cv2.CAP_PROP_FPS)
    size = (int(demo.get(cv2.CAP_PROP_FRAME_WIDTH)), int(demo.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    made = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"mp4v"), fps / EVERY, size)
    for number in range(round(FIRST_REP_S * fps)):
        _, picture = demo.read()
        if number % EVERY == 0:
            made.write(picture)
    made.release()
    return clip


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


def _poses_a_second(said: str) -> float:
    """As the kiosk itself counts them at its end."""
    found = re.findall(r"([0-9.]+) poses/s", said)
    expect(bool(found), "the kiosk does not say how many poses it made.")
    return float(found[-1])
