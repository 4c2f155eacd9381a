"""What is written down of a call as its use: what its provider counted, or else about what it must have been."""

from dataclasses import dataclass
from decimal import Decimal

from agents import pricing
from agents.lifecycle import uncounted
from agents.llm.base import Finish, Request, Spent, Usage


@dataclass(frozen=True)
class Booked:
    """The columns of a generation."""

    model: str
    cost: Decimal | None = None
    is_estimated: bool = False
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


def of(request: Request, counted: Finish | Spent | None, *, prompt: int, text: str, error: str) -> Booked:
    """`prompt` is what was sent, in tokens, or 0 where it reached nobody; `text` is what came of the reply."""
    model = (counted.model if counted else "") or request.model
    if counted and (counted.cost is not None or counted.usage != Usage()):
        return _booked(model, counted.usage, counted.cost)
    about = uncounted.of(request.model, prompt=prompt, text=text, most=request.max_tokens, error=error)
    if about is None:
        return Booked(model)
    return _booked(model, about, uncounted.cost(request.model, about), is_estimated=True)


def _booked(model: str, used: pricing.Tokens, cost: Decimal | None, *, is_estimated: bool = False) -> Booked:
    return Booked(model, cost, is_estimated, used.input, used.cache_read, used.cache_write, used.output, used.reasoning)
