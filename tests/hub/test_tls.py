"""The page over TLS, with a certificate of the gym's own."""

import logging
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from station.errors import StationError
from station.hub import running
from station.hub.server import READABLE, page_address
from station.settings import HubSettings, Settings
from tests.hub.parts import PASSWORD, Page, free_port, password_hash, settings_for


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed one for 127.0.0.1, and its key."""
    made, key = folder / "page.crt", folder / "page.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    return made, key


def with_hub(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"hub": settings.hub.model_copy(update=changes)})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made, key = certificate(tmp_path)
    plain = settings_for(free_port(), tmp_path)
    return with_hub(plain, tls_certificate=made, tls_key=key)


def test_it_is_served_with_the_own_certificate_and_everything_is_bound_to_https(
    settings: Settings, playwright_chromium: Browser
) -> None:
    with running(settings) as hub:
        assert hub.url.startswith("https://127.0.0.1:")
        page = Page(hub.url, settings)
        trusting = ssl.create_default_context(cafile=str(settings.hub.tls_certificate))
        answer = httpx.get(hub.url + "login", verify=trusting)
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        with pytest.raises(httpx.ConnectError):
            httpx.get(hub.url + "login")
        page.accounts.add("ada", "manager", password_hash())
        context = playwright_chromium.new_context(ignore_https_errors=True)
        tab = context.new_page()
        tab.goto(hub.url)
        tab.get_by_label("Name").fill("ada")
        tab.get_by_label("Password").fill(PASSWORD)
        tab.keyboard.press("Enter")
        tab.wait_for_url(hub.url)
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert set(cookies) == {"__Host-login", "__Host-form"}
        assert all(c["secure"] and c["httpOnly"] for c in cookies.values())
        assert all(c["sameSite"] == "Strict" for c in cookies.values())
        context.close()
        assert page.stations() == {}


def test_old_versions_of_tls_are_refused(settings: Settings) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with running(settings) as hub, pytest.raises(httpx.ConnectError):
        httpx.get(hub.url, verify=old)


def test_without_tls_there_is_no_hsts_and_no_promise_in_the_cookies_name(tmp_path: Path) -> None:
    settings = settings_for(free_port(), tmp_path)
    with running(settings) as hub:
        page = Page(hub.url, settings)
        assert page.cookie == "login"
        assert "strict-transport-security" not in page.http.get("/").headers


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("tls", [True, False])
def test_open_to_the_network_without_tls_is_said_plainly(
    settings: Settings, bind: str, tls: bool, caplog: pytest.LogCaptureFixture
) -> None:
    changes = {} if tls else {"tls_certificate": None, "tls_key": None}
    with caplog.at_level(logging.WARNING), running(with_hub(settings, bind=bind, **changes)):
        assert (READABLE in caplog.messages) == (bind == "0.0.0.0" and not tls)


@pytest.mark.parametrize(
    ("bind", "names", "shown"),
    [
        ("0.0.0.0", "hub.gym.lan\n10.1.2.3\n", "hub.gym.lan"),
        ("::", "fd00::7\n", "[fd00::7]"),
        ("0.0.0.0", None, "127.0.0.1"),
        ("::", "", "[::1]"),
        ("127.0.0.1", "hub.gym.lan\n", "127.0.0.1"),
        ("10.1.2.3", "hub.gym.lan\n", "10.1.2.3"),
    ],
)
def test_a_page_on_all_addresses_is_told_by_the_name_that_stations_know(
    tmp_path: Path, bind: str, names: str | None, shown: str
) -> None:
    if names is not None:
        (tmp_path / "broker.names").write_text(names)
    hub = HubSettings(bind=bind, broker_dir=tmp_path)
    assert page_address(hub, 8080) == f"http://{shown}:8080/"
    secure = hub.model_copy(update={"tls_certificate": tmp_path / "page.pem"})
    assert page_address(secure, 8443) == f"https://{shown}:8443/"


def test_no_broker_of_its_own_no_name_of_it() -> None:
    assert page_address(HubSettings(bind="0.0.0.0"), 8080) == "http://127.0.0.1:8080/"


def test_a_certificate_without_its_key_is_one_sentence() -> None:
    for setting in ("tls_certificate", "tls_key"):
        with pytest.raises(ValueError, match="set together, or neither of them"):
            Settings.model_validate({"hub": {setting: "file.pem"}})


def test_a_certificate_that_cannot_be_used_is_one_sentence(settings: Settings) -> None:
    assert settings.hub.tls_certificate
    rubbish = settings.hub.tls_certificate.with_name("rubbish.pem")
    rubbish.write_text("no certificate")
    for changes in (
        {"tls_certificate": rubbish},
        {"tls_key": rubbish},
        {"tls_certificate": rubbish.with_name("gone.pem")},
    ):
        with (
            pytest.raises(StationError, match="cannot be used"),
            running(with_hub(settings, **changes)),
        ):
            pass
