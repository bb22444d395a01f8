"""What deploy/install-hub.sh does to a machine."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.install.machine import PROGRAM, Machine

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None or not shutil.which("mosquitto_passwd"),
    reason="needs mosquitto, and root: it makes users, in a mount namespace of its own",
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    shutil.rmtree(machine.at("etc/mosquitto"), ignore_errors=True)
    # The hub's user must reach the programs that are played.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o755)
    return machine


def install(machine: Machine, *arguments: str) -> str:
    done = machine.run("install-hub.sh", "--settle", "0", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_server_is_installed_with_its_broker(machine: Machine) -> None:
    said = install(machine, "hub.gym.lan", "10.1.2.3")
    assert "staff's page: http://hub.gym.lan:8080/" in said
    assert "journalctl -u hinge-hub | grep 'Set-up code'" in said
    settings = machine.at("etc/hinge-hub/hub.toml").read_text()
    assert 'broker_dir = "/var/lib/hinge-hub/broker"' in settings
    assert "stations_port = 8883" in settings
    broker = machine.at("var/lib/hinge-hub/broker")
    assert (broker / "broker.names").read_text().split()[:2] == ["hub.gym.lan", "10.1.2.3"]
    assert "user hinge-hub" in (broker / "mosquitto.conf").read_text()
    assert (broker / "hub-password").stat().st_uid == broker.stat().st_uid != 0
    started = [line for line in machine.said_to("systemctl") if line.startswith("restart")]
    assert started == [
        "restart mosquitto.service",
        "restart hinge-hub.service",
        "restart hinge-certificates.timer",
    ]


def test_ports_and_names_stay_as_they_were(machine: Machine) -> None:
    install(machine, "--stations-port", "9883", "--hub-port", "2883", "--port", "9080", "hub.lan")
    said = install(machine)
    settings = machine.at("etc/hinge-hub/hub.toml").read_text()
    assert "stations_port = 9883" in settings
    assert "port = 2883" in settings
    assert "http://hub.lan:9080/" in said


def test_a_broker_that_serves_something_else_is_left_to_it(machine: Machine) -> None:
    (machine.at("etc/mosquitto/conf.d")).mkdir(parents=True)
    (machine.at("etc/mosquitto/conf.d") / "home.conf").write_text("listener 1883\n")
    done = machine.run("install-hub.sh", "--settle", "0")
    assert done.returncode == 2
    assert "--take-broker" in done.stderr
    assert not machine.at("etc/hinge-hub").exists()
    install(machine, "--take-broker")


def test_a_key_of_another_certificate_stops_before_anything_is_changed(machine: Machine) -> None:
    files = [str(machine.folder / name) for name in ("page.pem", "page.key", "other.key")]
    for key in files[1:]:
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                ),
                *("-nodes", "-subj", "/CN=hub", "-out", files[0], "-keyout", key),
            ],
            check=True,
            capture_output=True,
        )
    done = machine.run("install-hub.sh", "--tls-certificate", files[0], "--tls-key", files[1])
    assert done.returncode == 2
    assert done.stderr.endswith("page.key is not the key of " + files[0] + ".\n")
    assert not machine.at("etc/hinge-hub").exists()
    said = install(machine, "--tls-certificate", files[0], "--tls-key", files[2], "hub.lan")
    assert "staff's page: https://hub.lan:8080/" in said
    kept = machine.at("etc/hinge-hub/page.key")
    assert kept.stat().st_mode & 0o777 == 0o640
    assert 'tls_key = "/etc/hinge-hub/page.key"' in (
        machine.at("etc/hinge-hub/hub.toml").read_text()
    )


def test_the_store_is_copied_before_a_newer_version_changes_it(machine: Machine) -> None:
    backs_up = PROGRAM.replace("esac", 'hub) [ "$2" = backup ] && cp "$DATA" "${!#}" ;;\nesac')
    machine.program(backs_up.replace("$DATA", "/var/lib/hinge-hub/hub.db"))
    install(machine)
    store = machine.at("var/lib/hinge-hub/hub.db")
    store.write_text("sessions")
    store.chmod(0o644)
    machine.program(PROGRAM)
    install(machine)
    (copy,) = machine.at("var/lib/hinge-hub").glob("before-*.db")
    assert copy.read_text() == "sessions"
    assert copy.name == f"before-{machine.current()}.db"


def hub_that(reads: int, then: str) -> str:
    """A version whose hub knows `reads` migrations, brings the store to them, and then does
    `then`: stays or fails."""
    return PROGRAM.replace(
        "--version)",
        f"""--version)
    made="${{0%/bin/*}}/lib/python3.11/site-packages/station/hub/migrations"
    mkdir -p "$made"; for n in $(seq {reads}); do echo >"$made/000${{n}}_x.sql"; done ;;
hub)
    case $2 in
    backup) cp /var/lib/hinge-hub/hub.db "${{!#}}" ;;
    restore) cp "${{!#}}" /var/lib/hinge-hub/hub.db ;;
    esac ;;
starts)
    if [ "$2" = hinge-hub.service ]; then
        runuser -u hinge-hub -- python3 -c "
import sqlite3
store = sqlite3.connect('/var/lib/hinge-hub/hub.db')
now = store.execute('PRAGMA user_version').fetchone()[0]
assert now <= {reads}, 'newer'
store.execute('CREATE TABLE IF NOT EXISTS session (id)')
store.execute('INSERT INTO session VALUES ({reads})')
store.execute('PRAGMA user_version = {reads}')
store.commit()" && {then}
    fi ;;
played)""",
    )


def kept_in(store: Path) -> tuple[int, list[int]]:
    """Its schema, and by which versions' hubs sessions were received."""
    with closing(sqlite3.connect(store)) as opened:
        (schema,) = opened.execute("PRAGMA user_version").fetchone()
        return schema, [reads for (reads,) in opened.execute("SELECT id FROM session")]


def test_a_store_that_a_failing_version_has_changed_is_given_back(machine: Machine) -> None:
    machine.program(hub_that(6, "true"))
    install(machine)
    good = machine.current()
    data = machine.at("var/lib/hinge-hub")
    machine.program(hub_that(7, "false"))
    done = machine.run("install-hub.sh", "--settle", "0")
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1].endswith(f"Version {good} runs again.")
    assert kept_in(data / "hub.db") == (6, [6, 6])
    # What the version that failed had received meanwhile is not thrown away.
    (newer,) = data.glob("newer-*.db")
    assert kept_in(newer) == (7, [6, 7])
    assert newer.name in done.stderr
    # The same command again makes its copy of what is there now.
    assert machine.run("install-hub.sh", "--settle", "0").returncode == 1
    assert kept_in(data / "hub.db") == (6, [6, 6, 6])


def test_a_copy_is_not_replaced_by_what_the_version_in_use_cannot_read(machine: Machine) -> None:
    machine.program(hub_that(6, "true"))
    install(machine)
    data = machine.at("var/lib/hinge-hub")
    machine.program(hub_that(7, "false").replace("backup)", "backup) exit 1 ;;\n    other)"))
    done = machine.run("install-hub.sh", "--settle", "0")
    (copy,) = data.glob("before-*.db")
    assert f"sudo station hub restore /var/lib/hinge-hub/{copy.name}" in done.stderr
    machine.run("install-hub.sh", "--settle", "0")
    assert kept_in(copy) == (6, [6])


def test_going_back_on_purpose_does_not_lose_what_was_received_since(machine: Machine) -> None:
    for reads in (6, 7):
        machine.program(hub_that(reads, "true"))
        install(machine)
    newer = machine.current()
    back = machine.run("install-hub.sh", "--settle", "0", "--back")
    assert back.returncode == 2
    assert "cannot read the store as it is now, so nothing was switched" in back.stderr
    assert machine.current() == newer
    assert kept_in(machine.at("var/lib/hinge-hub/hub.db")) == (7, [6, 7])
    # As the sentence says.
    machine.run("/usr/local/bin/station", "hub", "restore", f"/var/lib/hinge-hub/before-{newer}.db")
    install(machine, "--back")
    assert machine.current() != newer


def test_the_broker_goes_back_with_the_version(machine: Machine) -> None:
    install(machine)
    template = machine.checkout / "deploy/broker/mosquitto.conf.in"
    template.write_text(template.read_text() + "# newer\n")
    machine.program(PROGRAM.replace("esac", "starts) false ;;\nesac"))
    assert machine.run("install-hub.sh", "--settle", "0").returncode == 1
    conf = machine.at("var/lib/hinge-hub/broker/mosquitto.conf")
    assert "# newer" not in conf.read_text()

    machine.program(PROGRAM)
    install(machine)
    assert "# newer" in conf.read_text()
    install(machine, "--back")
    assert "# newer" not in conf.read_text()


def test_the_stations_installer_leaves_the_servers_version_alone(machine: Machine) -> None:
    install(machine)
    before = machine.current()
    machine.program(PROGRAM + "# newer\n")
    done = machine.run("install-station.sh", "--settle", "0")
    assert done.returncode == 2
    assert "the gym's server as well" in done.stderr
    assert machine.current() == before


def test_station_and_server_share_a_machine_and_leave_it_one_at_a_time(machine: Machine) -> None:
    install(machine)
    both = machine.run("install-station.sh", "--settle", "0")
    assert both.returncode == 0, both.stderr
    assert machine.said_to("environments") == ["made"]
    gone = machine.run("install-station.sh", "--uninstall", "--purge")
    assert gone.returncode == 0
    assert "the other program on this machine runs from it" in gone.stdout
    assert machine.current()
    install(machine, "--uninstall")
    assert not machine.at("opt/hinge-station").exists()
    assert machine.at("etc/hinge-hub/hub.toml").exists()
    assert not machine.at("etc/systemd/system/mosquitto.service.d").exists()


def test_each_command_runs_as_the_user_whose_files_it_touches(machine: Machine) -> None:
    machine.program(
        PROGRAM.replace("esac", '*) echo "$(id -un) $STATION_CONFIG $(umask)" ;;\nesac')
    )
    station, hub = "/etc/hinge-station/station.toml 0007", "/etc/hinge-hub/hub.toml 0007"

    def says(*command: str) -> str:
        return machine.run("/usr/local/bin/station", *command).stdout.strip()

    install(machine)
    assert says("hub", "join-code", "rack-2") == says("doctor") == f"hinge-hub {hub}"
    machine.run("install-station.sh", "--settle", "0")
    assert says("hub", "stations") == says("settings") == f"hinge-hub {hub}"
    assert says("join", "http://hub:8080") == says("doctor") == f"hinge-uplink {station}"
    assert says("pin", "/var/lib/hinge-station/pin") == f"hinge-kiosk {station}"
