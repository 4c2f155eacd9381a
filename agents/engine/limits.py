"""How long a model may take over a call of the engine, as it is set."""

from django.conf import settings

from agents.llm.base import Limits


def of_a_call() -> Limits:
    return Limits(
        connect=settings.MODEL_CONNECT_SECONDS,
        first=settings.MODEL_FIRST_SECONDS,
        between=settings.MODEL_BETWEEN_SECONDS,
        total=settings.MODEL_TOTAL_SECONDS,
    )
