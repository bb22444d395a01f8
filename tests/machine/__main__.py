"""A machine is emulated, booted from a disk with the deployed station, and proven from inside.

    python -m tests.machine [--release bookworm] [--rebuild] [--logs FOLDER]

Needs root, Debian's qemu-system-x86 and mmdebstrap, and this machine's own package sources. The
root and the disk are kept outside of the checkout and made anew when what they are made from has
changed. No Pi: an amd64 machine in software emulation, without a graphics processor, with the
kernel's virtual camera (its test pattern) and a touch panel made with uinput. Prints a table and
exits 1 when a step failed; pictures of the panel and all logs stay in the log folder.
"""

import argparse
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path

from tests.machine import power, steps_power, steps_screen, steps_storage, steps_units
from tests.machine.debian import RELEASES, CannotRunError, need, state_folder
from tests.machine.image import Image, copy_of, image
from tests.machine.places import HEIGHT, WIDTH, look_up
from tests.machine.table import Table
from tests.machine.vm import Machine

KEPT_RUNS = 3


def first_life(table: Table, machine: Machine, logs: Path) -> None:
    """What is asked of a station that has just been switched on."""
    places = look_up(WIDTH, HEIGHT, logs / "expected-touch-check.png")
    if not table.step(
        "boots without a network, both units ready", lambda: steps_units.comes_up(machine)
    ):
        print(machine.ask("journalctl -b --no-pager -o short-monotonic | tail -n 80").said)
        return
    table.step("time of the boot", lambda: steps_units.starts_in_time(machine))
    table.step("poses come from the camera", lambda: steps_units.infers(machine))
    table.step("the kiosk stays in its unit", lambda: steps_units.stays_together(machine))
    table.step("no network for the kiosk", lambda: steps_units.kiosk_has_no_network(machine))
    table.step("no camera for the uplink", lambda: steps_units.uplink_has_no_camera(machine))
    table.step("one ledger for two users", lambda: steps_units.share_the_ledger(machine))
    table.step("systemd-analyze security", lambda: steps_units.is_hardened(machine))
    table.step(
        "touches land once and in the right place",
        lambda: steps_screen.touches_land(machine, places, logs / "expected-touch-check.png"),
    )
    table.step("memory limits", lambda: steps_units.keeps_to_its_memory(machine))
    table.step("camera unplugged and back", lambda: steps_screen.camera_comes_back(machine))
    table.step("watchdog when the screen hangs", lambda: steps_screen.watchdog_fires(machine))
    standing = look_up(HEIGHT, WIDTH, logs / "expected-standing.png")
    table.step(
        "picture and touch turned by 90°",
        lambda: steps_screen.turns_with_the_panel(
            machine, standing, logs / "expected-standing.png"
        ),
    )


def power_cut(table: Table, made: Image, disk: Path, before: Path, logs: Path) -> set[str]:
    """A life that ends by a power cut; `before` is then what the disk still holds.

    Returns the sets that must be there; none when the step failed.
    """
    must: set[str] = set()
    copy_of(disk, before)
    writes = disk.with_name("writes.log")
    machine = Machine(made, disk, logs, "cut", writes)

    def cut() -> str:
        machine.wait_for_agent()
        ids, figure = steps_power.power_fails(machine)
        replayed = power.replay(writes, before)
        must.update(ids)
        return f"{figure}; {replayed.lost} of {replayed.entries} writes were not flushed: left out"

    try:
        table.step("power cut in mid-set", cut)
    finally:
        machine.pull_the_plug()
        writes.unlink(missing_ok=True)
    return must


def read_only_root(
    table: Table, made: Image, disk: Path, before: Path, must: set[str], logs: Path
) -> None:
    """The life after the cut, one with a read-only root that is cut as well, one back again."""
    writes = disk.with_name("writes.log")
    machine = Machine(made, disk, logs, "after")
    divided = False
    try:
        if table.step(
            "after the power cut nothing finished is lost",
            lambda: steps_power.nothing_is_lost(machine, must),
        ):
            divided = table.step(
                "an image's first start: data partition, read-only root",
                lambda: steps_storage.first_start(machine),
            )
    finally:
        machine.power_off()
    if not divided:
        return
    copy_of(disk, before)
    machine = Machine(made, disk, logs, "read-only", writes)

    def cut() -> str:
        ids, figure = steps_storage.is_read_only(machine, must)
        replayed = power.replay(writes, before)
        must.update(ids)
        return f"{figure}; {replayed.lost} of {replayed.entries} writes were not flushed: left out"

    try:
        held = table.step("root is read-only, and a power cut then", cut)
    finally:
        machine.pull_the_plug()
        writes.unlink(missing_ok=True)
    if not held:
        return
    machine = Machine(made, before, logs, "back")
    try:
        table.step(
            "nothing is lost, and read-only.sh off", lambda: steps_storage.taken_back(machine, must)
        )
        table.step("the system hangs", lambda: steps_power.hangs_and_is_reset(machine))
    finally:
        machine.power_off()


def run(release: str, rebuild: bool, logs: Path, table: Table) -> None:
    """All steps; raises CannotRunError when they cannot even begin."""
    need("qemu-system-x86_64", "mmdebstrap", "mke2fs", "sfdisk")
    made = image(release, rebuild, table.say)
    disk, before, after = disks = [
        state_folder(release) / f"{name}.img" for name in ("run", "before", "after")
    ]
    copy_of(made.disk, disk)
    machine = Machine(made, disk, logs, "first")
    try:
        first_life(table, machine, logs)
        machine.power_off()
        if must := power_cut(table, made, disk, before, logs):
            read_only_root(table, made, before, after, must, logs)
    finally:
        machine.pull_the_plug()
        for file in disks:
            file.unlink(missing_ok=True)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--release", choices=RELEASES, default=RELEASES[0], help="Debian's")
    parser.add_argument("--rebuild", action="store_true", help="make the root and the disk anew")
    parser.add_argument("--logs", type=Path, help="folder for pictures and logs")
    options = parser.parse_args()
    begun = time.monotonic()
    table = Table(lambda line: print(line, file=sys.stderr, flush=True))
    try:
        logs = options.logs or _new_folder(options.release)
        logs.mkdir(parents=True, exist_ok=True)
        run(options.release, options.rebuild, logs, table)
    except CannotRunError as reason:
        print(f"tests.machine: {reason}", file=sys.stderr)
        return 2
    print(table.text())
    held = sum(step.result == "held" for step in table.steps)
    print(f"\n{held} of {len(table.steps)} steps held, {time.monotonic() - begun:.0f} s; logs and "
          f"pictures: {logs}")  # fmt: skip
    return 0 if table.good else 1


def _new_folder(release: str) -> Path:
    """For this run's logs; those of the oldest runs are removed."""
    runs = state_folder(release) / "logs"
    runs.mkdir(exist_ok=True)
    for old in sorted(runs.iterdir())[: -KEPT_RUNS + 1]:
        shutil.rmtree(old)
    return runs / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")


if __name__ == "__main__":
    sys.exit(main())
