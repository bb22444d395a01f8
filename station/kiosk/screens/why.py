"""Why to hinge: three drawn pictures, one sentence each."""

from typing import Any

from kivy.properties import ListProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from station.kiosk import palette, quiet_words
from station.kiosk.screens.base import StationScreen
from station.kiosk.view import View
from station.kiosk.widgets import TONES


class WhyCard(BoxLayout):  # type: ignore[misc]
    """One picture with its word and its sentence."""

    pattern = StringProperty("hinge")
    title = StringProperty("")
    sentence = StringProperty("")
    colour = ListProperty(list(palette.WHITE))


class Why(StationScreen):
    """The words of `quiet_words.WHY_PICTURES`; only a touch on "back" leaves."""

    def __init__(self, context: Any, **given: Any) -> None:
        super().__init__(context, **given)
        self._cards = [WhyCard() for _ in quiet_words.WHY_PICTURES]
        for card in self._cards:
            self.ids.cards.add_widget(card)

    def show(self, view: View) -> None:
        for card, picture in zip(self._cards, quiet_words.WHY_PICTURES, strict=True):
            card.pattern, card.colour = picture.pattern, TONES[picture.tone]
            card.title, card.sentence = self.say(picture.title), self.say(picture.sentence)
