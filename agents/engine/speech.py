"""What the agent says in the chat: streamed as hints, kept as one message."""

import time
import uuid

from agents.engine.context import Context
from agents.lifecycle import speech
from agents.models import Message
from agents.models.sessions import MOST_TEXT
from projects import feed

_HINT_EVERY = 0.1
_HINT_MOST = 4000


class Speech:
    """The prose of one model call. `add` as it arrives, `say` when it is whole."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._id = uuid.uuid4()
        self._text = ""
        self._hinted = 0.0
        # By a worker that died over the same words.
        self.said: frozenset[str] = frozenset()

    def add(self, text: str) -> None:
        """A model that talks without end is listened to up to a limit."""
        self._text = (self._text + text)[: MOST_TEXT + 1]
        if self._text.strip() and time.monotonic() - self._hinted >= _HINT_EVERY:
            self._hinted = time.monotonic()
            hint = {"message": str(self._id), "text": self._text[-_HINT_MOST:]}
            job = self._context.job
            feed.hint(job.project_id, "message_chunk", hint, branch_id=job.branch_id)

    def say(self) -> None:
        """Keep what was said, if anything was."""
        text = self._text.strip()
        if text and text not in self.said:
            say(self._context, text, message_id=self._id)
        self._id, self._text = uuid.uuid4(), ""


def say_once(context: Context, text: str) -> None:
    """However often the work is done anew in which it is to be said."""
    if not Message.objects.filter(job=context.job, text=text[:MOST_TEXT]).exists():
        say(context, text)


def say(context: Context, text: str, *, message_id: uuid.UUID | None = None) -> None:
    """One message of the agent, with the same limit as a person's."""
    text = text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"
    with context.hold() as job:
        speech.by_agent(job, text, message_id=message_id or uuid.uuid4())
