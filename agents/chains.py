"""Which models may answer, in order: "a, b, c" prefers a, and the others stand in for it.

Knows no Django: the settings are read with it. Whether a provider exists is asked in `credentials`.
"""

from collections.abc import Mapping
from typing import Final

DEMO: Final = "demo"
MOST: Final = 5
# As much as a job keeps.
MOST_TEXT: Final = 120


# Steps that are asked of the models of another kind.
_LIKE: Final = {"steer": "edit", "plan": "design"}


class Unusable(ValueError):
    """No such chain can be meant; the words say why."""


def names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def is_demo(name: str) -> bool:
    return name.partition("/")[0] == DEMO


def check(text: str) -> None:
    if len(text) > MOST_TEXT:
        raise Unusable(f"The names of models have at most {MOST_TEXT} characters together.")
    chain = [part.strip() for part in text.split(",")]
    if "" in chain:
        raise Unusable("The name of a model is missing beside a comma.")
    if len(chain) > MOST:
        raise Unusable(f"At most {MOST} models may stand in for one another.")
    for name in chain:
        if not name.isprintable() or " " in name:
            raise Unusable(f"“{name}” is not the name of a model: it holds a space.")
    if len(set(chain)) < len(chain):
        raise Unusable("A model cannot stand in for itself.")
    if len({is_demo(name) for name in chain}) > 1:
        raise Unusable("The demo cannot stand in for a model, nor a model for the demo.")


def of_step(step: str, *, job: str, is_chosen: bool, by_kind: Mapping[str, str]) -> tuple[str, ...]:
    """The models for a step of a job: its own where a person chose one, else that of the kind of step.

    A job that was begun with the demo stays with it, and one with a model never ends in the demo.
    """
    work = step.partition("-")[0]
    own, kind = names(job), names(by_kind.get(_LIKE.get(work, work), ""))
    if is_chosen or not kind or any(is_demo(name) != is_demo(own[0]) for name in kind):
        return own
    return kind
