"""The screen thread's figures."""

from station.kiosk.ticks import TickMonitor


def test_a_stall_while_live_is_counted_and_one_elsewhere_is_not() -> None:
    monitor = TickMonitor()
    now = 0.0
    for _ in range(100):
        now += 0.016
        monitor.tick(now, live=True)
    now += 3.0
    monitor.tick(now, live=False)
    now += 3.0
    monitor.tick(now, live=True)
    monitor.tick(now + 0.080, live=True)
    figures = monitor.figures
    assert (figures.ticks, figures.stalls) == (100, 1)
    assert figures.median_ms == 16
    assert figures.worst_ms is not None
    assert round(figures.worst_ms) == 80
    assert "1 over 50 ms" in str(figures)


def test_never_live_is_said() -> None:
    assert str(TickMonitor().figures) == "screen thread: never live"


def test_the_histogram_has_every_tick_in_one_bin() -> None:
    monitor = TickMonitor()
    now = 0.0
    monitor.tick(now, live=True)
    for ms in (16, 17, 18, 19, 24, 25, 26, 60, 2000):
        now += ms / 1000
        monitor.tick(now, live=True)
    assert monitor.histogram == [(18, 3), (20, 1), (25, 2), (33, 1), (50, 0), (None, 2)]
    lines = monitor.drawn().splitlines()
    assert len(lines) == 6
    assert lines[0].split() == ["0", "to", "18", "ms", "3", "33.33", "%", "#" * 13]
    assert "over 50 ms" in lines[-1]
