"""Choose an exercise. Nothing is remembered from one member to the next."""

from station.kiosk.screens.base import StationScreen
from station.kiosk.view import View
from station.kiosk.widgets import Key


class Choose(StationScreen):
    """One key an exercise."""

    def show(self, view: View) -> None:
        offers = self.ids.offers
        if not offers.children:
            for exercise in self.context.exercises():
                key = Key()
                key.bind(on_press=lambda _, i=exercise.id: self.context.act("choose", i))
                offers.add_widget(key)
        for key, exercise in zip(reversed(offers.children), self.context.exercises(), strict=True):
            key.text = self.say(exercise.name)
