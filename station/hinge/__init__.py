"""In: a stream of poses and an `Exercise`. Out: reps, faults, one cue, a set's summary; facing the
camera, how the member stands.

Pure: no clock, no files, no screen, no camera. The same stream gives the same verdicts on any
machine.
"""

from station.hinge.checker import Checker
from station.hinge.exercise import Exercise
from station.hinge.front import FrontCheck, FrontReport
from station.hinge.gate import INSTRUCTIONS
from station.hinge.landmarks import BONES
from station.hinge.verdict import Angles, Back, Cue, Gate, Neck, Place, Rep, Summary, Update, View

__all__ = [
    "BONES",
    "INSTRUCTIONS",
    "Angles",
    "Back",
    "Checker",
    "Cue",
    "Exercise",
    "FrontCheck",
    "FrontReport",
    "Gate",
    "Neck",
    "Place",
    "Rep",
    "Summary",
    "Update",
    "View",
]
