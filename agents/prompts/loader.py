"""Reads a prompt from its Markdown file and fills in its places, written {{name}}."""

import functools
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).parent
PLACE: Final = re.compile(r"\{\{(\w+)\}\}")
# The one place that fills itself when nobody does: the rules of every kind of app.
RULES: Final = "rules"
# These hold the same in every call of a job; all others may hold something else each time.
STEADY: Final = frozenset({RULES, "stacks", "wish", "blueprint"})


class Prompt(NamedTuple):
    """`hash` names the wording alone, so that calls made from the same wording can be compared."""

    text: str
    hash: str


def load(name: str, **values: str) -> Prompt:
    """Every place must be given and every value used; a value's own braces stay as they are."""
    wording, values = _checked(name, values)
    return Prompt(_fill(wording, values), hashlib.sha256(wording.encode()).hexdigest())


def beginning(name: str, **values: str) -> str:
    """How the prompt begins in every call of a job: providers read that once and remember it."""
    wording, values = _checked(name, values)
    changing = (place.start() for place in PLACE.finditer(wording) if place[1] not in STEADY)
    return _fill(wording[: next(changing, None)], values)


def _checked(name: str, values: dict[str, str]) -> tuple[str, dict[str, str]]:
    wording = _read(HERE / f"{name}.md")
    places = set(PLACE.findall(wording))
    if RULES in places:
        values = {RULES: stack_rules(stack_names()), **values}
    if places != set(values):
        raise ValueError(f"the prompt {name} wants {sorted(places)}, not {sorted(values)}")
    return wording, values


def _fill(wording: str, values: dict[str, str]) -> str:
    return PLACE.sub(lambda place: values[place[1]], wording)


def stack_rules(names: Iterable[str]) -> str:
    """What a model must know to write each of these kinds of app."""
    return "\n\n".join(_read(HERE / "stacks" / f"{name}.md").strip() for name in names)


@functools.cache
def stack_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (HERE / "stacks").glob("*.md")))


@functools.cache
def _read(file: Path) -> str:
    return file.read_text("utf-8")
