"""The steps of a run and what became of them."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Result = Literal["held", "FAILED", "not run here"]


class NotRunHereError(Exception):
    """This step cannot be run on this machine; the sentence says why."""


@dataclass(frozen=True)
class Step:
    """One line of the table; seconds of this machine's clock."""

    name: str
    seconds: float
    result: Result
    figure: str


@dataclass
class Table:
    """Runs steps one after the other and remembers them; a step that fails ends nothing."""

    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)

    def step(self, name: str, do: Callable[[], str]) -> bool:
        """Run `do`, which returns its figure; returns whether it held."""
        self.say(f"… {name}")
        begun = time.monotonic()
        result: Result = "held"
        try:
            figure = do()
        except NotRunHereError as reason:
            result, figure = "not run here", str(reason)
        except Exception as problem:
            result, figure = "FAILED", f"{type(problem).__name__}: {problem}"
            if not isinstance(problem, AssertionError):
                self.say(traceback.format_exc())
        step = Step(name, time.monotonic() - begun, result, figure)
        self.steps.append(step)
        self.say(_line(step))
        return result == "held"

    @property
    def good(self) -> bool:
        """No step failed."""
        return all(step.result != "FAILED" for step in self.steps)

    def text(self) -> str:
        """For people."""
        return "\n".join(["     s  result        step: figure", *map(_line, self.steps)])


def _line(step: Step) -> str:
    return f"{step.seconds:6.1f}  {step.result:12}  {step.name}: {step.figure}"
