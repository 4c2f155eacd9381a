"""What a model can be given, as far as litellm's list of models on disk knows it.

A model that stands nowhere in the list is believed to take text and nothing else.
"""

import functools
from collections.abc import Iterator
from typing import Final

from agents import listing

# Here the mark of a stable beginning is understood, or taken off by litellm where the model behind has no use for it.
READS_CACHE_MARKS: Final = ("openrouter/", "anthropic/")


def takes_images(model: str) -> bool:
    return bool(_entry(model).get("supports_vision"))


def takes_effort(model: str) -> bool:
    return bool(_entry(model).get("supports_reasoning"))


def takes_cache_marks(model: str) -> bool:
    return model.startswith(READS_CACHE_MARKS) or "claude" in model


@functools.lru_cache(maxsize=256)
def _entry(model: str) -> listing.Entry:
    listed = listing.entries()
    return next((listed[name] for name in _names(model) if name in listed), {})


def _names(model: str) -> Iterator[str]:
    """Its name as it stands, then without who sells it; OpenRouter writes 4.5 where the maker writes 4-5."""
    name, slash = model.partition(":")[0], "/"
    while True:
        yield name
        yield name.replace(".", "-")
        _, slash, name = name.partition("/")
        if not slash:
            return
