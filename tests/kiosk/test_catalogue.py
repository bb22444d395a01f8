"""The order in which exercises are offered."""

from station.kiosk import catalogue


def test_the_hinge_then_its_drills_then_the_ladder_then_the_pick_up() -> None:
    known = catalogue.load()
    modes = [exercise.mode for exercise in known.values()]
    assert next(iter(known)) == "hinge"
    assert modes[1:] == sorted(modes[1:], key=catalogue.MODES.index)
    assert list(known)[-1] == "pick_up"
    steps = list(known)
    for rung in ("rdl", "kickstand", "kickstand_lifted"):
        for harder in known[rung].next_rungs:
            assert steps.index(rung) < steps.index(harder)


def test_what_a_coach_adds_comes_after_those_of_its_mode() -> None:
    known = catalogue.load()
    added = known["wall_tap"].model_copy(update={"id": "a_drill_of_ours"})
    order = list(catalogue.in_order({"a_drill_of_ours": added} | known))
    assert order.index("a_drill_of_ours") == 5
