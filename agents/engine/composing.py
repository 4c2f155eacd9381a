"""The words of a prompt about a project that exists, within the room of its call."""

from collections.abc import Sequence

from agents import prompts, room, tokens
from agents.engine import reading, view
from agents.engine.context import Context
from agents.engine.conversation import Earlier
from agents.llm.base import Given, Turn
from projects.models import ChangeSet

# What frames a turn.
_FRAME = 8


def values(
    context: Context, changeset: ChangeSet, *, step: str, prompt: str, first: Sequence[str], earlier: Earlier
) -> tuple[dict[str, str], Given]:
    """What fills its places, and an account of what that is."""
    steady = {"rules": reading.rules(changeset), "wish": context.wish}
    late = {"said": context.said}
    taken = weight(prompt, {**steady, **late, "tree": "", "files": "", "earlier": ""}, earlier.turns)
    most = room.of(context.job, context.models(step))
    seen = view.of(changeset, room=most, taken=taken, first=first, earlier=earlier)
    return {**steady, **late, "tree": seen.tree, "files": seen.files, "earlier": seen.earlier}, seen.given


def weight(prompt: str, given: dict[str, str], turns: Sequence[Turn]) -> int:
    """Tokens of a call before anything of the project is in it."""
    said = sum(tokens.count(turn.text) + _FRAME for turn in turns)
    return tokens.count(prompts.load(prompt, **given).text) + said
