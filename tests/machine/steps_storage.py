"""Root turns read-only, the plug is pulled again, and all goes back to what it was."""

import re
import time

from tests.machine.image import DATA_DEVICE, ROOT_DEVICE
from tests.machine.steps_power import LEDGER, PYTHON, check_ledger, keep_writing, sessions, written
from tests.machine.steps_units import KIOSK, SETTLE_S, UPLINK
from tests.machine.vm import GuestError, Machine

SCRIPT = "/usr/src/hinge-station/deploy/storage/read-only.sh"
FIRST_START_S = 600.0
LEAST_WRITTEN = 30
WRITTEN_S = 300.0


def first_start(machine: Machine) -> str:
    """What deploy/image does once, here while the station runs; the machine restarts by itself."""
    machine.get("systemctl start --no-block hinge-first-boot.service")
    try:
        machine.wait_for_restart(FIRST_START_S)
    except GuestError as late:
        said = machine.get("journalctl -b -q -o cat -u hinge-first-boot | tail -n 5")
        raise GuestError(f"{late}: {said}") from None
    return "done, and restarted by itself"


def is_read_only(machine: Machine, must: set[str]) -> tuple[set[str], str]:
    """The next start: only data can be written, a cut while sets are stored follows.

    Returns the sets that must be there after it.
    """
    machine.wait_for_agent()
    for unit in (UPLINK, KIOSK):
        machine.until(f"systemctl is-active {unit}", SETTLE_S, 2.0)
    machine.until("journalctl -b -q -u hinge-kiosk --grep '^\\[attract\\]'", 60, 1.0)
    status = machine.get(f"{SCRIPT} status")
    assert "ok: / is read-only" in status, status
    assert "wrong" not in status, status
    name = machine.get("hostname")
    assert re.fullmatch("hinge-[0-9a-f]{6}", name), f"the machine is called {name}"
    source = machine.get("findmnt -no SOURCE /var/lib/hinge-station")
    assert source.startswith(DATA_DEVICE), f"/var/lib/hinge-station is on {source}"
    refused = machine.ask("touch /etc/written").said
    assert "Read-only file system" in refused, f"/etc could be written: {refused}"
    machine.get(f"{SCRIPT} write touch /etc/written", 120)
    # Something may write there for a moment yet.
    machine.until("findmnt -no OPTIONS / | grep -q ^ro", 60)
    assert machine.ask("test -e /etc/written").code == 0
    failed = machine.get("systemctl list-units --failed --no-legend --plain | cut -d' ' -f1")
    assert failed == "", f"units that failed: {failed}"
    before = _all(machine)
    assert must <= before, f"{len(must - before)} sets are gone"
    keep_writing(machine)
    began = time.monotonic()
    while len(written(machine)) < LEAST_WRITTEN:
        assert time.monotonic() - began < WRITTEN_S, machine.get("cat /run/machine-writer.log")
        time.sleep(0.5)
    machine.picture("screen")
    machine.pull_the_plug()
    kept = written(machine)
    return before | kept, (
        f"called {name}; {status.splitlines()[-1]}; /etc refused, by `write` allowed; no unit "
        f"failed; {len(kept)} sets written when the plug was pulled"
    )


def taken_back(machine: Machine, must: set[str]) -> str:
    """After the cut nothing is lost, and `off` brings all of it home."""
    machine.wait_for_agent()
    machine.until(f"systemctl is-active {KIOSK}", SETTLE_S, 2.0)
    assert "ok: / is read-only" in machine.get(f"{SCRIPT} status")
    lost = must - _all(machine)
    assert not lost, f"{len(lost)} of {len(must)} finished sessions are gone"
    check_ledger(machine)
    said = machine.get(f"{SCRIPT} off", 300)
    lost = must - _all(machine)
    assert not lost, f"{len(lost)} of {len(must)} sets did not come back"
    source = machine.get("findmnt -no SOURCE --target /var/lib/hinge-station")
    assert source == ROOT_DEVICE, f"/var/lib/hinge-station is on {source}"
    machine.get(
        f"touch /etc/written && {PYTHON} -c 'import sqlite3; sqlite3.connect(\"{LEDGER}\")'"
    )
    return f"{len(must)} of {len(must)} sets there after the cut and again after `off`: {said[:40]}"


def _all(machine: Machine) -> set[str]:
    return sessions(machine, "demo") | sessions(machine, "simulated")
