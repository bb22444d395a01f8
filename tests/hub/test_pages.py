"""The pages of figures in a real Chromium: read, walked by keyboard, in both lights."""

import re
import time
from collections.abc import Iterator
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from station.hub.rendering import CHARTS, TEMPLATES
from station.hub.web import HEADERS, ROOM
from tests.browser import barriers, illegible, resize, text, texts, too_wide, watch
from tests.hub.parts import until
from tests.hub.showcase import PAGES, showcase

FIRST_LOAD_S = 1.0
Scheme = Literal["dark", "light"]
SCHEMES: list[Scheme] = ["dark", "light"]
SIZES = [(1280, 800), (1024, 768), (390, 844)]
drawn = pytest.mark.skipif(not CHARTS.exists(), reason="set-up could not fetch the charts")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with showcase() as url:
        yield url


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_nobody_meets_a_barrier_in_any_light_or_width(
    tab: Tab, site: str, name: str, scheme: Scheme
) -> None:
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for width, height in SIZES:
        resize(tab, width, height)
        tab.goto(f"{site}/{name}")
        for summary in tab.locator("details summary").all():
            summary.click()
        assert barriers(tab) == []
        assert illegible(tab) == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("gym", ["north", "new"])
def test_a_page_asks_nobody_else_and_complains_of_nothing(
    tab: Tab, site: str, name: str, gym: str
) -> None:
    seen = watch(tab)
    tab.goto(f"{site}/{name}?gym={gym}")
    tab.mouse.wheel(0, 5000)
    tab.wait_for_timeout(300)
    assert seen.complaints == []
    assert seen.origins == {f"{site}/"}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 360, 700, 1024])
def test_nothing_needs_sideways_scrolling(tab: Tab, site: str, name: str, width: int) -> None:
    resize(tab, width)
    tab.goto(f"{site}/{name}")
    for summary in tab.locator("details summary").all():
        summary.click()
    assert too_wide(tab) == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_there_within_a_second(tab: Tab, site: str, name: str) -> None:
    spent = []
    for _ in range(3):
        start = time.monotonic()
        tab.goto(f"{site}/{name}", wait_until="load")
        until(lambda: text(tab, "main"))
        spent.append(time.monotonic() - start)
    print(f"{name}: first load {spent[0] * 1000:.0f} ms, again {spent[-1] * 1000:.0f} ms")
    assert min(spent) <= FIRST_LOAD_S


def test_the_busiest_hour_is_said_before_anything_else(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/busy")
    assert text(tab, "#busiest") == "Tuesday 18:00"
    assert text(tab, "#busiest-note") == "about 15 sessions a week"
    assert re.fullmatch(r"\w+day 1[0-4]:00", text(tab, "#quietest"))


def test_the_week_is_walked_with_the_arrow_keys(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/busy")
    tab.focus("[data-show=in_use_percent]")
    tab.keyboard.press("Tab")
    assert text(tab, "#status").startswith("Tuesday 18:00: about 15 sessions a week, in use ")
    assert text(tab, "#status").endswith("% of weeks")
    for key, place in (
        ("ArrowRight", "Wednesday 18:00"),
        ("ArrowDown", "Wednesday 19:00"),
        ("Home", "Monday 19:00"),
        ("ArrowLeft", "Monday 19:00"),
        ("End", "Sunday 19:00"),
        ("PageUp", "Sunday 05:00"),
    ):
        tab.keyboard.press(key)
        assert text(tab, "#status").startswith(place)
    assert text(tab, "#status") == "Sunday 05:00: too few sessions to show"
    assert tab.locator(".heat td[tabindex='0']").count() == 1


def test_the_week_is_a_table_with_names_and_only_the_open_hours(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/busy")
    heads = texts(tab, ".heat thead th")
    assert heads[1:] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    hours = texts(tab, ".heat tbody th")
    assert (hours[0], hours[-1]) == ("05:00", "22:00")
    expect(tab.get_by_role("grid", name="Sessions in each hour of the week")).to_be_visible()
    assert tab.locator(".heat td.few").first.text_content() == "too few to show"


def test_the_numbers_of_the_week_can_say_how_often_an_hour_is_in_use(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/busy")
    assert "15" in texts(tab, ".heat td.h5")
    tab.click("[data-show=in_use_percent]")
    assert "95" in texts(tab, ".heat td.h5")
    assert tab.get_attribute("[data-show=in_use_percent]", "aria-pressed") == "true"


def test_technique_shows_the_latest_period_first_and_any_other_by_keyboard(
    tab: Tab, site: str
) -> None:
    tab.goto(f"{site}/technique")
    assert text(tab, "#clean") == "70%"
    assert text(tab, "#change") == "About the same as the period before."
    assert "about 185" in text(tab, "#patterns")
    assert "The second half of a set goes better than the first" in text(tab, "#halves")
    tab.focus("#period")
    for _ in range(2):
        tab.keyboard.press("ArrowDown")
    assert text(tab, "#clean") == "65%"
    tab.select_option("#period", "4")
    assert text(tab, "#clean") == "–"
    assert text(tab, "#change") == "Too few sessions with reps to show this."


def test_what_technique_merges_and_hides_is_said(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/technique")
    assert "Spine or Unclear" in text(tab, "#patterns")
    assert text(tab, "#together").startswith("Kinds that stand together are too few")
    assert text(tab, "#faults-hidden") == "Not shown: 12"
    tab.click("#faults-hidden summary")
    assert "Back arches" in text(tab, "#faults-hidden")


def test_stations_are_compared_by_period_and_those_too_few_only_together(
    tab: Tab, site: str
) -> None:
    tab.goto(f"{site}/stations")
    rows = [row.replace("\n", " ") for row in texts(tab, "#compared tbody tr")]
    assert re.sub(r"\s+", " ", rows[0]) == "Front desk about 520 65%"
    assert re.sub(r"\s+", " ", rows[2]) == "studio and Upper floor about 40 too few to show"
    assert text(tab, "#together")
    tab.select_option("#period", "0")
    assert "about 480" in text(tab, "#compared")


def test_each_stations_week_is_there_in_words_and_as_a_table(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/stations")
    assert texts(tab, ".health h3") == ["free-weights", "Front desk"]
    health = tab.locator(".health").nth(1)
    assert "slowed itself down: 10" in health.inner_text()
    health.locator("summary").click()
    expect(health.locator("tbody tr")).to_have_count(8)


@drawn
@pytest.mark.parametrize(("name", "curves"), [("technique", 1), ("stations", 6)])
def test_curves_have_names_and_are_drawn_when_seen(
    tab: Tab, site: str, name: str, curves: int
) -> None:
    tab.goto(f"{site}/{name}")
    images = tab.locator("main [role=img][aria-label]")
    assert images.count() == curves
    for image in images.all():
        image.scroll_into_view_if_needed()
        expect(image.locator("canvas")).to_have_count(1)


@pytest.mark.parametrize("name", PAGES)
def test_without_the_charts_program_every_number_is_there(tab: Tab, site: str, name: str) -> None:
    tab.route("**/vendor/**", lambda route: route.abort())
    tab.goto(f"{site}/{name}")
    assert tab.locator("main table").count() >= 1
    expect(tab.locator("main [role=img]")).to_have_count(0)


@drawn
def test_who_wants_no_motion_gets_none(tab: Tab, site: str) -> None:
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(f"{site}/technique")
    tab.wait_for_selector("#trend canvas")
    tab.evaluate("new Promise(requestAnimationFrame)")
    look = "document.querySelector('#trend canvas').toDataURL()"
    before = tab.evaluate(look)
    tab.wait_for_timeout(250)
    assert tab.evaluate(look) == before


@drawn
def test_curves_follow_the_light(tab: Tab, site: str) -> None:
    tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.goto(f"{site}/technique")
    tab.wait_for_selector("#trend canvas")
    look = "document.querySelector('#trend canvas').toDataURL()"
    before = tab.evaluate(look)
    tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
    until(lambda: tab.evaluate(look) != before)


@pytest.mark.parametrize("name", PAGES)
def test_a_gym_without_figures_says_why(tab: Tab, site: str, name: str) -> None:
    tab.goto(f"{site}/{name}?gym=new")
    assert "Not enough sessions yet" in text(tab, "main .empty")


def test_gyms_and_simulated_ones_are_kept_apart_and_said(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/busy")
    assert "Simulated data" not in text(tab, "body")
    tab.get_by_role("link", name="south").click()
    assert "gym=south" in tab.url
    tab.get_by_role("link", name="Simulated", exact=True).click()
    assert text(tab, ".banner").startswith("Simulated data")
    assert tab.locator(".export").get_attribute("href") == (
        "/export/busy.csv?gym=demo-gym&data=simulated"
    )


def test_many_gyms_are_a_list() -> None:
    with showcase(tuple(f"gym-{n}" for n in range(9))) as url:
        page = httpx.get(f"{url}/busy").text
    assert page.count("<option") == 9


def test_days_and_the_frame_are_in_the_readers_language(tab: Tab, site: str) -> None:
    tab.goto(f"{site}/busy")
    tab.click("text=DE")
    assert tab.url == f"{site}/busy"
    assert tab.get_attribute("html", "lang") == "de"
    tab.wait_for_selector(".heat")
    assert texts(tab, ".heat thead th")[1:3] == ["Mo", "Di"]
    assert text(tab, "#busiest").startswith("Dienstag")
    current = tab.locator(".languages [aria-current]")
    assert current.inner_text() == "DE"


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "x", "/\n"])
def test_choosing_a_language_leads_nowhere_else(site: str, back: str) -> None:
    answer = httpx.get(f"{site}/language", params={"to": "de", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "httponly" in answer.headers["set-cookie"].lower()


def test_a_language_that_is_not_spoken_is_not_kept(site: str) -> None:
    answer = httpx.get(f"{site}/language?to=xx&back=/busy")
    assert answer.headers["location"] == "/busy"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", PAGES)
def test_the_current_page_is_marked(tab: Tab, site: str, name: str) -> None:
    tab.goto(f"{site}/{name}")
    assert tab.locator(".pages [aria-current=page]").get_attribute("href") == f"/{name}"


def test_pages_hold_nothing_inline_and_only_their_parts_may_stay_in_the_browser(site: str) -> None:
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    for name in PAGES:
        answer = httpx.get(f"{site}/{name}")
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert httpx.get(f"{site}/static/page.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", PAGES)
def test_a_pages_texts_are_all_there_and_all_used(name: str) -> None:
    template = (TEMPLATES / f"{name}.html").read_text(encoding="utf-8")
    script = (ROOM / "static" / f"{name}.js").read_text(encoding="utf-8")
    given = set(re.findall(r'^  "(\w+)": _\(', template, re.M))
    assert given == set(re.findall(r"texts\.(\w+)", script))
