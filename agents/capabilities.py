"""What a model can be given, as far as litellm's list of models on disk knows it.

A model that stands nowhere in the list is believed to take text and nothing else.
"""

from typing import Final

from agents import listing

# Here the mark of a stable beginning is understood, or taken off by litellm where the model behind has no use for it.
READS_CACHE_MARKS: Final = ("openrouter/", "anthropic/")


def takes_images(model: str) -> bool:
    return bool(listing.find(model).get("supports_vision"))


def takes_effort(model: str) -> bool:
    return bool(listing.find(model).get("supports_reasoning"))


def takes_cache_marks(model: str) -> bool:
    return model.startswith(READS_CACHE_MARKS) or "claude" in model
