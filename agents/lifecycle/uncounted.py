"""What a call has used up that nobody counted, as its reply broke off: about, by its prompt and by what arrived."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from django.conf import settings

from agents import chains, pricing, tokens
from agents.lifecycle import budgets

# Who answers so before the first word has done nothing that anybody would charge for.
_REFUSED = ("auth", "quota", "rate_limit", "provider_down", "invalid_input", "policy_denied", "internal")
# The column holds no more.
_MOST = 9_999


@dataclass(frozen=True)
class About:
    """In tokens; nobody can tell which of them came from a cache, or were thoughts."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0


def of(model: str, *, prompt: int, text: str, most: int | None, error: str = "") -> About | None:
    """`prompt` is in tokens, `text` what arrived, which cannot be more tokens than `most`.

    None of a call that has used up nothing.
    """
    if chains.is_demo(model) or not (prompt or text) or (error in _REFUSED and not text):
        return None
    arrived = tokens.count(text)
    return About(prompt, min(arrived, most) if most else arrived)


def cost(model: str, used: About) -> Decimal | None:
    """In US dollars; None where nobody told us a price, as on a server of one's own."""
    if settings.DJINN_API_BASE and not model.startswith(pricing.SAYS_ITS_PRICE):
        return None
    amount = pricing.about(model, used)
    return None if amount is None or amount > _MOST else amount.quantize(budgets.SMALLEST, ROUND_UP)
