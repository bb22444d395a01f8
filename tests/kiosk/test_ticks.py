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
