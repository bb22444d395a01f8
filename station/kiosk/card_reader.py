"""A card reader types like a keyboard: digits, then Enter. All that is kept of them is how many.

A card only wakes the station. Its number identifies a member, so no key ever gets further than
this: it is not stored, not shown and not logged.
"""

ENTER = frozenset((13, 271))
"""Kivy's key codes of Enter, also on the keypad."""

DIGITS = frozenset((*range(48, 58), *range(256, 266)))
LEAST_DIGITS = 4
TOGETHER_S = 2.0
"""A reader types a whole number in less; a finger on a keyboard does not."""


class CardReader:
    """Counts digits that come in one go."""

    def __init__(self) -> None:
        self._digits = 0
        self._begun = 0.0

    def key(self, now: float, code: int) -> bool:
        """Take in a key at `now`, seconds; whether a card was read with it."""
        if code in DIGITS:
            if not self._digits or now - self._begun > TOGETHER_S:
                self._digits, self._begun = 0, now
            self._digits += 1
            return False
        read = code in ENTER and self._digits >= LEAST_DIGITS and now - self._begun <= TOGETHER_S
        self._digits = 0
        return read
