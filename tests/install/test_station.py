"""What deploy/install-station.sh does to a machine, from the first time to its removal."""

import os
import shutil
from pathlib import Path

import pytest

from tests.install.machine import PROGRAM, Machine

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="needs root: it makes users, in a mount namespace of its own",
)

FAILS = PROGRAM.replace("esac", "starts) [ $2 != hinge-kiosk.service ] ;;\nesac")
FALLS = PROGRAM.replace("esac", "stays) [ $2 != hinge-uplink.service ] ;;\nesac")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def install(machine: Machine, *arguments: str) -> str:
    done = machine.run("install-station.sh", "--settle", "0", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_dry_run_says_every_step_and_changes_nothing(machine: Machine) -> None:
    before = machine.everything()
    said = install(machine, "--dry-run", "--rotate", "90", "--source", "/dev/v4l/by-id/cam")
    steps = [line.removeprefix("== ") for line in said.splitlines() if line.startswith("== ")]
    assert steps[:-1] == [
        "system packages",
        "users and folders",
        "version",
        "settings",
        "pose model",
        "screen, touch and machine",
    ]
    assert steps[-1].startswith("switching to version 1.0-")
    assert "would run: systemctl --quiet enable hinge-kiosk.service" in said
    assert machine.everything() == before
    assert machine.said_to("apt") == machine.said_to("pip") == []


def test_a_station_is_installed_and_the_second_time_nothing_is_left_to_do(machine: Machine) -> None:
    said = install(machine, "--source", "/dev/v4l/by-id/cam", "--language", "de")
    assert "this machine is a station, version 1.0-" in said
    settings = machine.at("etc/hinge-station/station.toml")
    assert 'source = "/dev/v4l/by-id/cam"' in settings.read_text()
    assert 'language = "de"' in settings.read_text()
    assert 'data_dir = "/var/lib/hinge-station"' in settings.read_text()
    assert settings.stat().st_mode & 0o777 == 0o640
    assert machine.at("var/lib/hinge-station").stat().st_mode & 0o7777 == 0o2770
    assert "restart hinge-uplink.service" in machine.said_to("systemctl")

    before = machine.everything()
    again = install(machine, "--dry-run")
    assert [line for line in again.splitlines() if line.startswith("   would run")] == [
        "   would run: /opt/hinge-station/versions/"
        f"{machine.current()}/bin/station {what} /etc/hinge-station/station.toml"
        for what in ("config check", "models --config")
    ] + ["   would run: systemctl daemon-reload"]
    install(machine)
    after = machine.everything()
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed == set()
    assert machine.said_to("environments") == ["made"]


def test_what_staff_wrote_into_the_settings_stays(machine: Machine) -> None:
    install(machine)
    settings = machine.at("etc/hinge-station/station.toml")
    settings.write_text(settings.read_text() + "\n[sound]\nvolume = 0.2 # the room echoes\n")
    machine.program(PROGRAM + "# newer\n")
    install(machine, "--source", "0")
    assert "volume = 0.2 # the room echoes" in settings.read_text()
    assert 'source = "0"' in settings.read_text()


def test_settings_that_the_version_refuses_never_get_into_the_file(machine: Machine) -> None:
    install(machine)
    settings = machine.at("etc/hinge-station/station.toml")
    before = settings.read_text()
    machine.program(PROGRAM.replace("esac", "config) echo 'too small' >&2; exit 2 ;;\nesac"))
    done = machine.run("install-station.sh", "--settle", "0", "--panel-mm", "19")
    assert done.returncode == 2
    assert "/etc/hinge-station/station.toml is as it was, and nothing was switched" in done.stderr
    assert settings.read_text() == before
    assert os.listdir(settings.parent) == ["before-install", "station.toml"]


def test_a_newer_checkout_is_switched_to_and_the_version_before_is_kept(machine: Machine) -> None:
    versions = []
    for number in range(3):
        machine.program(PROGRAM + f"# {number}\n")
        install(machine)
        versions.append(machine.current())
    assert len(set(versions)) == 3
    there = sorted(os.listdir(machine.at("opt/hinge-station/versions")))
    assert there == sorted(versions[1:])
    assert os.readlink(machine.at("opt/hinge-station/previous")) == f"versions/{versions[1]}"

    install(machine, "--back")
    assert machine.current() == versions[1]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (FAILS, "hinge-kiosk.service did not start"),
        (FALLS, "hinge-uplink.service started and did not stay up"),
    ],
    ids=["does not start", "does not stay up"],
)
def test_a_version_that_fails_gives_way_to_the_one_before(
    machine: Machine, program: str, why: str
) -> None:
    install(machine)
    good = machine.current()
    machine.program(program)
    done = machine.run("install-station.sh", "--settle", "2")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert why in last
    assert last.endswith(f"Version {good} runs again.")
    assert "what the log says" in done.stderr
    assert machine.current() == good
    assert not machine.at("opt/hinge-station/previous").is_symlink()
    # The same command on the same checkout tries it again, without building it again.
    assert len(machine.said_to("environments")) == 2
    assert machine.run("install-station.sh", "--settle", "2").returncode == 1
    assert len(machine.said_to("environments")) == 2
    assert machine.current() == good


def test_a_switch_that_was_cut_off_still_finds_its_way_back(machine: Machine) -> None:
    install(machine)
    good = machine.current()
    machine.program(FAILS)
    cut = machine.run("install-station.sh", "--no-start")
    assert cut.returncode == 0
    assert machine.current() != good
    done = machine.run("install-station.sh", "--settle", "0")
    assert done.returncode == 1
    assert machine.current() == good


def test_a_good_version_is_not_given_up_for_one_that_nobody_saw_running(machine: Machine) -> None:
    install(machine)
    good = machine.current()
    for number in range(2):
        machine.program(FAILS + f"# {number}\n")
        machine.units_are_down()
        assert machine.run("install-station.sh", "--no-start").returncode == 0
        assert os.readlink(machine.at("opt/hinge-station/previous")) == f"versions/{good}"
    done = machine.run("install-station.sh", "--settle", "0")
    assert done.returncode == 1
    assert machine.current() == good


def test_a_version_of_an_image_counts_as_good_when_it_runs(tmp_path: Path) -> None:
    machine = Machine(tmp_path, systemd=False)
    install(machine)
    image = machine.current()
    machine.at("run/systemd/system").mkdir(parents=True)
    machine.program(FAILS)
    assert machine.run("install-station.sh", "--no-start").returncode == 0
    machine.units_are_down()
    done = machine.run("install-station.sh", "--settle", "0")
    assert done.returncode == 1
    assert machine.current() == image


def test_versions_that_failed_do_not_fill_the_disk(machine: Machine) -> None:
    install(machine)
    for number in range(3):
        machine.program(FAILS + f"# {number}\n")
        assert machine.run("install-station.sh", "--settle", "0").returncode == 1
    assert len(os.listdir(machine.at("opt/hinge-station/versions"))) == 2


def test_touch_goes_back_with_the_version(machine: Machine) -> None:
    install(machine, "--rotate", "90")
    rules = machine.at("etc/udev/rules.d/70-hinge-station.rules")
    before = rules.read_text()
    template = machine.checkout / "deploy/udev/70-hinge-station.rules.in"
    template.write_text(template.read_text() + "# newer\n")
    machine.program(FAILS)
    assert machine.run("install-station.sh", "--settle", "0").returncode == 1
    assert rules.read_text() == before


def test_the_first_version_that_fails_is_left_for_systemd_to_try(machine: Machine) -> None:
    machine.program(FAILS)
    done = machine.run("install-station.sh", "--settle", "0")
    assert done.returncode == 1
    assert "There is no version before this one" in done.stderr


def test_an_interruption_is_gone_on_from(machine: Machine) -> None:
    (machine.folder / "no-network").touch()
    done = machine.run("install-station.sh", "--settle", "0")
    assert done.returncode == 2
    assert "the same command goes on from here" in done.stderr
    assert not machine.at("opt/hinge-station/current").exists()
    (machine.folder / "no-network").unlink()
    install(machine)
    assert machine.said_to("environments") == ["made"]


def test_what_a_power_cut_left_half_built_is_built_anew(machine: Machine) -> None:
    (machine.folder / "no-network").touch()
    assert machine.run("install-station.sh", "--settle", "0").returncode == 2
    (begun,) = machine.at("opt/hinge-station/versions").iterdir()
    (begun / ".boot").write_text("another boot\n")
    (machine.folder / "no-network").unlink()
    install(machine)
    assert machine.said_to("environments") == ["made", "made"]


def test_a_version_with_the_same_lock_needs_no_network(machine: Machine) -> None:
    install(machine)
    before = machine.current()
    (machine.folder / "no-network").touch()
    machine.program(PROGRAM + "# newer\n")
    install(machine)
    assert machine.current() != before
    assert os.listdir(machine.at("opt/hinge-station/wheels")) == ["numpy.whl"]


def test_without_a_network_a_folder_of_wheels_is_enough(machine: Machine) -> None:
    (machine.folder / "no-network").touch()
    wheels = machine.folder / "wheels"
    wheels.mkdir()
    (wheels / "hinge_station-1.2-py3-none-any.whl").write_text(PROGRAM)
    shutil.rmtree(machine.checkout / "station")
    model = machine.folder / "own.task"
    model.write_text("a model")
    install(machine, "--wheels", str(wheels), "--model", str(model))
    assert machine.current().startswith("1.2-")
    assert [line for line in machine.said_to("pip") if " download " in line] == []
    assert f"no_index=1 links={wheels}" in machine.said_to("pip")[0]
    there = machine.at("var/lib/hinge-station/models/pose_landmarker_full.task")
    assert there.read_text() == "a model"


def test_in_a_root_without_a_running_systemd_it_starts_at_the_next_boot(tmp_path: Path) -> None:
    machine = Machine(tmp_path, systemd=False)
    said = install(machine)
    assert "start when this system boots" in said
    asked = machine.said_to("systemctl")
    assert "--quiet enable hinge-kiosk.service" in asked
    assert not [line for line in asked if "restart" in line or "daemon" in line]


def test_picture_and_touch_are_turned_together(machine: Machine) -> None:
    install(machine, "--rotate", "270")
    drop_in = machine.at("etc/systemd/system/hinge-kiosk.service.d/50-screen.conf")
    rules = machine.at("etc/udev/rules.d/70-hinge-station.rules")
    assert "HINGE_ROTATE=270" in drop_in.read_text()
    assert 'LIBINPUT_CALIBRATION_MATRIX}="0 -1 1 1 0 0"' in rules.read_text()
    install(machine)
    assert "HINGE_ROTATE=270" in drop_in.read_text()
    install(machine, "--rotate", "0")
    assert 'LIBINPUT_CALIBRATION_MATRIX}="1 0 0 0 1 0"' in rules.read_text()


def test_an_address_beyond_the_private_ranges_is_a_drop_in(machine: Machine) -> None:
    install(machine, "--allow", "203.0.113.7", "--allow", "2001:db8::/32")
    drop_in = machine.at("etc/systemd/system/hinge-uplink.service.d/60-addresses.conf")
    assert drop_in.read_text().endswith("[Service]\nIPAddressAllow=203.0.113.7 2001:db8::/32\n")
    install(machine)
    assert drop_in.exists()
    install(machine, "--allow", "none")
    assert not drop_in.exists()


def test_purging_waits_until_the_data_partition_is_out_of_the_way(machine: Machine) -> None:
    install(machine)
    machine.at("etc/hinge-station/read-only.record").write_text("data=UUID=1\n")
    before = machine.everything()
    done = machine.run("install-station.sh", "--uninstall", "--purge")
    assert done.returncode == 2
    assert done.stderr.endswith("deploy/storage/read-only.sh off\n")
    assert machine.everything() == before


def test_a_raspberry_pi_keeps_to_memory_limits_from_its_next_start(machine: Machine) -> None:
    line = machine.at("boot/firmware/cmdline.txt")
    line.parent.mkdir()
    line.write_text("console=tty1 root=PARTUUID=1-02 rootwait\n")
    assert "memory limits hold from the next start" in install(machine)
    assert line.read_text() == "console=tty1 root=PARTUUID=1-02 rootwait cgroup_enable=memory\n"
    assert "memory limits" not in install(machine)
    install(machine, "--uninstall")
    assert line.read_text() == "console=tty1 root=PARTUUID=1-02 rootwait\n"


def test_a_word_on_the_kernels_line_that_was_there_before_stays_there(machine: Machine) -> None:
    line = machine.at("boot/firmware/cmdline.txt")
    line.parent.mkdir()
    line.write_text(before := "console=tty1 cgroup_enable=memory rootwait\n")
    install(machine)
    install(machine, "--uninstall")
    assert line.read_text() == before


def test_removing_keeps_what_was_recorded_and_purging_leaves_nothing(machine: Machine) -> None:
    before = machine.everything()
    install(machine)
    recorded = machine.at("var/lib/hinge-station/ledger.db")
    recorded.write_text("sets")
    install(machine, "--uninstall")
    assert recorded.read_text() == "sets"
    assert machine.at("etc/hinge-station/station.toml").exists()
    assert not machine.at("opt/hinge-station").exists()
    assert list(machine.at("etc/systemd/system").glob("hinge-*")) == []
    install(machine, "--uninstall", "--purge")
    after = machine.everything()
    left = after.keys() - before.keys()
    # useradd keeps copies of the files that it changes; empty folders are anybody's.
    assert {
        path for path in left if not path.endswith("-") and not machine.at(path).is_dir()
    } == set()
    assert "hinge" not in machine.at("etc/passwd").read_text()
    assert "hinge" not in machine.at("etc/group").read_text()


def test_missing_system_packages_are_asked_for_in_one_go(machine: Machine) -> None:
    (machine.folder / "lacks-packages").touch()
    install(machine)
    (line,) = [line for line in machine.said_to("apt") if " install " in line]
    assert " cage xwayland " in line
    assert "--no-install-recommends" in line
    assert "picamera2" not in line


def test_a_power_cut_among_the_packages_leaves_nothing_behind(machine: Machine) -> None:
    (machine.folder / "lacks-packages").touch()
    policy = machine.at("usr/sbin/policy-rc.d")
    policy.write_text("#!/bin/sh\n# while hinge-station is installed\nexit 101\n")
    install(machine)
    assert not policy.exists()
    asked = [line for line in machine.said_to("apt") if "update" not in line]
    assert asked[0] == "dpkg --configure -a"
    assert " install " in asked[1]

    policy.write_text("#!/bin/sh\nexit 104 # the gym's own\n")
    install(machine)
    assert policy.read_text().endswith("the gym's own\n")
