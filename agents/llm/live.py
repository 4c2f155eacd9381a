"""Calls a real model through litellm, and believes an end only when the provider said it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from agents import credentials
from agents.errors import ModelFailure
from agents.llm import arguments, failures, library
from agents.llm.base import Delta, Limits, Request, Text
from agents.llm.reading import Reading
from agents.llm.waiting import Patience

_END = object()


class Live:
    async def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta, None]:
        if sentence := credentials.missing_key(request.model):
            raise ModelFailure("auth", sentence)
        litellm = await asyncio.to_thread(library.load)
        reading, patience = Reading(request), Patience(limits)
        reply: Any = None
        try:
            given = arguments.of(request, limits, litellm)
            reply = await patience.wait(litellm.acompletion(**given))
            if reply is None:  # what litellm makes of a 422
                raise ModelFailure("invalid_input", "the provider refused the form of the request")
            reading.listen(reply)
            while (chunk := await patience.wait(anext(reply, _END))) is not _END:
                text, is_token = reading.take(chunk)
                patience.note(is_token=is_token)
                if text:
                    yield Text(text)
            calls, finish = reading.end(proof=_proof(reply))
        except Exception as error:
            if spent := reading.spent():
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


def _proof(reply: Any) -> str:
    """The finish reason the provider itself sent, or nothing.

    The chunks cannot tell: at any clean end of the stream litellm makes up a chunk that says
    "stop". These two fields are set only from what came over the wire.
    """
    return reply.received_finish_reason or reply.intermittent_finish_reason or ""
