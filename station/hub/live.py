"""Pushes the page's data to every open page, as server-sent events, whenever it changes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

log = logging.getLogger(__name__)

AT_MOST_EVERY_S = 0.05
"""Under load pages are sent the newest state this often; a lone change is sent at once."""
PAUSE = 4
"""So many times what a rendering took is waited after it: ingest needs the processor, too."""
AT_LEAST_EVERY_S = 5.0
"""Time alone changes things too: a station falls silent, a day begins."""
HEARTBEAT_S = 15.0


class Live:
    """One rendering of `views` (name → data in a language) for all pages of a language, made
    again when `touch` says so, in their order. A language that no open page is in costs nothing."""

    def __init__(self, views: Mapping[str, Callable[[str], Any]]) -> None:
        self._views = views
        self._bodies: dict[str, dict[str, str]] = {}
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._touched = asyncio.Event()
        self._streams: dict[asyncio.Event, str] = {}

    def touch(self) -> None:
        """Something changed. Callable from any thread, before and after `run` too."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._touched.set)

    def close(self) -> None:
        """End every stream, so that the server can stop. Callable from any thread."""
        self._closed = True
        self.touch()

    @property
    def streams(self) -> int:
        """How many pages are sent what changes."""
        return len(self._streams)

    async def run(self) -> None:
        """Render on every touch until closed."""
        self._loop = asyncio.get_running_loop()
        while not self._closed:
            self._touched.clear()
            began = self._loop.time()
            await self._render()
            await asyncio.sleep(max(AT_MOST_EVERY_S, PAUSE * (self._loop.time() - began)))
            await _set_within(AT_LEAST_EVERY_S, self._touched)
        self._wake_streams()

    async def _render(self) -> None:
        languages = set(self._streams.values())
        for language in set(self._bodies) - languages:
            del self._bodies[language]
        for name, view in self._views.items():
            for language in languages:
                try:
                    body = await asyncio.to_thread(_body, view, language)
                except Exception:
                    log.exception("The page's %s could not be read from the store.", name)
                    continue
                self._bodies.setdefault(language, {})[name] = body
            # A page need not wait for what takes long, nor for what is the same as before.
            self._wake_streams()

    async def stream(self, language: str) -> AsyncIterator[str]:
        """Server-sent events for one page: everything first, then whatever differs."""
        sent: dict[str, str] = {}
        woken = asyncio.Event()
        self._streams[woken] = language
        if language not in self._bodies:
            self._touched.set()
        try:
            while not self._closed:
                woken.clear()
                bodies = self._bodies.get(language, {})
                news = {name: body for name, body in bodies.items() if sent.get(name) != body}
                for name, body in news.items():
                    yield f"event: {name}\ndata: {body}\n\n"
                sent |= news
                if not await _set_within(HEARTBEAT_S, woken):
                    yield ": still here\n\n"
        finally:
            self._streams.pop(woken, None)

    def _wake_streams(self) -> None:
        for woken in self._streams:
            woken.set()


def _body(view: Callable[[str], Any], language: str) -> str:
    return json.dumps(view(language), ensure_ascii=False)


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for the event, so long at most; True when it was set in time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
