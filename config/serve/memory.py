"""What is loaded at the start stays for good, so the collector of garbage need not look through it again and again.

A whole round over the program takes more than a tenth of a second, in which a process answers nobody.
"""

import gc

from django.urls import get_resolver

# New objects between two rounds; a page of a list makes thousands, and nearly all go by themselves.
BETWEEN_ROUNDS = 10_000


def keep() -> None:
    """Loads what the first visitor would, and sets it aside."""
    get_resolver().reverse_dict  # noqa: B018 - asking for it reads every address and imports every view
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_ROUNDS, 10, 10)
