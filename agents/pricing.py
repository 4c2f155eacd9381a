"""What tokens cost, read from litellm's price list on disk without importing litellm."""

import functools
import importlib.util
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

PRICE_LIST: Final = "model_prices_and_context_window_backup.json"
# These run on the operator's own machine.
FREE: Final = ("demo", "ollama", "ollama_chat", "lm_studio", "llamafile")
TIER: Final = re.compile(r"^input_cost_per_token_above_(\d+)k_tokens$")

Price = Mapping[str, Any]


class Tokens(Protocol):
    """Disjoint counts: no token is in two of them."""

    @property
    def input(self) -> int: ...
    @property
    def cache_read(self) -> int: ...
    @property
    def cache_write(self) -> int: ...
    @property
    def output(self) -> int: ...
    @property
    def reasoning(self) -> int: ...


def cost(model: str, tokens: Tokens) -> Decimal | None:
    """In US dollars; None when nobody told us this model's price."""
    if model.split("/", 1)[0] in FREE:
        return Decimal(0)
    price = price_of(model)
    return None if price is None else _sum(price, tokens)


def price_of(model: str) -> Price | None:
    """The entry of this very name, or of the name without its provider when that provider sells it."""
    prices = _prices()
    if (price := prices.get(model)) is None:
        provider, _, name = model.partition("/")
        price = prices.get(name)
        if price is None or price.get("litellm_provider") != provider:
            return None
    return price if "input_cost_per_token" in price and "output_cost_per_token" in price else None


def _sum(price: Price, tokens: Tokens) -> Decimal:
    tier = _tier(price, tokens.input + tokens.cache_read + tokens.cache_write)
    plain = _rate(price, "input_cost_per_token", tier) or Decimal(0)
    out = _rate(price, "output_cost_per_token", tier) or Decimal(0)
    read = _rate(price, "cache_read_input_token_cost", tier)
    write = _rate(price, "cache_creation_input_token_cost", tier)
    thought = _rate(price, "output_cost_per_reasoning_token", tier)
    return (
        tokens.input * plain
        + tokens.cache_read * (plain if read is None else read)
        # A price of nought for writing means "not priced apart", not "free of charge".
        + tokens.cache_write * (write or plain)
        + tokens.output * out
        + tokens.reasoning * (thought or out)
    )


def _tier(price: Price, prompt: int) -> str:
    """Some models cost more per token once the whole prompt is above a mark."""
    marks = [int(found[1]) for name in price if (found := TIER.match(name))]
    passed = [mark for mark in marks if prompt > mark * 1000]
    return f"_above_{max(passed)}k_tokens" if passed else ""


def _rate(price: Price, name: str, tier: str) -> Decimal | None:
    value = price.get(name + tier, price.get(name))
    return None if value is None else Decimal(str(value))


@functools.cache
def _prices() -> Mapping[str, Price]:
    """Empty when the list is not there: then every price is unknown, nothing breaks."""
    found = importlib.util.find_spec("litellm")
    if found is None or found.origin is None:
        return {}
    path = Path(found.origin).parent / PRICE_LIST
    loaded: dict[str, Price] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    loaded.pop("sample_spec", None)  # explains the columns
    return loaded
