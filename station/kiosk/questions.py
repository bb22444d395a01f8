"""What lies over a screen and waits for an answer: the words, and what each answer does."""

from station.kiosk import words
from station.kiosk.view import Action, Question

ASKED: dict[Question, tuple[str, str, str]] = {
    "still_there": (words.STILL_THERE, words.STILL_YES, words.STILL_NO),
    "end_set": (words.END_SET, words.END_SET_NO, words.END_SET_YES),
}
"""The question; the key on the left, which leaves all as it is; the one on the right."""

ANSWERS: dict[Question, tuple[Action, Action]] = {
    "still_there": ("stay", "done"),
    "end_set": ("no", "yes"),
}
