"""A station with its credentials can do its own work, and can neither write nor read another's."""

import socket
import ssl

import pytest

from tests.broker.conftest import Clients
from tests.broker.parts import NOT_AUTHORIZED, Client, GymBroker, pause
from tests.uplink.parts import eventually

WRITES = ("status", "info", "evt/session", "health", "cfg/reported", "res/identify")
READS = ("ack", "cfg/desired", "req/identify")
SUCCESS = {0x00, 0x10}
"""0x10: taken, nobody listens."""


def test_a_station_writes_all_of_its_own_and_nothing_else(connect: Clients) -> None:
    station = connect("rack-1")
    own = {leaf: station.publish(f"hinge/v1/rack-1/{leaf}") for leaf in WRITES}
    assert set(own.values()) <= SUCCESS, own
    for leaf in WRITES + READS:
        assert station.publish(f"hinge/v1/rack-2/{leaf}") == NOT_AUTHORIZED, leaf
    elsewhere = [f"hinge/v1/rack-1/{leaf}" for leaf in READS]
    elsewhere += ["hinge/v1/hub/status", "hinge/v1/rack-1", "hinge/v1/rack-1/other", "other"]
    for topic in elsewhere:
        assert station.publish(topic) == NOT_AUTHORIZED, topic


def test_a_station_hears_its_own_and_the_hub_and_nothing_of_another(connect: Clients) -> None:
    hub, other, station = connect("hub"), connect("rack-2"), connect("rack-1")
    # Retained before it subscribes, and live after.
    other.publish("hinge/v1/rack-2/status", b"retained", retain=True)
    hub.publish("hinge/v1/rack-2/cfg/desired", b"retained", retain=True)
    for topics in ("#", "hinge/v1/#", "hinge/v1/rack-2/#", "hinge/v1/+/evt/session", "+/+/+/ack"):
        station.subscribe(topics)
    station.subscribe("$share/thieves/hinge/v1/rack-2/evt/session")
    for leaf in WRITES:
        other.publish(f"hinge/v1/rack-2/{leaf}")
        station.publish(f"hinge/v1/rack-1/{leaf}")
    for leaf in READS:
        hub.publish(f"hinge/v1/rack-2/{leaf}")
        hub.publish(f"hinge/v1/rack-1/{leaf}")
    hub.publish("hinge/v1/hub/status")
    wanted = {f"hinge/v1/rack-1/{leaf}" for leaf in (*READS, "status")} | {"hinge/v1/hub/status"}
    eventually(lambda: wanted <= {topic for topic, _ in station.heard}, "its own")
    pause()
    assert {topic for topic, _ in station.heard} == wanted


def test_the_hub_hears_every_station_also_in_turns_with_another_hub(connect: Clients) -> None:
    hubs = [connect("hub", client_id="hub-1"), connect("hub", client_id="hub-2")]
    for hub in hubs:
        hub.subscribe("$share/ingest/hinge/v1/+/evt/session")
    stations = [connect("rack-1"), connect("rack-2")]
    for n in range(10):
        for station in stations:
            assert station.publish(f"hinge/v1/{station.user}/evt/session", b"%d" % n) == 0
    eventually(lambda: len(hubs[0].heard) + len(hubs[1].heard) == 20, "all, once")
    assert all(hub.heard for hub in hubs), "both had a share"
    assert hubs[0].publish("hinge/v1/rack-1/evt/session") == NOT_AUTHORIZED


def test_a_forged_will_is_not_published(connect: Clients) -> None:
    hub = connect("hub")
    hub.subscribe("hinge/v1/#")
    for will in ("hinge/v1/rack-2/status", "hinge/v1/hub/status", "hinge/v1/rack-1/status"):
        connect("rack-1", will=will).vanish()
        pause()
    eventually(lambda: hub.heard, "its own will")
    pause()
    assert hub.heard == [("hinge/v1/rack-1/status", b"forged")]


def test_a_station_cannot_take_anothers_place_by_its_client_id(connect: Clients) -> None:
    other = connect("rack-2", client_id="hinge-rack-2")
    thief = connect("rack-1", client_id="hinge-rack-2")
    pause()
    assert not other.ended.is_set()
    assert thief.publish("hinge/v1/rack-2/status") == NOT_AUTHORIZED


@pytest.mark.parametrize(("user", "password"), [("rack-1", "guess"), ("nobody", "x"), ("", "")])
def test_who_has_no_password_is_not_let_in(broker: GymBroker, user: str, password: str) -> None:
    client = Client(broker, user, password)
    if not user:
        client.client.username_pw_set(None)
    client.client.connect("127.0.0.1", broker.port)
    client.client.loop_start()
    try:
        eventually(lambda: client.refusal, "refused")
    finally:
        client.stop()
    assert client.refusal == NOT_AUTHORIZED


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_stations_must_speak_tls_of_our_time(broker: GymBroker) -> None:
    def version(context: ssl.SSLContext) -> str | None:
        with (
            socket.create_connection(("127.0.0.1", broker.port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as link,
        ):
            return link.version()

    def context(newest: ssl.TLSVersion) -> ssl.SSLContext:
        made = ssl.create_default_context(cafile=str(broker.folder / "ca.pem"))
        made.set_ciphers("DEFAULT:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = newest
        return made

    assert version(context(ssl.TLSVersion.TLSv1_3)) == "TLSv1.3"
    assert version(context(ssl.TLSVersion.TLSv1_2)) == "TLSv1.2"
    with pytest.raises(ssl.SSLError, match=r"(?i)version"):
        version(context(ssl.TLSVersion.TLSv1_1))
