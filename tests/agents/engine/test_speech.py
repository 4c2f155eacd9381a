"""What the agent says: kept once, whole, within a limit."""

from agents.engine.context import Context
from agents.engine.speech import Speech, say
from agents.models import Message
from agents.models.sessions import MOST_TEXT
from projects import feed


def said(context: Context) -> list[str]:
    events = feed.since(context.project.pk, 0)
    return [
        event.payload["text"] for event in events if event.kind == "message_sent" and event.payload["author"] == "Djinn"
    ]


def test_pieces_become_one_message(context: Context):
    speech = Speech(context)
    for piece in ("  I am ", "making", " a shelf.\n"):
        speech.add(piece)
    speech.say()
    speech.say()
    assert said(context) == ["I am making a shelf."]
    message = Message.objects.get(role="assistant")
    assert (message.text, message.job, message.author) == ("I am making a shelf.", context.job, None)


def test_silence_is_no_message(context: Context):
    speech = Speech(context)
    speech.add(" \n\n")
    speech.say()
    assert said(context) == []


def test_after_a_message_the_next_one_begins(context: Context):
    speech = Speech(context)
    for text in ("One.", "Two."):
        speech.add(text)
        speech.say()
    assert said(context) == ["One.", "Two."]
    assert Message.objects.filter(role="assistant").count() == 2


def test_a_message_has_a_limit(context: Context):
    speech = Speech(context)
    for _ in range(30):
        speech.add("x" * 1000)
    speech.say()
    say(context, "y" * (MOST_TEXT + 1))
    say(context, "z" * MOST_TEXT)
    assert [(len(text), text[-1]) for text in said(context)] == [(MOST_TEXT, "…"), (MOST_TEXT, "…"), (MOST_TEXT, "z")]
