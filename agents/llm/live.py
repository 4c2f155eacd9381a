"""Calls a real model through litellm, and believes an end only when the provider said it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from agents import credentials
from agents.errors import ModelFailure
from agents.llm import arguments, failures, library
from agents.llm.base import Delta, Limits, Request, Text
from agents.llm.reading import Overheard, Reading
from agents.llm.waiting import Patience
from projects import storable

MOST_NAME = 120
_END = object()


class Live:
    async def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta, None]:
        if sentence := credentials.missing_key(request.model):
            raise ModelFailure("auth", sentence)
        given = arguments.of(request, limits)
        litellm = await asyncio.to_thread(library.load)
        reading, patience = Reading(request), Patience(limits)
        reply: Any = None
        overheard: Overheard | None = None
        try:
            reply = await patience.wait(litellm.acompletion(**given))
            if reply is None:  # what litellm makes of a 422
                raise ModelFailure("invalid_input", "the provider refused the form of the request")
            overheard = _listen(reply)
            while (chunk := await patience.wait(anext(reply, _END))) is not _END:
                text, is_token = reading.take(chunk)
                patience.note(is_token=is_token)
                if text:
                    yield Text(text)
            calls, finish = reading.end(proof=_proof(reply), answered=_answered(request.model, overheard))
        except Exception as error:
            if spent := reading.spent(answered=_answered(request.model, overheard)):
                yield spent
            # `from None`: what the client raised may quote headers or addresses with a key.
            raise _failure(error, has_text=reading.has_text, limits=limits) from None
        finally:
            if reply is not None:
                await reply.aclose()
        for call in calls:
            yield call
        yield finish


def _failure(error: Exception, *, has_text: bool, limits: Limits) -> ModelFailure:
    if isinstance(error, ModelFailure):
        return error
    return failures.explain(error, begun=has_text, connect=limits.connect)


def _listen(reply: Any) -> Overheard | None:
    """Before the first chunk is read. Some providers' streams are opened later; then nobody is overheard."""
    if reply.completion_stream is None:
        return None
    overheard = Overheard(reply.completion_stream)
    reply.completion_stream = overheard
    return overheard


def _answered(asked: str, overheard: Overheard | None) -> str:
    """The model that says it answered, under the provider that was asked."""
    name = storable.name(overheard.name) if overheard else ""
    provider, slash, _ = asked.partition("/")
    if not name or not slash or name.startswith(f"{provider}/"):
        return (name or asked)[:MOST_NAME]
    return f"{provider}/{name}"[:MOST_NAME]


def _proof(reply: Any) -> str:
    """The finish reason the provider itself sent, or nothing.

    The chunks cannot tell: at any clean end of the stream litellm makes up a chunk that says
    "stop". These two fields are set only from what came over the wire.
    """
    return reply.received_finish_reason or reply.intermittent_finish_reason or ""
