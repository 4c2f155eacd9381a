"""Builds what a model is asked, and reads its stream through the one parser."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace

from django.conf import settings

from agents import prompts
from agents.engine import continuing
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.writer import AnySink, Writer
from agents.llm.base import Begun, Given, Request, Turn
from agents.models import Step
from agents.parsing.stream import Parser
from projects.services import secrets
from sandboxes.runtime import stacks

# A request, and the hash of the prompt it was made from.
Asked = tuple[Request, str]


def request(
    context: Context,
    *,
    step: str,
    prompt: str,
    values: dict[str, str],
    paths: tuple[str, ...] = (),
    turns: tuple[Turn, ...] = (),
    begun: Begun | None = None,
    left_out: tuple[str, ...] = (),
    given: Given | None = None,
    text: str = "",
) -> Asked:
    """No secret of the project leaves by it."""
    system_text, prompt_hash = prompts.load(prompt, **values)
    masker = secrets.masker(context.project)
    system = Turn("system", system_text, stable=len(masker.text(prompts.beginning(prompt, **values))))
    asked = Request(
        model=context.models(step)[0],
        messages=tuple(
            replace(turn, text=masker.text(turn.text)) for turn in (system, *turns, *continuing.turns(begun))
        ),
        step=step,
        paths=paths,
        begun=begun,
        left_out=left_out,
        given=given,
        wish=masker.text(context.wish),
        text=masker.text(text or context.text),
        stacks=stacks.available(),
        effort="" if settings.MODEL_EFFORT == "own" else settings.MODEL_EFFORT,
    )
    return asked, prompt_hash


def read_stream(context: Context, step: Step, asked: Asked, writer: Writer[JobSink]) -> Call:
    """Run the call through a fresh parser into the writer; what was said is kept in any case."""
    call = writer.sink.call = Call(context, step, *asked)
    writer.begun, writer.left_out = asked[0].begun, frozenset(asked[0].left_out)
    try:
        with closing(call.texts()) as texts:
            take_in(texts, writer)
    finally:
        wind_up(context, writer)
    return call


def take_in(texts: Iterable[str], writer: Writer[AnySink]) -> None:
    """The one road from what a model writes to files. Only a reply that came to its end is closed."""
    parser = Parser()
    for text in texts:
        for event in parser.feed(text):
            writer.take(event)
    for event in parser.close():
        writer.take(event)


def wind_up(context: Context, writer: Writer[JobSink]) -> None:
    """Prose is kept and an unfinished card is closed, unless the job is no longer ours."""
    if not context.is_lost():
        writer.sink.speech.say()
        writer.abandon()
