"""One root's story, step by step: each is timed, and what comes of it is a row of the table."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.deploy.bare import NoRootError
from tests.deploy.emulation import NoEmulationError
from tests.deploy.root import Done, RootError
from tests.deploy.table import Row

Say = Callable[[str], None]


class StepError(Exception):
    """What was not as it must be, in a sentence."""


class NotHereError(Exception):
    """Why a step cannot be run here, in a sentence."""


EXPECTED = (StepError, RootError, NoRootError, NoEmulationError, LookupError, OSError, ValueError)
"""What may go wrong in a step and leaves the other steps to be done."""


@dataclass
class Steps:
    """The rows of the root that is named so."""

    root: str
    say: Say
    rows: list[Row] = field(default_factory=list)

    def do(self, step: str, act: Callable[[], str], after: bool = True) -> bool:
        """Run `act`, which returns a note; whether it went well. Not `after` what it needs."""
        if not after:
            self._note(Row(self.root, step, None, "not run", "it needs a step that was not done"))
            return False
        self.say(f"{self.root}: {step} …")
        began = time.monotonic()
        try:
            note = act()
        except NotHereError as why:
            self._note(Row(self.root, step, None, "not run", str(why)))
            return False
        except EXPECTED as why:
            self._failed(step, began, f"{why}")
            return False
        except subprocess.SubprocessError as why:
            self._failed(step, began, f"{type(why).__name__}: {why}")
            return False
        self._note(Row(self.root, step, time.monotonic() - began, "ok", note))
        return True

    def _failed(self, step: str, began: float, why: str) -> None:
        self._note(Row(self.root, step, time.monotonic() - began, "FAILED", why))

    def _note(self, row: Row) -> None:
        self.rows.append(row)
        self.say(f"{row.root}: {row.step}: {row.result}  {row.note}".rstrip())


def expect(condition: object, otherwise: str) -> None:
    """Raise StepError with `otherwise` unless the condition holds."""
    if not condition:
        raise StepError(otherwise)


def succeeded(done: Done, what: str) -> Done:
    """`done`, when it ended with exit code 0."""
    if done.code < 0:
        raise StepError(f"{what}: ended by signal {-done.code}. {last_line(done.output)}".rstrip())
    expect(done.code == 0, f"{what}: exit code {done.code}. {last_line(done.output)}".rstrip())
    return done


def last_line(output: str) -> str:
    """The last thing that was said, shortened."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:160] if lines else ""
