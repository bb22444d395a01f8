"""The fuse blows in the middle of a set, and afterwards nothing that was finished is gone."""

import time

from tests.machine.image import PATIENCE
from tests.machine.steps_units import KIOSK, SETTLE_S, UPLINK, play_the_recording, screen_at
from tests.machine.vm import Machine

LEDGER = "/var/lib/hinge-station/ledger.db"
LEAST_WRITTEN = 60
SET_S = 420.0
"""For the first set of the recording; the power fails in any case."""
RESET_S = 60.0
PYTHON = "/opt/hinge-station/current/bin/python"


def sessions(machine: Machine, source: str) -> set[str]:
    """Ids of the sessions of one source that wait in the ledger; none before it has been made."""
    listed = machine.get(f"{PYTHON} /opt/hinge-machine/listed.py {LEDGER} {source}")
    return set(listed.split())


def keep_writing(machine: Machine) -> None:
    """Sessions go through the ledger's own API, until the machine ends."""
    machine.get(
        f"(nohup {PYTHON} /opt/hinge-machine/writer.py {LEDGER} /dev/virtio-ports/hinge.kept "
        "hinge-kiosk >/run/machine-writer.log 2>&1 &)"
    )


def written(machine: Machine) -> set[str]:
    """Ids that the ledger's API reported as stored, also of a machine that has ended."""
    # A last line may have been cut short.
    return set(machine.kept.read_text().rpartition("\n")[0].split())


def check_ledger(machine: Machine) -> None:
    """SQLite finds nothing wrong with it."""
    check = machine.get(
        f"{PYTHON} -c \"import sqlite3; print(sqlite3.connect('{LEDGER}').execute("
        "'PRAGMA integrity_check').fetchone()[0])\""
    )
    assert check == "ok", f"the ledger is damaged: {check}"


def power_fails(machine: Machine) -> tuple[set[str], str]:
    """Cut while a set is under way and others are being written; returns what must be there.

    The kiosk plays a recording of landmarks as if live and finishes sets of it by itself, since
    nobody stands before a virtual camera; beside it others are written.
    """
    play_the_recording(machine)
    keep_writing(machine)
    began = time.monotonic()
    under_way = "journalctl -b -q -o cat -u hinge-kiosk | grep '^.[a-z]*. ' | tail -n 1"
    own: set[str] = set()
    while time.monotonic() - began < SET_S:
        own = sessions(machine, "demo")
        if own and machine.ask(f"{under_way} | grep -Eq '^.(start|live).'").code == 0:
            break
        time.sleep(2)
    while len(written(machine)) < LEAST_WRITTEN:
        assert time.monotonic() - began < 2 * SET_S, machine.get("cat /run/machine-writer.log")
        time.sleep(0.5)
    last = machine.get(f"{under_way}; true")
    machine.picture("before")
    machine.pull_the_plug()
    return own | written(machine), (
        f"last on the screen: {last[:50]}; {len(own)} sets of the kiosk's own and "
        f"{len(written(machine))} written by the ledger's API had been reported as stored"
    )


def nothing_is_lost(machine: Machine, must: set[str]) -> str:
    """The same disk again: the file system mends itself, the station comes up, no set is gone."""
    agent = machine.wait_for_agent()
    there = sessions(machine, "demo") | sessions(machine, "simulated")
    lost = must - there
    assert not lost, f"{len(lost)} of {len(must)} finished sessions are gone"
    check_ledger(machine)
    for unit in (UPLINK, KIOSK):
        machine.until(f"systemctl is-active {unit}", SETTLE_S, 2.0)
    machine.until("journalctl -b -q -u hinge-kiosk --grep '^\\[attract\\]'", 60, 1.0)
    machine.picture("screen")
    aside = machine.get("ls /var/lib/hinge-station")
    assert "damaged" not in aside, f"a damaged ledger was set aside: {aside}"
    mended = machine.get("dmesg | grep -Eic 'recover(y|ing)' || true")
    assert machine.get("findmnt -no OPTIONS / | grep -c ^rw") == "1", "the disk is read-only"
    return (
        f"{len(must)} of {len(must)} there ({len(there) - len(must)} more), ledger sound, the file "
        f"system's journal replayed ({mended} lines say so), commands run after {agent:.0f} s, "
        f"first screen at {screen_at(machine):.0f} s of the guest's clock"
    )


def hangs_and_is_reset(machine: Machine) -> str:
    """The kernel stops; nothing but the hardware's watchdog can notice that."""
    machine.get(f"rm {PATIENCE} && systemctl daemon-reexec")
    limit = machine.get("systemctl show -P RuntimeWatchdogUSec")
    assert limit == "14s", f"RuntimeWatchdogSec is {limit}"
    name = machine.get("cat /sys/class/watchdog/watchdog0/identity")
    machine.until("grep -x active /sys/class/watchdog/watchdog0/state", 60)
    began = time.monotonic()
    # Its answer never comes.
    machine.ask("(sleep 1; echo c > /proc/sysrq-trigger) >/dev/null 2>&1 &")
    machine.wait_for_restart(RESET_S)
    return f"reset {time.monotonic() - began:.0f} s after the kernel stopped (14 s, {name})"
