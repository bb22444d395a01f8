"""`station doctor` as somebody meets it who has just hung a station on the wall."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station import settings as settings_file
from station.cli import main
from station.commands.doctoring import eyes, finding, gym, machine, trials
from station.commands.doctoring.finding import Finding
from station.errors import StationError
from station.ledger import Ledger
from station.settings import Settings
from tests.broker.parts import Client, GymBroker, gym_broker
from tests.uplink.parts import A_SET, Station, eventually, free_port

CHECKS = [
    *("Settings", "Data folder", "Disk", "Pose model", "Isolation", "Camera", "Display", "Touch"),
    *(
        "Graphics",
        "Sound",
        "Clock",
        "Processor",
        "Memory",
        "Ledger",
        "Network",
        "Uplink",
        "Broker",
        "Hub",
    ),
]

TOUCHSCREEN = """I: Bus=0019 Vendor=0000 Product=0001 Version=0000
N: Name="Power Button"
B: PROP=0
B: EV=3

I: Bus=0018 Vendor=0416 Product=038f Version=0000
N: Name="ILITEK ILITEK-TP"
H: Handlers=mouse1 event5
B: PROP=2
B: EV=b
B: KEY=400 0 0 0 0 0
B: ABS={axes}

I: Bus=0011 Vendor=0002 Product=0007 Version=01b1
N: Name="SynPS/2 Synaptics TouchPad"
B: PROP=5
B: ABS={axes}
"""


def states(found: Iterator[Finding]) -> dict[str, tuple[str, str]]:
    return {one.name: (one.state, one.says) for one in found}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Settings of a station whose data folder does not exist yet, with nobody at the broker."""
    path = tmp_path / "station.toml"
    path.write_text(
        f'[station]\ndata_dir = "{tmp_path / "data"}"\n[broker]\nport = {free_port()}\n'
        '[camera]\nsource = "/dev/video250"\n'
    )
    return path


def test_each_check_is_a_line_with_what_to_do_and_nothing_is_made_or_changed(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--config", str(file)]) == 1
    said = capsys.readouterr()
    heads = [line[6:19].strip() for line in said.out.splitlines() if line[:2].strip()]
    assert heads[: len(CHECKS)] == CHECKS
    text = " ".join(said.out.split())
    assert "fail Camera /dev/video250: there is no such device. → Plug it in" in text
    assert f"{tmp_path / 'data'} can be written to. It is made when the station" in text
    assert said.err == ""
    assert not (tmp_path / "data").exists()


def test_programs_get_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(file), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert [check["name"] for check in report["checks"]] == CHECKS
    for check in report["checks"]:
        assert check["state"] in {"ok", "warn", "fail"}
        assert check["says"].endswith((".", "?")), check
        assert (
            check["state"] == "ok"
            or check["do"]
            or "`station" in check["says"]
            or (check["says"] == "Not known without the broker.")
        ), f"and what is to be done? {check}"


def test_settings_that_cannot_be_read_are_all_there_is_to_say(tmp_path: Path, capsys: Any) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[camera]\nfps = 1000\n")
    assert main(["doctor", "--config", str(bad)]) == 1
    said = capsys.readouterr().out
    assert "camera.fps: Input should be less than" in said
    assert said.endswith("\n0 in order, 0 to look at, 1 failed.\n")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[GymBroker]:
    with gym_broker(tmp_path / "broker", "broker.gym.test") as running:
        running.let_in("rack-1", "secret")
        yield running


@pytest.fixture
def hub(broker: GymBroker) -> Iterator[Client]:
    """Online, and heard as the hub hears."""
    client = Client(broker, "hub", broker.hub_password, stations=False).start()
    client.publish("hinge/v1/hub/status", b'{"state":"online"}', retain=True)
    client.subscribe("hinge/v1/rack-1/status")
    yield client
    client.stop()


@pytest.fixture
def settings(broker: GymBroker, tmp_path: Path) -> Settings:
    data = tmp_path / "rack-1"
    data.mkdir()
    (data / "password").write_text("secret\n")
    (data / "password").chmod(0o600)
    return broker.station_settings("rack-1", data)


def test_before_the_uplink_runs_a_connection_is_tried(
    settings: Settings, broker: GymBroker, hub: Client, tmp_path: Path
) -> None:
    Ledger(settings.ledger).close()
    found = states(gym.gym(settings))
    assert found["Uplink"][0] == "fail"
    where = f"127.0.0.1:{broker.port}"
    assert found["Broker"] == ("ok", f"{where}: It takes this station. Secured by TLS.")
    assert found["Hub"] == ("ok", "It is online.")
    hub.publish("hinge/v1/hub/status", b'{"state":"offline"}', retain=True)
    assert states(gym.gym(settings))["Hub"][0] == "fail"
    (tmp_path / "rack-1" / "password").write_text("guess\n")
    (found_now,) = [one for one in gym.gym(settings) if one.name == "Broker"]
    assert found_now.state == "fail"
    assert "refuses user rack-1: wrong or missing password" in found_now.says
    assert found_now.do.startswith("Join anew: `station hub join-code` at the hub")
    assert hub.heard == [], "nobody was told that the station came or went"


def test_a_name_that_is_not_the_stations_is_found(
    settings: Settings, broker: GymBroker, hub: Client
) -> None:
    Ledger(settings.ledger).close()
    other = settings.model_copy(
        update={"station": settings.station.model_copy(update={"id": "rack-9"})}
    )
    state, says = states(gym.gym(other))["Broker"]
    assert state == "fail"
    assert says == "The broker's access list does not let rack-1 use hinge/v1/rack-9/health."


def test_while_the_uplink_runs_it_is_asked_and_not_disturbed(
    settings: Settings, broker: GymBroker, hub: Client
) -> None:
    station = Station(settings).start()
    try:
        eventually(lambda: (link := station.ledger.link()) and link.connected, "connected")
        eventually(lambda: hub.heard, "its birth")
        births = len(hub.heard)
        found = states(gym.gym(settings))
        assert {name: state for name, (state, _) in found.items()} == {
            "Uplink": "ok",
            "Broker": "ok",
            "Hub": "ok",
        }
        assert len(hub.heard) == births
        broker.stop()
        eventually(lambda: (link := station.ledger.link()) and not link.connected, "lost")
        state, says = states(gym.gym(settings))["Broker"]
        assert state == "fail"
        assert says.startswith("Not connected for ")
        assert f"127.0.0.1:{broker.port}" in says
    finally:
        station.end()
    assert states(gym.gym(settings))["Uplink"][0] == "fail", "it was stopped"


def test_what_waits_in_the_ledger_is_counted(settings: Settings) -> None:
    assert states(gym.ledger(settings))["Ledger"][1].endswith(
        "is made when the station first runs."
    )
    ledger = Ledger(settings.ledger)
    assert states(gym.ledger(settings))["Ledger"] == ("ok", "Every session has reached the gym.")
    ledger.finish(A_SET)
    ledger.finish(A_SET)
    assert states(gym.ledger(settings))["Ledger"] == ("ok", "Sessions still to be sent: 2.")
    ledger.close()


def test_a_damaged_ledger_is_found_and_left_as_it_is(settings: Settings) -> None:
    Ledger(settings.ledger).close()
    damaged = b"no database" * 1000
    settings.ledger.write_bytes(damaged)
    (found,) = gym.ledger(settings)
    assert found.state == "fail"
    assert "file is not a database" in found.says
    assert "moves the file aside" in found.do
    assert settings.ledger.read_bytes() == damaged


def test_a_certificate_that_ends_soon_is_said_at_the_hub(
    broker: GymBroker, settings: Settings
) -> None:
    from tests.broker.test_certificates import make_broker_certificate

    hub = settings.hub.model_copy(update={"broker_dir": broker.folder})
    at_the_hub = settings.model_copy(update={"hub": hub})
    assert list(gym.certificate(settings)) == []
    assert states(gym.certificate(at_the_hub))["Certificate"][0] == "ok"
    make_broker_certificate(broker.folder, "20200101000000Z", "20210101000000Z")
    (found,) = gym.certificate(at_the_hub)
    assert (found.state, "Jan  1 00:00:00 2021" in found.says) == ("fail", True)
    assert found.do == f"deploy/broker/certificates.sh {broker.folder}"


def test_a_password_that_others_can_read_fails(settings: Settings, file: Path) -> None:
    assert "Secrets" not in states(machine.settings_file(settings, file))
    assert settings.broker.password_file
    settings.broker.password_file.chmod(0o644)
    assert states(machine.settings_file(settings, file))["Secrets"][0] == "fail"


def test_a_joined_station_whose_file_goes_first_is_warned(file: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "joined.toml").write_text('[station]\nid = "rack-7"\n')
    loaded = settings_file.load(file)
    assert states(machine.settings_file(loaded, file))["Settings"][0] == "warn"


@pytest.mark.parametrize(("axes", "found"), [("260800000000003", True), ("3", False)])
def test_a_touchscreen_is_told_from_a_touchpad(axes: str, found: bool) -> None:
    devices = machine.touchscreens(TOUCHSCREEN.format(axes=axes))
    assert devices == (["ILITEK ILITEK-TP"] if found else [])


def test_a_display_is_found_where_the_kernel_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "DRM", tmp_path)
    monkeypatch.setattr(trials, "run", lambda _: {"renderer": "V3D 7.1.7"})
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert states(machine.display(Settings()))["Display"][0] == "fail"
    socket = tmp_path / "card1-HDMI-A-1"
    socket.mkdir()
    (socket / "status").write_text("connected\n")
    (socket / "modes").write_text("1920x1080\n1280x720\n")
    found = states(machine.display(Settings()))
    assert found["Display"] == ("ok", "One is connected to HDMI-A-1, 1920x1080 pixels.")
    assert found["Graphics"] == ("ok", "V3D 7.1.7 draws the screen.")


def test_what_draws_is_asked_of_the_graphics_themselves() -> None:
    assert trials.run("renderer")["renderer"].strip("? ")


def test_a_camera_in_use_is_not_opened_again(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.write_text("")
    assert eyes.who_has(device) is None
    with subprocess.Popen(["sleep", "60"], stdin=device.open()) as holder:
        assert eyes.who_has(device) == f"sleep (process {holder.pid})"
        holder.kill()


def test_a_camera_stays_shut_where_the_network_cannot_be_left(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    tried = []

    def refuse(name: str, **_: Any) -> dict[str, Any]:
        tried.append(name)
        raise StationError("Cannot leave the network (Operation not permitted).")

    monkeypatch.setattr(trials, "run", refuse)
    found = states(eyes.isolation_and_camera(settings))
    assert found["Isolation"][0] == "fail"
    assert found["Camera"] == ("warn", "Not tried: it stays shut while there is a network.")
    assert tried == ["isolation"]


def test_each_camera_is_told_with_what_it_really_gives(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    gives: dict[str, Any] = {
        "device": "/dev/v4l/by-id/usb-Cam-video-index0",
        "name": "Cam",
        "size": [1280, 720],
        "format": "MJPG",
        "fps": 29.9,
        "refused": [],
    }
    found = {
        "devices": [(gives["device"], "Cam"), ("/dev/video9", "Other")],
        "modules": [("picamera:0", "imx708")],
        "problem": "",
    }
    monkeypatch.setattr(eyes, "PROC", tmp_path)
    answers = {"isolation": {}, "cameras": found, "camera": gives}
    monkeypatch.setattr(trials, "run", lambda name, **_: answers[name])
    _, camera, other, module = eyes.isolation_and_camera(settings)
    assert (camera.state, camera.says) == (
        "ok",
        f"{gives['device']} (Cam) gives 1280 × 720 pixels, 30 a second, as MJPG.",
    )
    assert other.says == "Also there: /dev/video9 (Other)."
    assert module.says == "Also there: picamera:0 (imx708)."
    gives |= {"fps": 15.0, "refused": ["it takes no fixed exposure"]}
    _, camera, *_ = eyes.isolation_and_camera(settings)
    assert camera.state == "warn"
    assert "It takes no fixed exposure. It is slower than asked for" in camera.says


def test_a_camera_that_the_kiosk_has_open_is_found_by_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = tmp_path / "77"
    process.mkdir()
    (process / "comm").write_text("station-camera\n")
    words = ["python3", "-I", "-B", "-c", "…", "/opt", "picamera", "picamera:0", "{}", "1"]
    (process / "cmdline").write_bytes("\0".join(words).encode())
    monkeypatch.setattr(eyes, "PROC", tmp_path)
    for source in ("auto", "picamera:0"):
        assert eyes.at_work(source) == "picamera:0 is in use by the kiosk (process 77)"
    assert eyes.at_work("/dev/video0") is None


def test_a_file_in_place_of_a_camera_is_said(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    shown = Settings.model_validate({"camera": {"source": str(clip)}})
    assert states(eyes.isolation_and_camera(shown))["Camera"][0] == "fail"
    clip.write_text("")
    assert states(eyes.isolation_and_camera(shown))["Camera"][0] == "warn"


def test_a_trial_that_fails_leaves_one_sentence() -> None:
    with pytest.raises(StationError, match=r"^KeyError: 'nothing'$"):
        trials.run("nothing")


def test_a_name_is_not_said_twice() -> None:
    assert finding.plain("Disk", "Disk: 3 GB free") == "3 GB free."
    assert finding.plain("Camera", "Camera /dev/video0: no.") == "/dev/video0: no."
    assert finding.plain("Network", "Network: none. Is the cable in?") == "None. Is the cable in?"


@pytest.mark.parametrize(
    ("controllers", "state", "says"),
    [
        ("cpuset cpu io memory pids", "ok", "systemd can keep programs to their limits."),
        ("cpuset cpu io pids", "warn", "Limits do not hold"),
        (None, "ok", "Whether limits hold cannot be read"),
    ],
    ids=["on", "switched off by a Raspberry Pi's firmware", "cgroups of version 1"],
)
def test_memory_limits_that_do_not_hold_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, controllers: str | None, state: str, says: str
) -> None:
    file = tmp_path / "cgroup.controllers"
    if controllers is not None:
        file.write_text(controllers + "\n")
    monkeypatch.setattr(machine, "CONTROLLERS", file)
    found = states(machine.memory(Settings()))["Memory"]
    assert found[0] == state
    assert found[1].startswith(says)
