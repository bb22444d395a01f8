"""The verified pose model, fetched if it is not here yet."""

from pathlib import Path

import pytest

from station.settings import Settings
from station.vision import models


@pytest.fixture(scope="session")
def model() -> Path:
    return models.get(Settings())


@pytest.fixture(autouse=True)
def keep_the_proxy_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A landmarker sends this process's HTTPS nowhere; other tests want it back."""
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
