"""The API's description: it holds for a running hub, whatever is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from station.hub import running
from station.hub.openapi import ROUTES, description
from station.hub.pages import api, busy, stations, technique
from tests.hub.gyms import after, introduce, train_a_week
from tests.hub.parts import Page, free_port, settings_for, store_of


def for_users() -> dict[str, Any]:
    """The description as it is for somebody logged in: whoever makes up requests would make up
    the login too, although every request is sent with a good one."""
    document = description()
    for operations in document["paths"].values():
        del operations["get"]["security"]
    return document


described = schemathesis.openapi.from_dict(for_users())
EXAMPLES = 8
"""Requests made up for each route."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A hub of one gym with two weeks."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    settings = settings_for(free_port(), folder)
    store = store_of(settings)
    introduce(store, "s1", "gym-1")
    for number in range(2):
        train_a_week(store, number)
    store.close_weeks(after(1), 10)
    with running(settings, now=lambda: after(1)) as hub:
        yield Page(hub.url, settings, lambda: after(1))


@described.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: schemathesis.Case, page: Page) -> None:
    case.call_and_validate(base_url=page.url.rstrip("/"), cookies=page.cookies)


def test_the_usual_questions_are_answered_as_described(page: Page) -> None:
    """Generated questions are seldom of a gym that is there."""
    assert page.get("/api/openapi.json") == description()
    for route in ROUTES:
        operation = described[route.path]["GET"]
        for query in ({}, {"gym": "gym-1"}, {"data": "people"}) if route.figures else ({},):
            case = operation.Case(query=query)
            answer = case.call(base_url=page.url.rstrip("/"), cookies=page.cookies)
            assert answer.status_code == 200, route.path
            case.validate_response(answer)


def test_every_route_of_figures_is_described() -> None:
    paths = set(description()["paths"])
    for routes in (api.routes, busy.routes, technique.routes, stations.routes):
        for route in routes(None):  # type: ignore[arg-type]
            if route.path.startswith(("/api/", "/export/")):
                assert route.path in paths | {"/api/openapi.json"}


def test_only_whether_the_hub_works_is_described_as_open_to_strangers(page: Page) -> None:
    for path, operations in description()["paths"].items():
        refused = page.stranger.get(path).status_code == 401
        assert refused == bool(operations["get"]["security"]) == (path != "/healthz")
