"""The real Chromium that every page is tested in."""

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

# Machines that run other things at once are slow now and then: no finding.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def playwright_chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*FLAGS], chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture
def tab(playwright_chromium: Browser) -> Iterator[Page]:
    """A tab of its own, with no cookies, on an empty page."""
    context = playwright_chromium.new_context()
    yield context.new_page()
    context.close()
