"""Commands run inside the test's own process must not take its network away."""

import pytest

from station import isolation


@pytest.fixture(autouse=True)
def stay_in_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "leave_network_if_possible", lambda: False)
    monkeypatch.setattr(isolation, "block_metrics", lambda: None)
