"""A hand-over between two threads that never queues: the newest item wins."""

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """One slot. `put` replaces what nobody took; `take` waits for the next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: Item | None = None

    def put(self, item: Item) -> None:
        with self._changed:
            self._item = item
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Item | None:
        """The newest item, waiting for it; None after `timeout_s` seconds without one."""
        with self._changed:
            if self._item is None:
                self._changed.wait(timeout_s)
            item, self._item = self._item, None
            self._changed.notify_all()
            return item

    def wait_until_taken(self, timeout_s: float) -> bool:
        """Whether the slot is empty, or became so within `timeout_s` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._item is None, timeout_s)

    def clear(self) -> None:
        with self._changed:
            self._item = None
            self._changed.notify_all()
