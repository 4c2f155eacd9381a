"""Which provider answers for which model name."""

from agents.llm.base import Provider
from agents.llm.live import Live
from agents.llm.recorded import Recorded

DEMO = "demo"


def choose(model: str) -> Provider:
    if model == DEMO or model.startswith(f"{DEMO}/"):
        return Recorded()
    return Live()
