"""The scripts of deploy/broker: made once, renewed in time, for nobody else to read."""

import socket
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

from tests.broker.parts import GymBroker, gym_broker, run_script
from tests.uplink.parts import eventually


def openssl(*arguments: object) -> str:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return done.stdout


def make_broker_certificate(
    folder: Path, start: str, end: str, names: str = "IP:127.0.0.1"
) -> None:
    """A certificate of the folder's authority in place of the broker's."""
    config = folder / "test.cnf"
    (folder / "test.index").write_text("")
    config.write_text(
        "[ca]\ndefault_ca=own\n[own]\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
        f"database={folder}/test.index\nnew_certs_dir={folder}\n[any]\ncommonName=supplied\n"
        f"[broker]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName={names}\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    request = folder / "test.csr"
    openssl("req", "-new", "-key", folder / "broker.key", "-subj", "/CN=broker", "-out", request)
    openssl(
        *("ca", "-batch", "-notext", "-config", config, "-extensions", "broker"),
        *("-startdate", start, "-enddate", end, "-in", request, "-out", folder / "broker.pem"),
        *("-cert", folder / "ca.pem", "-keyfile", folder / "ca.key"),
    )


def serial(folder: Path, name: str = "broker") -> str:
    return openssl("x509", "-in", folder / f"{name}.pem", "-noout", "-serial")


def test_a_second_run_leaves_everything_as_it_is(tmp_path: Path) -> None:
    first = run_script("set-up.sh", tmp_path, "broker.gym.test", "10.1.2.3", PORT="9001")
    assert "for broker.gym.test 10.1.2.3 localhost 127.0.0.1." in first
    kept = {file: file.read_bytes() for file in tmp_path.iterdir()}
    second = run_script("set-up.sh", tmp_path)
    assert "nothing to do" in second
    assert "Made" not in second
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == kept, "ports too"


def test_only_the_owner_can_read_any_of_it(tmp_path: Path) -> None:
    run_script("set-up.sh", tmp_path / "new")
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "new").iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_the_certificate_is_what_strict_clients_want(tmp_path: Path) -> None:
    run_script("certificates.sh", tmp_path, "broker.gym.test", "10.1.2.3", "fd00::7")
    strict = ("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", tmp_path / "ca.pem")
    for name in (
        ("-verify_hostname", "broker.gym.test"),
        ("-verify_ip", "10.1.2.3"),
        ("-verify_ip", "fd00:0:0:0:0:0:0:7"),
        ("-verify_hostname", "localhost"),
        ("-attime", "1577923200", "-verify_ip", "127.0.0.1"),  # 2020: a clock that knows nothing
    ):
        assert openssl(*strict, *name, tmp_path / "broker.pem").endswith("OK\n")
    with pytest.raises(subprocess.CalledProcessError):
        openssl(*strict, "-verify_hostname", "other.test", tmp_path / "broker.pem")


def test_it_is_renewed_before_it_ends_and_for_other_names(tmp_path: Path) -> None:
    run_script("certificates.sh", tmp_path, "broker.gym.test")
    authority = (tmp_path / "ca.pem").read_bytes()
    make_broker_certificate(tmp_path, "20200101000000Z", "20210101000000Z")
    assert "ended, on Jan  1 00:00:00 2021 GMT)" in run_script("certificates.sh", tmp_path)
    assert "nothing to do" in run_script("certificates.sh", tmp_path)
    before = serial(tmp_path)
    said = run_script("certificates.sh", tmp_path, "other.test")
    assert "its names are others now" in said
    assert serial(tmp_path) != before
    (tmp_path / "broker.key").write_text(openssl("genpkey", "-algorithm", "ED25519"))
    assert "or not its key's" in run_script("certificates.sh", tmp_path)
    assert (tmp_path / "ca.pem").read_bytes() == authority, "or all stations would have to join"


def test_what_it_cannot_do_it_says(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="'two words' is no name and no address"):
        run_script("certificates.sh", tmp_path, "two words")
    run_script("certificates.sh", tmp_path)
    (tmp_path / "ca.key").unlink()
    with pytest.raises(AssertionError, match=r"ca\.key is not: put it back"):
        run_script("certificates.sh", tmp_path)
    with pytest.raises(AssertionError, match="takes no path with a space in it"):
        run_script("set-up.sh", tmp_path / "a space")


def test_a_running_broker_takes_the_renewed_certificate(tmp_path: Path) -> None:
    def shown(broker: GymBroker) -> int:
        context = ssl.create_default_context(cafile=str(broker.folder / "ca.pem"))
        with (
            socket.create_connection(("127.0.0.1", broker.port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as link,
        ):
            certificate = link.getpeercert()
        assert certificate is not None
        return int(str(certificate["serialNumber"]), 16)

    with gym_broker(tmp_path / "broker", "broker.gym.test") as broker:
        before = shown(broker)
        said = run_script("certificates.sh", broker.folder, "new.gym.test")
        assert "Told the running broker" in said
        eventually(lambda: shown(broker) != before, "the new one is shown")
