"""What did not fit is asked for in other ways: its blocks once more, the files whole, and that of another model.

After the last rung it is for the person to say how to go on.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

WHOLE = "Send each of these files whole this time."
_LADDER = (
    "Send these blocks again, taken anew from the text as it is now.",
    WHOLE,
    "Send each of these files whole.",
)


@dataclass(frozen=True)
class Rung:
    """Who is asked now, and what for if it does not fit."""

    model: str
    next: str
    is_own: bool
    is_of_blocks: bool

    def asks(self, *, only_whole: bool) -> str:
        """Where only whole files were refused there are no blocks to send again."""
        return WHOLE if only_whole and self.next == _LADDER[0] else self.next


def rungs(models: tuple[str, ...]) -> Iterator[Rung]:
    """The model of the step three times, then the next of those that may answer it."""
    own, *others = models
    asked = [own, own, own, *others[:1]]
    said = itertools.zip_longest(asked, _LADDER[: len(asked) - 1], fillvalue="")
    for number, (model, after) in enumerate(said):
        yield Rung(model, after, is_own=model == own, is_of_blocks=number == 1)
