"""Child programs of `station run`: started, listened to, restarted, stopped."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

log = logging.getLogger(__name__)

FIRST_RESTART_S = 1.0
LONGEST_RESTART_S = 30.0
SETTLED_S = 60.0
"""A child that ran so long starts again with the shortest wait."""

_PRINTING = threading.Lock()


class Child:
    """One program; its lines appear on our stdout and stderr behind its name."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], notes: str | None = None
    ) -> None:
        """`notes`: how a line begins that is to be known here, too, as `noted`."""
        self.name, self._notes = name, notes
        self.noted: str | None = None
        # util-linux's setpriv, since code of ours between fork and exec is unsafe with threads.
        setpriv = shutil.which("setpriv")
        self._command = [*([setpriv, "--pdeathsig", "TERM"] if setpriv else []), *command]
        self._env = {**os.environ, **env, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[str] | None = None
        self._readers: list[threading.Thread] = []
        self._started = 0.0
        self._wait_s = FIRST_RESTART_S
        self._restart_at: float | None = None

    def start(self) -> None:
        """Start it. It dies with us (where setpriv is there), and a Ctrl-C reaches only us."""
        self._restart_at = None
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        pipes = ((self._process.stdout, sys.stdout), (self._process.stderr, sys.stderr))
        self._readers = [
            threading.Thread(target=self._pass_on, args=pipe, daemon=True) for pipe in pipes
        ]
        for reader in self._readers:
            reader.start()

    def poll(self) -> int | None:
        """Its exit code once it has ended, None while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int | None:
        """Of the process that was started last, None before the first."""
        return None if self._process is None else self._process.pid

    def restart_when_due(self) -> None:
        """Start it again when it has ended, each time after a longer wait."""
        code = self.poll()
        if code is None:
            return
        now = time.monotonic()
        if self._restart_at is None:
            if now - self._started > SETTLED_S:
                self._wait_s = FIRST_RESTART_S
            self._restart_at = now + self._wait_s
            log.warning("%s %s; starting again in %.0f s.", self.name, _ending(code), self._wait_s)
            self._wait_s = min(2 * self._wait_s, LONGEST_RESTART_S)
        elif now >= self._restart_at:
            self.start()

    def ask(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def stop(self, within_s: float) -> None:
        """Ask it to end, wait, and kill it if it does not."""
        if self._process is None:
            return
        self.ask(signal.SIGTERM)
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            log.warning("%s did not end within %.0f s and is killed.", self.name, within_s)
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(1.0)

    def _pass_on(self, source: IO[str], target: IO[str]) -> None:
        for line in source:
            if self._notes is not None and line.startswith(self._notes):
                self.noted = line.rstrip()
            # Whoever read our output may be gone; a child that nobody reads would stand still.
            with _PRINTING, suppress(OSError, ValueError):
                target.write(f"{self.name:6s} | {line.rstrip()}\n")
                target.flush()


def _ending(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
