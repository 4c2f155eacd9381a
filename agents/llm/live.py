"""Calls a real model through litellm, and believes an end only when the provider said it."""

import asyncio
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import httpx
from django.conf import settings

from agents import credentials, pricing
from agents.errors import ModelFailure
from agents.llm import failures, library, usage
from agents.llm.base import Delta, Finish, Limits, Request, Text, Usage

# No honest file repeats one piece this often; a model caught in a loop does.
REPEAT_LIMIT = 1_000
# An OpenAI-compatible server of one's own often wants no key, but the client insists on one.
NO_KEY = "none"
# These say in the reply what they charged. For all others litellm writes in its own guess.
SAYS_ITS_PRICE = ("openrouter/",)


class Live:
    async def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta, None]:
        if sentence := credentials.missing_key(request.model):
            raise ModelFailure("auth", sentence)
        litellm = await asyncio.to_thread(library.load)
        reading = Reading()
        reply: Any = None
        try:
            reply = await litellm.acompletion(**_arguments(request, limits))
            if reply is None:  # what litellm makes of a 422
                raise ModelFailure("invalid_input", "the provider refused the form of the request")
            async for chunk in reply:
                if text := reading.take(chunk):
                    yield Text(text)
        except ModelFailure:
            raise
        except Exception as error:
            # `from None`: what the client raised may quote headers or addresses with a key.
            raise failures.explain(error, begun=reading.begun) from None
        finally:
            if reply is not None:
                await reply.aclose()
        yield reading.finish(request.model, proof=_proof(reply))


class Reading:
    """What the chunks of one reply have said so far."""

    def __init__(self) -> None:
        self.begun = False
        self._reason = ""
        self._usage = Usage()
        self._charged: Decimal | None = None
        self._last = ""
        self._repeats = 0

    def take(self, chunk: Any) -> str:
        """The text of this chunk, often none."""
        if (counted := getattr(chunk, "usage", None)) is not None:
            counts = counted.model_dump()
            self._usage, self._charged = usage.normalise(counts), usage.charged(counts)
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._reason = choice.finish_reason or self._reason
        text: str = choice.delta.content or ""
        self.begun = self.begun or bool(text)
        self._watch_for_loop(text)
        return text

    def _watch_for_loop(self, text: str) -> None:
        if not text.strip():
            return
        self._repeats = self._repeats + 1 if text == self._last else 0
        self._last = text
        if self._repeats >= REPEAT_LIMIT:
            raise ModelFailure("malformed_output", "the model repeats itself without end")

    def finish(self, model: str, *, proof: str) -> Finish:
        if not proof:
            raise ModelFailure("truncated", "the stream ended without a finish reason")
        return Finish(self._reason or proof, self._usage, self._cost(model), model)

    def _cost(self, model: str) -> Decimal | None:
        """What the provider says it charged, else our price list; unknown stays unknown."""
        if self._charged is not None and model.startswith(SAYS_ITS_PRICE):
            return self._charged
        cost = None if settings.DJINN_API_BASE else pricing.cost(model, self._usage)
        return cost if cost is None or cost <= usage.MOST_COST else None


def _arguments(request: Request, limits: Limits) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": turn.role, "content": turn.text} for turn in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "timeout": httpx.Timeout(limits.read, connect=limits.connect),
        "max_retries": 0,
        "drop_params": True,
    }
    if request.max_tokens:
        arguments["max_tokens"] = request.max_tokens
    if settings.DJINN_API_BASE:
        name = request.model.removeprefix("openai/")
        arguments["model"] = f"openai/{name}"
        arguments["api_base"] = settings.DJINN_API_BASE
        arguments["api_key"] = settings.DJINN_API_KEY or NO_KEY
    elif settings.DJINN_API_KEY and _provider(request.model) == _provider(settings.DJINN_MODEL):
        # One provider's key is nobody else's business.
        arguments["api_key"] = settings.DJINN_API_KEY
    return arguments


def _provider(model: str) -> str:
    return model.partition("/")[0]


def _proof(reply: Any) -> str:
    """The finish reason the provider itself sent, or nothing.

    The chunks cannot tell: at any clean end of the stream litellm makes up a chunk that says
    "stop". These two fields are set only from what came over the wire.
    """
    return reply.received_finish_reason or reply.intermittent_finish_reason or ""
