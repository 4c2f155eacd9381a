"""What a model can be given, as far as litellm's list of models on disk knows it.

A model that stands nowhere in the list is believed to take text and nothing else.
"""

from typing import Final

from agents import chains, listing

# Here the mark of a stable beginning is understood, or taken off by litellm where the model behind has no use for it.
READS_CACHE_MARKS: Final = ("openrouter/", "anthropic/")


def takes_images(model: str) -> bool:
    return bool(listing.find(model).get("supports_vision"))


def takes_effort(model: str) -> bool:
    return bool(listing.find(model).get("supports_reasoning"))


def takes_cache_marks(model: str) -> bool:
    return model.startswith(READS_CACHE_MARKS) or "claude" in model


def window(model: str) -> int | None:
    """Tokens of a prompt, at most; of one that is listed without, nobody knows."""
    listed = listing.find(model)
    return _count(listed.get("max_input_tokens") or listed.get("max_tokens"))


def longest_reply(model: str) -> int | None:
    return _count(listing.find(model).get("max_output_tokens"))


def _count(listed: object) -> int | None:
    return listed if isinstance(listed, int) and listed > 0 else None


def answers_anything(model: str) -> bool:
    """Whether it has something to say to what nobody foresaw. A recording knows only what was recorded."""
    return not chains.is_demo(model)
