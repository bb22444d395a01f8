"""What is true of a station that has just come up, seen from inside."""

import json
import time
from pathlib import Path

import cv2

from tests.machine.vm import Machine

KIOSK, UPLINK = "hinge-kiosk.service", "hinge-uplink.service"
SETTLE_S = 900.0
DRAWN_S = 120.0
FIRST_POSE_S = 600.0
"""An emulated processor takes minutes to load the pose model and for its first picture."""
PEER = "10.7.7.1"
"""An address of the guest's own, on an interface that leads nowhere."""
PROBE = "python3 /opt/hinge-machine/probe.py"
LEAST_EXPOSED = 2.5
RECORDING = "/opt/hinge-machine/demo.npz"
KIOSK_STATE = "/var/lib/hinge-station/remote/kiosk.json"
POSED = "/run/machine-posed.json"

KIOSK_PID = "$(pgrep -u hinge-kiosk -x station | head -n 1)"
"""The kiosk's own process, below cage; for shell text."""


def main_pid(machine: Machine, unit: str) -> str:
    """The unit's process: of the kiosk the one that draws, not cage."""
    if unit == KIOSK:
        return machine.get(f"echo {KIOSK_PID}")
    return machine.get(f"systemctl show -P MainPID {unit}")


def in_place_of(machine: Machine, unit: str, *probe: str) -> str:
    """What probe.py says in the unit's own control group and namespaces, as its user."""
    pid = main_pid(machine, unit)
    return machine.get(
        f"echo $BASHPID > /sys/fs/cgroup$(cut -d: -f3 /proc/{pid}/cgroup)/cgroup.procs; "
        f"exec nsenter -t {pid} -m -u -i -n "
        f"setpriv --reuid $(stat -c %u /proc/{pid}) --regid $(stat -c %g /proc/{pid})"
        " --groups $(grep Groups: /proc/" + pid + "/status | cut -f 2 | xargs | tr ' ' ,)"
        f" --no-new-privs {PROBE} {' '.join(probe)}"
    )


def in_group_of(machine: Machine, unit: str, *probe: str) -> str:
    """The same as root, with the unit's control group only: what its device rules alone allow."""
    pid = main_pid(machine, unit)
    return machine.get(
        f"echo $BASHPID > /sys/fs/cgroup$(cut -d: -f3 /proc/{pid}/cgroup)/cgroup.procs; "
        f"exec {PROBE} {' '.join(probe)}"
    )


def comes_up(machine: Machine) -> str:
    """Both units are ready and the first screen is drawn, on a machine without a network."""
    agent = machine.wait_for_agent()
    for unit in (UPLINK, KIOSK):
        machine.until(f"systemctl is-active {unit}", SETTLE_S, 2.0)
    machine.until("journalctl -b -q -u hinge-kiosk --grep '^\\[attract\\]'", 60, 1.0)
    drawn = until_drawn(machine, "0-first-screen")
    links = machine.get("ls /sys/class/net")
    assert links == "lo", f"a network is there: {links}"
    assert (restarts := restarts_of(machine, KIOSK)) == 0, f"the kiosk was restarted {restarts} x"
    assert restarts_of(machine, UPLINK) == 0, "the uplink was restarted"
    failed = machine.get("systemctl list-units --failed --no-legend --plain | cut -d' ' -f1")
    assert failed == "", f"units that failed: {failed}"
    return (
        f"commands run after {agent:.0f} s, uplink ready at {ready_at(machine, UPLINK):.0f} s, "
        f"kiosk ready at {ready_at(machine, KIOSK):.0f} s, first screen at "
        f"{screen_at(machine):.0f} s of the guest's clock, on the panel {drawn:.0f} s later; no "
        "network device but lo"
    )


def play_the_recording(machine: Machine, watchdog_s: int = 900) -> None:
    """Restart the kiosk with recorded landmarks instead of camera and pose model, until a reboot.

    Returns when it is ready.
    """
    folder = f"/run/systemd/system/{KIOSK}.d"
    machine.get(
        f"mkdir -p {folder}; printf '[Service]\\nEnvironment=MACHINE_SOURCE=--source={RECORDING}\\n"
        f"WatchdogSec={watchdog_s}\\n' > {folder}/zz-recording.conf"
    )
    machine.get(f"systemctl daemon-reload && systemctl restart {KIOSK}", SETTLE_S)


def until_drawn(machine: Machine, name: str) -> float:
    """Seconds until the panel shows something; what it shows then is kept as `name`."""
    began = time.monotonic()
    while not is_drawn(machine.picture(name)):
        assert time.monotonic() - began < DRAWN_S, "the panel is black"
        time.sleep(1)
    return time.monotonic() - began


def is_drawn(picture: Path) -> bool:
    """Whether a picture of the panel shows any colour: what a machine says before it has started
    its programs is white on black."""
    seen = cv2.imread(str(picture))
    return seen is not None and int((seen.max(axis=2) - seen.min(axis=2)).max()) > 64


def restarts_of(machine: Machine, unit: str) -> int:
    """How often systemd has started the unit anew by itself."""
    return int(machine.get(f"systemctl show -P NRestarts {unit}"))


def ready_at(machine: Machine, unit: str) -> float:
    """Seconds from the kernel's start until the unit said READY."""
    return int(machine.get(f"systemctl show -P ActiveEnterTimestampMonotonic {unit}")) / 1e6


def screen_at(machine: Machine) -> float:
    """Seconds from the kernel's start until the kiosk said what its first screen shows."""
    line = machine.get(
        "journalctl -b -q -o json -u hinge-kiosk --grep '^\\[attract\\]' | head -n 1"
    )
    return int(json.loads(line)["__MONOTONIC_TIMESTAMP"]) / 1e6


def stays_together(machine: Machine) -> str:
    """Every process of the kiosk is in its unit's own control group, where its limits hold."""
    listed = machine.get(
        "for p in $(pgrep -u hinge-kiosk); do echo $(cat /proc/$p/comm) $(cut -d: -f3 "
        "/proc/$p/cgroup); done"
    )
    stray = [
        line
        for line in listed.splitlines()
        if f"/{KIOSK}" not in line and "systemd" not in line and "sd-pam" not in line
    ]
    assert listed, "the kiosk has no process"
    assert not stray, f"outside of {KIOSK}: {'; '.join(stray)}"
    return f"{len(listed.splitlines())} processes, all in {KIOSK}"


def kiosk_has_no_network(machine: Machine) -> str:
    """The machine has a network now, the uplink reaches it, the kiosk does not."""
    machine.get(
        "ip link add gym0 type dummy && ip address add 10.7.7.1/24 dev gym0 && ip link set gym0 up "
        f"&& ip link set lo up; (nohup {PROBE} listen {PEER} 8000 >/dev/null 2>&1 &)"
    )
    machine.until(f"{PROBE} connect {PEER} 8000 | grep -x connected", 120)
    uplink = in_place_of(machine, UPLINK, "connect", PEER, "8000")
    assert uplink == "connected", f"not even the uplink reaches the machine's network: {uplink}"
    beyond = in_place_of(machine, UPLINK, "connect", "203.0.113.1", "8000")
    assert beyond != "connected"
    kiosk = in_place_of(machine, KIOSK, "connect", PEER, "8000")
    assert kiosk == "ENETUNREACH", f"from the kiosk's place: {kiosk}"
    links = in_place_of(machine, KIOSK, "interfaces")
    assert links == "lo", f"interfaces that the kiosk sees: {links}"
    own = machine.get(f"readlink /proc/{KIOSK_PID}/ns/net; readlink /proc/1/ns/net").split()
    assert own[0] != own[1]
    return "sees lo only, connect: ENETUNREACH; the uplink connects to the same address"


def uplink_has_no_camera(machine: Machine) -> str:
    """The kiosk has the camera open; where the uplink is, it cannot be opened."""
    device = "/dev/video0"
    # By a process of its own, which the kiosk starts in its place.
    held = machine.get(
        f"for p in $(pgrep -u hinge-kiosk); do ls -l /proc/$p/fd; done | grep -c {device} || true"
    )
    assert held != "0", "the kiosk has no camera open"
    assert machine.get(f"{PROBE} open {device}") == "opened"
    kiosk = in_place_of(machine, KIOSK, "open", device)
    assert kiosk == "opened", f"in the kiosk's place: {kiosk}"
    seen = in_place_of(machine, UPLINK, "open", device)
    assert seen == "ENOENT", f"in the uplink's place: {seen}"
    group = in_group_of(machine, UPLINK, "open", device)
    assert group == "EPERM", f"in the uplink's control group, as root: {group}"
    disk = in_group_of(machine, KIOSK, "open", "/dev/vda")
    assert disk == "EPERM", f"the disk, in the kiosk's control group: {disk}"
    return "uplink: ENOENT, as root in its control group EPERM; kiosk: opened, but not the disk"


def share_the_ledger(machine: Machine) -> str:
    """Whichever of the two made its files, the other can write them."""
    folder = "/var/lib/hinge-station"
    for user in ("hinge-kiosk", "hinge-uplink"):
        shut = machine.get(
            f"for f in {folder}/ledger.db*; do setpriv --reuid {user} --regid hinge --init-groups "
            "test -w $f || echo $f; done"
        )
        assert shut == "", f"{user} cannot write {shut.splitlines()}"
    return machine.get(f"ls -l {folder}/ledger.db | cut -d ' ' -f 1,3,4") + ": both can write"


def is_hardened(machine: Machine) -> str:
    """What systemd itself says of the units, in the guest."""
    scores = {}
    for unit in (KIOSK, UPLINK):
        said = machine.get(f"systemd-analyze security --no-pager {unit} | tail -n 1", 120)
        scores[unit.removesuffix(".service")] = float(said.split(":")[1].split()[0])
    assert max(scores.values()) <= LEAST_EXPOSED, f"more exposed than {LEAST_EXPOSED}: {scores}"
    return ", ".join(f"{unit} {score}" for unit, score in scores.items())


def keeps_to_its_memory(machine: Machine) -> str:
    """The limits are in force in the kernel, and what the programs take is below them."""
    said = []
    for unit, most_mib in ((KIOSK, 1500), (UPLINK, 160)):
        group = f"/sys/fs/cgroup{machine.get(f'systemctl show -P ControlGroup {unit}')}"
        limit = int(machine.get(f"cat {group}/memory.max"))
        assert limit == most_mib * 2**20, f"{unit}: memory.max is {limit}"
        now = int(machine.get(f"cat {group}/memory.current"))
        peak = machine.ask(f"cat {group}/memory.peak")
        most = int(peak.said) if peak.code == 0 else now
        events = dict(
            line.split() for line in machine.get(f"cat {group}/memory.events").splitlines()
        )
        assert events["high"] == "0", f"{unit} was slowed down at its MemoryHigh {events}"
        assert int(events["oom_kill"]) == 0
        said.append(f"{unit.removesuffix('.service')} {now >> 20} MiB now, {most >> 20} at most")
    return "; ".join(said)


def starts_in_time(machine: Machine) -> str:
    """systemd's own account of the boot, and the longest units of it."""
    machine.until("systemctl is-system-running | grep -Eq 'running|degraded'", 300, 2.0)
    took = machine.get("systemd-analyze time | head -n 1")
    return took.split("Startup finished in ")[-1]


def until_posed(machine: Machine) -> None:
    """Until the camera is live and a pose has been inferred; what the kiosk said then is kept.

    It tells so only while the pose is fresh, which it is not most of the time where one takes long.
    """
    machine.until(
        f'grep \'"camera":"live"\' {KIOSK_STATE} | grep \'"inference_ms":[0-9]\' > {POSED}',
        FIRST_POSE_S,
    )


def infers(machine: Machine) -> str:
    """Poses come from the virtual camera through MediaPipe, as the kiosk tells the uplink."""
    until_posed(machine)
    state = json.loads(machine.get(f"cat {POSED}"))
    camera = machine.get("journalctl -b -q -o cat -u hinge-kiosk | grep 'Camera /dev' | tail -n 1")
    return f"inference {state['inference_ms'] / 1000:.1f} s; {camera[-60:]}"
