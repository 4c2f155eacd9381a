"""Which provider answers for which model name."""

from agents import chains
from agents.llm.base import Provider
from agents.llm.live import Live
from agents.llm.recorded import Recorded


def choose(model: str) -> Provider:
    if chains.is_demo(model):
        return Recorded()
    return Live()
