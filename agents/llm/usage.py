"""Turns each provider's way of counting tokens into our disjoint columns."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agents.llm.base import Usage

# Floats bring noise far behind the last digit that anybody charges.
SMALLEST = Decimal("1E-10")
# Beyond these somebody counts wrongly, and no column holds it.
MOST_TOKENS = 2**31 - 1
MOST_COST = 9_999


def normalise(counted: Mapping[str, Any]) -> Usage:
    """Anthropic's own counts leave cached tokens out of the input; everybody else counts them in."""
    if "input_tokens" in counted and "input_tokens_details" not in counted and "prompt_tokens" not in counted:
        return _apart(counted)
    return _included(counted)


def charged(counted: Mapping[str, Any]) -> Decimal | None:
    """The price the provider itself put on the call, where it does."""
    cost = counted.get("cost")
    if not isinstance(cost, int | float) or not 0 <= cost <= MOST_COST:
        return None
    return Decimal(str(cost)).quantize(SMALLEST)


def _apart(counted: Mapping[str, Any]) -> Usage:
    return Usage(
        input=_count(counted, "input_tokens"),
        cache_read=_count(counted, "cache_read_input_tokens"),
        cache_write=_count(counted, "cache_creation_input_tokens"),
        output=_count(counted, "output_tokens"),
    )


def _included(counted: Mapping[str, Any]) -> Usage:
    into = _details(counted, "prompt_tokens_details", "input_tokens_details")
    out = _details(counted, "completion_tokens_details", "output_tokens_details")
    read = _count(into, "cached_tokens") or _count(counted, "cache_read_input_tokens", "prompt_cache_hit_tokens")
    write = _count(into, "cache_creation_tokens", "cache_write_tokens") or _count(
        counted, "cache_creation_input_tokens"
    )
    written = _count(counted, "completion_tokens", "output_tokens")
    thought = _count(out, "reasoning_tokens")
    return Usage(
        input=max(_count(counted, "prompt_tokens", "input_tokens") - read - write, 0),
        cache_read=read,
        cache_write=write,
        # A provider that reports more thought than output counts the two apart already.
        output=written - thought if thought <= written else written,
        reasoning=thought,
    )


def _details(counted: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        if isinstance(found := counted.get(name), Mapping):
            return found
    return {}


def _count(counted: Mapping[str, Any], *names: str) -> int:
    for name in names:
        value = counted.get(name)
        if isinstance(value, int | float) and value > 0:
            return int(min(value, MOST_TOKENS))
    return 0
