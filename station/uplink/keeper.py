"""Settings from afar: tried, kept when the kiosk confirms them, taken back when it does not.

    desired ── valid? ──> trial.json ── kiosk confirms ──> renamed good.json ──> "applied"
                 │                  └── it does not, dies, or a power cut ──> refused.json,
                 └─ no: refused.json, "rejected"               trial.json deleted ──> "rolled_back"

Every arrow is one durable change of one file, so whatever is killed when, what is found at the next
start is the old or the new settings, whole, and tells what to report. A trial found at the start
was never confirmed: it failed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from pydantic import BaseModel, Field, ValidationError

from station import atomic, desired, layers
from station.desired import Problem, RefusedError, remote_keys
from station.layers import Document
from station.ledger import boot_id
from station.ledger.exchange import Exchange, KioskState, Refused
from station.messages import MAX_PAYLOAD, CfgDesired, CfgReported, ConfigProblem
from station.settings import Settings
from station.uplink.health import KIOSK_FRESH_S

log = logging.getLogger(__name__)

PATIENCE_S = 60.0
"""For the kiosk to take settings up and confirm them; members at the station stop this clock."""
RESTART_PATIENCE_S = 120.0
"""... where it has to start again for them."""

CUT = "the station stopped before they were confirmed"
NO_KIOSK = "the kiosk does not run"
SILENT = "the kiosk did not confirm them within {seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of the newest document."""

    version: int
    status: str
    errors: tuple[ConfigProblem, ...] = ()


class Keeper:
    """The only one that writes trial, good and refused. For one thread.

    `base`: the settings file's own. `look` tells how the kiosk is; `after_step` is called with the
    name of each durable step just done.
    """

    def __init__(
        self,
        base: Settings,
        *,
        look: Callable[[], KioskState | None] | None = None,
        clock: Callable[[], float] = monotonic,
        patience_s: float = PATIENCE_S,
        restart_patience_s: float = RESTART_PATIENCE_S,
        after_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._base = base
        self._exchange = Exchange(base)
        self._look = look or self._exchange.read_kiosk
        self._clock = clock
        self._patience_s, self._restart_patience_s = patience_s, restart_patience_s
        self._after_step = after_step
        self._good = self._exchange.read_good()
        self._refused = self._exchange.read_refused()
        self._trial: Document | None = None
        self._deadline = 0.0
        self._patience = patience_s
        self._due = True
        self._here = layers.stamp(self._base.here)
        self._recover()
        self._outcome = self._known()

    @property
    def version(self) -> int:
        """Of the settings in force; 0 = none from afar."""
        return self._good.version if self._good else 0

    @property
    def trying(self) -> int | None:
        """The version that is being tried."""
        return self._trial.version if self._trial else None

    def desire(self, payload: bytes) -> None:
        """Take in a `cfg/desired`, whatever its bytes; what comes of it is reported."""
        if not payload:
            return
        self._due = True
        try:
            if len(payload) > MAX_PAYLOAD:
                raise RefusedError([Problem("", f"over {MAX_PAYLOAD} bytes")])
            wanted = CfgDesired.model_validate_json(payload)
        except ValidationError as error:
            self._refuse_unread(payload, desired.problems_of(error))
        except RefusedError as error:
            self._refuse_unread(b"", error.problems)
        else:
            self._consider(wanted)

    def tend(self) -> None:
        """Look whether the kiosk has confirmed what is tried; cheap while nothing is."""
        here = layers.stamp(self._base.here)
        if here != self._here:
            self._here, self._due = here, True
        if self._trial is None:
            return
        trial, state, now = self._trial, self._look(), self._clock()
        fresh = state is not None and (state.silent_s or 0.0) <= KIOSK_FRESH_S
        if state is not None and state.confirmed == trial.version:
            self._promote(trial)
        elif state is not None and state.failed and state.failed.version == trial.version:
            self._roll_back(trial, state.failed.reason)
        elif fresh and state is not None and state.occupied:
            self._deadline = now + self._patience
        elif now > self._deadline:
            words = SILENT.format(seconds=self._patience) if fresh else NO_KIOSK
            self._roll_back(trial, words)

    def report(self) -> CfgReported:
        """What became of the newest document, and what is in force."""
        good = self._good
        restarts = [
            path
            for path, version in (good.changed if good else {}).items()
            if version == self.version and remote_keys().get(path)
        ]
        return CfgReported.model_validate(
            {
                "desired_version": self._outcome.version,
                "version": self.version,
                "status": self._outcome.status,
                "errors": list(self._outcome.errors),
                "config": desired.in_force(layers.over(self._base, good)),
                "restart": restarts,
            }
        )

    def take_report(self) -> CfgReported | None:
        """The report, when there is something new to tell or to tell again."""
        if not self._due:
            return None
        self._due = False
        return self.report()

    def _consider(self, wanted: CfgDesired) -> None:
        version = wanted.version
        if version == self.trying:
            self._due = False
        elif version == self.version and self._good is not None:
            same = wanted.config == self._good.config or self._same(wanted)
            self._outcome = _Outcome(version, "applied" if same else "stale")
        elif self._refused is not None and version == self._refused.version:
            self._outcome = self._of_refused(self._refused)
        elif version < self._newest():
            self._outcome = _Outcome(version, "stale")
        else:
            self._try(wanted)

    def _same(self, wanted: CfgDesired) -> bool:
        try:
            normal = desired.normal(self._base, wanted.config)
        except RefusedError:
            return False
        return self._good is not None and normal == self._good.config

    def _newest(self) -> int:
        refused = self._refused.version if self._refused else 0
        return max(self.version, refused, self.trying or 0)

    def _try(self, wanted: CfgDesired) -> None:
        try:
            config = desired.normal(self._base, wanted.config)
        except RefusedError as error:
            self._refuse(wanted.version, "rejected", error.problems)
            return
        trial = layers.successor(self._good, wanted.version, config, self._base, boot_id())
        try:
            self._exchange.write(self._exchange.trial, trial)
        except OSError as error:
            self._not_written(wanted.version, error)
            return
        log.info("Settings from afar, version %d: tried.", trial.version)
        self._trial, self._due = trial, False
        restarts = any(
            remote_keys().get(path) for path, at in trial.changed.items() if at == trial.version
        )
        self._patience = self._restart_patience_s if restarts else self._patience_s
        self._deadline = self._clock() + self._patience
        self._after_step("trial")

    def _promote(self, trial: Document) -> None:
        try:
            atomic.rename(self._exchange.trial, self._exchange.good)
        except OSError as error:
            # Tried again until the time is up.
            log.error("%s: not renamed (%s).", self._exchange.trial, error.strerror)
            self._confirmed_in_vain(trial)
            return
        self._trial, self._good, self._due = None, trial, True
        self._outcome = self._known()
        log.info("Settings from afar, version %d: in force.", trial.version)
        self._after_step("good")

    def _confirmed_in_vain(self, trial: Document) -> None:
        if self._clock() > self._deadline:
            self._roll_back(trial, "they could not be kept: the disk does not take them")

    def _roll_back(self, trial: Document, reason: str) -> None:
        self._refuse(trial.version, "rolled_back", [Problem("", reason[:256])])
        try:
            atomic.remove(self._exchange.trial)
        except OSError as error:
            self._not_written(trial.version, error)
        self._trial = None
        self._after_step("removed")

    def _refuse(self, version: int, status: str, problems: list[Problem]) -> None:
        refused = Refused.model_validate(
            {"version": version, "status": status, "errors": _told(problems)}
        )
        log.warning(
            "Settings from afar, version %d: %s (%s).", version, status, RefusedError(problems)
        )
        self._refused, self._due = refused, True
        self._outcome = self._of_refused(refused)
        try:
            self._exchange.write(self._exchange.refused, refused)
        except OSError as error:
            # Known until the next start; then it is tried once more.
            log.error("%s: not written (%s).", self._exchange.refused, error.strerror)
        self._after_step("refused")

    def _refuse_unread(self, payload: bytes, problems: list[Problem]) -> None:
        """What is no CfgDesired: said, with its version where that much can be read."""
        version = _version_in(payload)
        if version > self._newest():
            self._refuse(version, "rejected", problems)
        else:
            log.warning("A message on cfg/desired is not valid: %s.", RefusedError(problems))
            self._outcome = _Outcome(version, "rejected", tuple(_told(problems)))

    def _not_written(self, version: int, error: OSError) -> None:
        """The disk is full or broken: nothing changed; tried again when it comes again."""
        self._trial, self._due = None, True
        words = f"could not be written ({error.strerror or error})"[:256]
        log.error("Settings from afar, version %d: %s.", version, words)
        self._outcome = _Outcome(version, "rolled_back", (ConfigProblem(path="", msg=words),))

    def _recover(self) -> None:
        """Finish what the last run did not."""
        try:
            self._check_good()
            trial = self._exchange.read_trial()
            if trial is not None and not (
                self._refused is not None and self._refused.version == trial.version
            ):
                self._refuse(trial.version, "rolled_back", [Problem("", CUT)])
            if self._exchange.trial.exists():
                atomic.remove(self._exchange.trial)
                self._after_step("removed")
        except OSError as error:
            log.error("Settings from afar: %s.", error)

    def _check_good(self) -> None:
        """After an update of the program what was good may not be valid any more."""
        if self._good is None:
            return
        try:
            desired.with_config(self._base, self._good.config)
        except RefusedError as error:
            version, self._good = self._good.version, None
            self._refuse(version, "rejected", error.problems)
            atomic.remove(self._exchange.good)

    def _known(self) -> _Outcome:
        refused = self._refused
        if refused is not None and refused.version > self.version:
            return self._of_refused(refused)
        return _Outcome(self.version, "applied")

    @staticmethod
    def _of_refused(refused: Refused) -> _Outcome:
        return _Outcome(refused.version, refused.status, tuple(refused.errors))


def _told(problems: list[Problem]) -> list[ConfigProblem]:
    return [ConfigProblem(path=p.path, msg=p.msg) for p in problems[: desired.PROBLEMS]]


class _Versioned(BaseModel):
    version: int = Field(ge=1, le=2**31 - 1, strict=True)


def _version_in(payload: bytes) -> int:
    """0 where that cannot be read either."""
    try:
        return _Versioned.model_validate_json(payload).version
    except ValidationError:
        return 0
