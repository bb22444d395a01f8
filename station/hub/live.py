"""Pushes the page's data to every open page, as server-sent events, whenever it changes."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

log = logging.getLogger(__name__)

AT_MOST_EVERY_S = 0.05
"""Under load pages are sent the newest state this often; a lone change is sent at once."""
PAUSE = 4
"""So many times a view's processor time is waited after it: ingest needs the processor, too."""
AT_LEAST_EVERY_S = 5.0
"""Time alone changes things too: a station falls silent, a day begins."""
HEARTBEAT_S = 15.0


class Live:
    """One rendering of `views` (name → data in a language) for all pages of a language, made
    again when `touch` says so, each at its own pace. A language that no open page is in costs
    nothing."""

    def __init__(self, views: Mapping[str, Callable[[str], Any]]) -> None:
        self._views = views
        self._bodies: dict[str, dict[str, str]] = {}
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._touched = {name: asyncio.Event() for name in views}
        self._streams: dict[asyncio.Event, str] = {}

    def touch(self) -> None:
        """Something changed. Callable from any thread, before and after `run` too."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._touch)

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
        await asyncio.gather(*(self._keep(name) for name in self._views))
        self._wake_streams()

    async def _keep(self, name: str) -> None:
        touched = self._touched[name]
        while not self._closed:
            touched.clear()
            spent = await self._render(name)
            self._wake_streams()
            await asyncio.sleep(max(AT_MOST_EVERY_S, PAUSE * spent))
            await _set_within(AT_LEAST_EVERY_S, touched)

    async def _render(self, name: str) -> float:
        """Seconds of the processor that it took."""
        languages = set(self._streams.values())
        for language in set(self._bodies) - languages:
            del self._bodies[language]
        spent = 0.0
        for language in languages:
            try:
                body, seconds = await asyncio.to_thread(_body, self._views[name], language)
            except Exception:
                log.exception("The page's %s could not be read from the store.", name)
                continue
            self._bodies.setdefault(language, {})[name] = body
            spent += seconds
        return spent

    async def stream(self, language: str) -> AsyncIterator[str]:
        """Server-sent events for one page: everything first, then whatever differs."""
        sent: dict[str, str] = {}
        woken = asyncio.Event()
        self._streams[woken] = language
        if self._bodies.get(language, {}).keys() != self._views.keys():
            self._touch()
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

    def _touch(self) -> None:
        for touched in self._touched.values():
            touched.set()

    def _wake_streams(self) -> None:
        for woken in self._streams:
            woken.set()


def _body(view: Callable[[str], Any], language: str) -> tuple[str, float]:
    """JSON, and the seconds of the processor that it took."""
    began = time.thread_time()
    body = json.dumps(view(language), ensure_ascii=False)
    return body, time.thread_time() - began


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for the event, so long at most; True when it was set in time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
