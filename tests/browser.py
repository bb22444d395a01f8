"""What tests ask of a tab of the real Chromium."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = Path(__file__).parent.parent / "deploy/web/node_modules/axe-core/axe.min.js"


@dataclass
class Watch:
    """What a tab complained of, and the origins that it asked, since it was watched."""

    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def origins(self) -> set[str]:
        """Scheme, host and port of every request, once."""
        parts = map(urlsplit, self.asked)
        return {f"{part.scheme}://{part.netloc}/" for part in parts if part.scheme != "data"}


def watch(tab: Page) -> Watch:
    """Watches `tab` from now on."""
    seen = Watch()

    def said(message: ConsoleMessage) -> None:
        seen.complaints.append(message.text)

    def failed(error: Any) -> None:
        seen.complaints.append(str(error))

    def asked(request: Request) -> None:
        seen.asked.append(request.url)

    tab.on("console", said)
    tab.on("pageerror", failed)
    tab.on("request", asked)
    return seen


def text(tab: Page, selector: str) -> str:
    """Text as shown, in one go; elements are replaced while a page lives. "" when hidden."""
    shown: str = tab.evaluate(
        """(selector) => {
            const node = document.querySelector(selector);
            return node?.checkVisibility() ? node.innerText.replaceAll("\\n\\n", "\\n") : "";
        }""",
        selector,
    )
    return shown


def texts(tab: Page, selector: str) -> list[str]:
    """The text of each element, as shown."""
    said: list[str] = tab.evaluate(
        "(selector) => [...document.querySelectorAll(selector)].map((e) => e.innerText.trim())",
        selector,
    )
    return said


def resize(tab: Page, width: int, height: int = 800) -> None:
    """As wide and as high as a screen of that size."""
    tab.set_viewport_size({"width": width, "height": height})


def too_wide(tab: Page) -> int:
    """Pixels by which the page needs sideways scrolling."""
    wide: int = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, wide)


def barriers(tab: Page) -> list[str]:
    """What axe-core holds against the page: rule, and the elements that break it."""
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = tab.evaluate(
        """async () => (await axe.run()).violations.map((one) =>
            `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`)"""
    )
    return found


CONTRAST = """() => {
    const channel = (c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const colour = rgb(getComputedStyle(node).backgroundColor);
            if (colour.length < 4 || colour[3] > .99) return colour;
        }
        return [255, 255, 255];
    };
    const worst = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest("script"))
            continue;
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
        worst.push([(Math.max(a, b) + .05) / (Math.min(a, b) + .05), walk.currentNode.data]);
    }
    return worst.filter(([ratio]) => ratio < 4.5);
}"""


def illegible(tab: Page) -> list[Any]:
    """Contrast and text of each shown text that is under 4.5:1."""
    found: list[Any] = tab.evaluate(CONTRAST)
    return found
