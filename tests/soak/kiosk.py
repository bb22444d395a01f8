"""`station kiosk` as it is, with the clip for its camera and somebody who taps.

    python -m tests.soak.kiosk PLUG JOURNAL --config CONFIG

All is the program's own, but for two things: V4L2, in the camera's own process, is the demo clip
(`tests.soak.eye`), and a tap reaches the flow as from the keys on the screen, not by way of a touch
panel; both are real in `tests/machine`. It leaves the network before anything is imported, as in a
unit with PrivateNetwork.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from station import isolation

EYE = Path(__file__).parent / "eye"

HAND_S = 0.4
"""How often the hand looks at the screen."""
CHOICES = ("hinge", "hinge", "another")
VISITS = ("start", "start", "why", "start", "start", "privacy")


class Hand:
    """A member who taps what leads to the next set; now and then somebody only looks around."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal
        self._due = 0.0
        self._up = False
        self._notice = ""
        self._visits: Iterator[str] = cycle(VISITS)
        self._choices: Iterator[str] = cycle(CHOICES)
        self._others: Iterator[str] | None = None

    def look(self, app: Any) -> None:
        """At the end of a tick of the screen; taps at most one key."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + HAND_S
        if app.root.notice != self._notice:
            self._notice = app.root.notice
            self._journal.note("notice", self._notice)
        view, context = app.flow.view, app._context
        if view.camera.kind != "live":
            return
        if not self._up:
            self._up = True
            self._journal.note("up")
        if view.stage == "attract":
            context.act(next(self._visits))
        elif view.stage in ("why", "privacy"):
            context.act("back")
        elif view.stage == "choose":
            context.act("choose", self._choice(context))

    def _choice(self, context: Any) -> str:
        if self._others is None:
            self._others = cycle(exercise.id for exercise in context.exercises())
        wanted = next(self._choices)
        return next(self._others) if wanted == "another" else wanted


def main() -> int:
    """Runs until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("plug", type=Path)
    parser.add_argument("journal", type=Path)
    parser.add_argument("--config", type=Path, required=True)
    given = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s: %(message)s")
    isolation.leave_network()

    from station.commands.kiosk import execute
    from station.kiosk import program
    from station.kiosk.writer import LedgerWriter
    from station.ledger import Ledger
    from station.vision import camera, eye_process, live
    from tests.soak.journal import Journal
    from tests.vision.eyes import python_with_doubles

    journal = Journal(given.journal)
    hand = Hand(journal)
    put, store, attend = LedgerWriter.put, Ledger.store, program._attend

    def noted_put(self: Any, session: Any) -> None:
        journal.note("finished")
        put(self, session)

    def noted_store(self: Any, session: Any, ago_s: float = 0.0) -> Any:
        event = store(self, session, ago_s)
        journal.note("stored", event.id)
        return event

    def attend_and_tap(*everything: Any) -> None:
        from kivy.app import App

        attend(*everything)
        hand.look(App.get_running_app())

    eye_process.OWN_PYTHON = python_with_doubles(given.plug.parent, EYE)
    live.open_camera = lambda _, settings: camera._open("v4l2", str(given.plug), settings)
    LedgerWriter.put = noted_put  # type: ignore[method-assign]
    Ledger.store = noted_store  # type: ignore[method-assign]
    program._attend = attend_and_tap
    return execute(
        argparse.Namespace(
            config=given.config,
            source="camera",
            allow_network=False,
            exit_after=None,
            print_lines=True,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
