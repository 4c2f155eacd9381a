"""Numbers on the command line that can be meant."""

from argparse import ArgumentTypeError
from collections.abc import Callable


def bounded(least: int, most: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        """Named in argparse's own refusals, too."""
        number = int(text)
        if not least <= number <= most:
            raise ArgumentTypeError(f"must be between {least:,} and {most:,}")
        return number

    return whole
