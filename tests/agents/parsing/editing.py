"""A file to edit, and short words for what an edit did."""

from agents.parsing import edits
from agents.parsing.events import Block

FILE = """import os

def first(value):
    total = value + 1

    if total > 10:
        print("big")
    return total


def second(value):
    return value * 2
"""


def change(text: str, search: str, replace: str) -> edits.Result:
    return edits.apply(text, (Block(search, replace),))


def strategies(result: edits.Result) -> list[str]:
    return [applied.strategy for applied in result.applied]


def codes(result: edits.Result) -> list[str]:
    return [failure.code for failure in result.failures]
