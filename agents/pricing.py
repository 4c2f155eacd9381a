"""What tokens cost, and what a call could cost before it is made, by litellm's price list on disk."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol

from agents import listing, tokens

# These run on the operator's own machine.
FREE: Final = ("demo", "ollama", "ollama_chat", "lm_studio", "llamafile")
# These say in the reply what they charged. For all others litellm writes in its own guess.
SAYS_ITS_PRICE: Final = ("openrouter/",)
RESELLS: Final = "openrouter/"
TIER: Final = re.compile(r"^input_cost_per_token_above_(\d+)k_tokens$")

# What frames a turn or a tool, and the most that one picture is counted as by those who say so.
FRAME: Final = 16
PICTURE: Final = 3_000

Price = listing.Entry


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


class Said(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def images(self) -> Sequence[object]: ...


class Offered(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...


class Asked(Protocol):
    """What is known of a call before it is made."""

    @property
    def messages(self) -> Sequence[Said]: ...
    @property
    def tools(self) -> Sequence[Offered]: ...
    @property
    def max_tokens(self) -> int | None: ...


def cost(model: str, used: Tokens) -> Decimal | None:
    """In US dollars; None when nobody told us this model's price."""
    if model.split("/", 1)[0] in FREE:
        return Decimal(0)
    price = price_of(model)
    return None if price is None else _sum(price, used)


def bound(model: str, request: Asked) -> Decimal | None:
    """The most the call may cost in US dollars: all of the prompt at its dearest, and the longest reply there can be.

    The prompt's tokens are an estimate (`input_tokens`), so this is a bound to reserve by, not a promise.
    None when nobody told us the price, or how long the model's replies may get.
    """
    if model.split("/", 1)[0] in FREE:
        return Decimal(0)
    price = price_of(model) or _makers_price(model)
    longest = request.max_tokens or (price or {}).get("max_output_tokens")
    if price is None or not longest:
        return None
    read = input_tokens(request)
    into, out = _dearest(price, read)
    return read * into + int(longest) * out


def rates(model: str, *, prompt: int = 0) -> tuple[Decimal, Decimal] | None:
    """What a token costs at its dearest, read and written, beside a prompt of so many; None: nobody told us."""
    if model.split("/", 1)[0] in FREE:
        return Decimal(0), Decimal(0)
    if (price := price_of(model) or _makers_price(model)) is None:
        return None
    return _dearest(price, prompt)


def input_tokens(request: Asked) -> int:
    """About as many tokens as the prompt has; nobody's tokenizer is asked."""
    texts = [turn.text for turn in request.messages]
    texts += [tool.name + tool.description + json.dumps(dict(tool.parameters)) for tool in request.tools]
    pictures = sum(len(turn.images) for turn in request.messages)
    return sum(map(tokens.count, texts)) + FRAME * len(texts) + PICTURE * pictures


def price_of(model: str) -> Price | None:
    """The entry of this very name, or of the name without its provider when that provider sells it."""
    prices = listing.entries()
    if (price := prices.get(model)) is None:
        provider, _, name = model.partition("/")
        price = prices.get(name)
        if price is None or price.get("litellm_provider") != provider:
            return None
    return price if _is_whole(price) else None


def _makers_price(model: str) -> Price | None:
    """OpenRouter stands in no list: it asks what the maker asks, and says in each reply what that was."""
    price = listing.find(model) if model.startswith(RESELLS) else {}
    return price if _is_whole(price) else None


def _is_whole(price: Price) -> bool:
    return "input_cost_per_token" in price and "output_cost_per_token" in price


def _sum(price: Price, used: Tokens) -> Decimal:
    tier = _tier(price, used.input + used.cache_read + used.cache_write)
    plain = _rate(price, "input_cost_per_token", tier) or Decimal(0)
    out = _rate(price, "output_cost_per_token", tier) or Decimal(0)
    read = _rate(price, "cache_read_input_token_cost", tier)
    write = _rate(price, "cache_creation_input_token_cost", tier)
    thought = _rate(price, "output_cost_per_reasoning_token", tier)
    return (
        used.input * plain
        + used.cache_read * (plain if read is None else read)
        # A price of nought for writing means "not priced apart", not "free of charge".
        + used.cache_write * (write or plain)
        + used.output * out
        + used.reasoning * (thought or out)
    )


def _dearest(price: Price, prompt: int) -> tuple[Decimal, Decimal]:
    tier = _tier(price, prompt)
    into = max(_rates(price, tier, "input_cost_per_token", "cache_creation_input_token_cost"))
    return into, max(_rates(price, tier, "output_cost_per_token", "output_cost_per_reasoning_token"))


def _tier(price: Price, prompt: int) -> str:
    """Some models cost more per token once the whole prompt is above a mark."""
    marks = [int(found[1]) for name in price if (found := TIER.match(name))]
    passed = [mark for mark in marks if prompt > mark * 1000]
    return f"_above_{max(passed)}k_tokens" if passed else ""


def _rates(price: Price, tier: str, *names: str) -> list[Decimal]:
    return [_rate(price, name, tier) or Decimal(0) for name in names]


def _rate(price: Price, name: str, tier: str) -> Decimal | None:
    value = price.get(name + tier, price.get(name))
    return None if value is None else Decimal(str(value))
