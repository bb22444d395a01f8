"""Speaks the newest cue through an offline voice, where one is installed and it is switched on.

No Kivy here. What is spoken is on the screen too; a voice that is late says nothing.
"""

import logging
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass

from station.hinge import Cue
from station.kiosk.view import View

log = logging.getLogger(__name__)

PROGRAMS: dict[str, Callable[[str, str], list[str]]] = {
    # "--" since a sentence may begin with a dash; 150 words a minute, to be understood in a gym.
    "espeak-ng": lambda language, text: ["espeak-ng", "-v", language, "-s", "150", "--", text],
    "spd-say": lambda language, text: ["spd-say", "--wait", "-l", language, "--", text],
}
"""In the order they are looked for → the command for a language ("en", "de") and a sentence."""

LONGEST_S = 6.0
"""No cue takes so long: a voice that does hangs, and is ended."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One cue to speak: `text` is English (a msgid), `language` the one to speak it in."""

    text: str
    language: str


WATCHED_STAGES = frozenset({"place", "start", "live"})


def follow(before: View | None, view: View) -> Sentence | None:
    """The sentence to speak after the step from one view to the next; None = none."""
    cue = shown_cue(view)
    if cue is None:
        return None
    if before is not None and before.stage == view.stage and shown_cue(before) == cue:
        return None
    return Sentence(cue.text, view.language)


def shown_cue(view: View) -> Cue | None:
    """The one cue on the screen; the start position's while that is checked."""
    if view.stage not in WATCHED_STAGES:
        return None
    if view.stage == "start" and view.front is not None and view.front.cue is not None:
        return view.front.cue
    return view.cue


def stale(spoken: Sentence, view: View) -> bool:
    """Whether the screen says something else by now. A cue that only faded may be spoken out."""
    if view.stage not in WATCHED_STAGES:
        return True
    cue = shown_cue(view)
    return cue is not None and Sentence(cue.text, view.language) != spoken


def find_program() -> str | None:
    """The voice installed here, None when there is none."""
    return next((name for name in PROGRAMS if shutil.which(name)), None)


class Speech:
    """One voice, one sentence at a time, on a thread of its own; every call returns at once."""

    def __init__(
        self, translate: Callable[[str, str], str], *, command: Callable[[str, str], list[str]]
    ) -> None:
        """`translate(language, english)`; `command(language, text)` is the program to run."""
        self._translate = translate
        self._command = command
        self._wake = threading.Condition()
        self._wanted: Sentence | None = None
        self._speaking: Sentence | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = self._hushed = False
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
        self._thread.start()

    def follow(self, before: View | None, view: View) -> None:
        """Speak a new cue, and fall silent when it is no longer on the screen."""
        speaking = self._speaking
        if speaking is not None and stale(speaking, view):
            self.hush()
        sentence = follow(before, view)
        if sentence is not None:
            self.say(sentence)

    def say(self, sentence: Sentence) -> None:
        """Speak `sentence` in place of whatever is spoken or waits."""
        with self._wake:
            self._wanted = sentence
            self._end_process()
            self._wake.notify()

    def hush(self) -> None:
        """Stop in mid-sentence."""
        with self._wake:
            self._wanted = None
            self._hushed = self._speaking is not None
            self._end_process()

    def close(self) -> None:
        """Fall silent for good."""
        with self._wake:
            self._closing = True
            self._wanted = None
            self._end_process()
            self._wake.notify()
        self._thread.join(2.0)

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._closing or self._wanted is not None)
                if self._closing:
                    return
                sentence, self._wanted = self._wanted, None
                assert sentence is not None
                self._speaking = sentence
            try:
                # Not under the lock: starting a program takes milliseconds.
                process = self._start(sentence)
            except OSError as error:
                log.warning("The voice cannot be started (%s): cues are only shown.", error)
                return
            with self._wake:
                self._process = process
                if self._closing or self._wanted is not None or self._hushed:
                    process.kill()
            try:
                process.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            with self._wake:
                self._process = self._speaking = None
                self._hushed = False

    def _start(self, sentence: Sentence) -> subprocess.Popen[bytes]:
        text = self._translate(sentence.language, sentence.text)
        # The kiosk has no network, and neither have its children.
        return subprocess.Popen(
            self._command(sentence.language, text),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def voice(translate: Callable[[str, str], str], *, wanted: bool) -> Speech | None:
    """The voice of this station; None when it is switched off or none is installed."""
    if not wanted:
        return None
    program = find_program()
    if program is None:
        log.warning(
            "Speech is switched on but none of %s is installed: cues are only shown.",
            ", ".join(PROGRAMS),
        )
        return None
    return Speech(translate, command=PROGRAMS[program])
