"""A reply that broke off inside a file is gone on with, not paid for again.

What there is of the file is read from the stored reply: it does not matter whether it reached its length, its
connection broke, somebody paused the job or the worker died over it.
"""

from typing import Any

from agents.llm.base import Begun, Turn
from agents.models import Generation, Step
from agents.parsing import continuing
from agents.parsing.continuing import Joined
from agents.parsing.events import FileTruncated
from agents.parsing.stream import Parser

# Less than so many characters are written anew sooner than gone on with.
_LEAST = 400
# The provider ended these for what was in them.
_NOT_AFTER = ("policy_denied",)
_MARK = "EOF_continued"


def unfinished(step: Step) -> Begun | None:
    """The file that the newest reply of the step left unfinished, if there is enough of it."""
    newest = Generation.objects.filter(step=step).order_by("attempt", "created_at").last()
    if newest is None or newest.error_code in _NOT_AFTER or newest.finish_reason == "content_filter":
        return None
    begun = of(newest.request.get("begun"))
    if not newest.response.strip():
        return begun
    found = _cut_off(newest.response)
    if found is None:
        return None
    joined = join(begun, found.path, found.text)
    kept = continuing.whole_lines(joined.text)
    return None if joined.is_ambiguous or len(kept) < _LEAST else Begun(found.path, kept)


def of(stored: Any) -> Begun | None:
    """As it stands in the row of a call."""
    return Begun(str(stored["path"]), str(stored["text"])) if stored else None


def join(begun: Begun | None, path: str, text: str) -> Joined:
    """What a reply holds of a file, with what was there of it before."""
    return continuing.join(begun.text, text) if begun and begun.path == path else Joined(text)


def turns(begun: Begun | None) -> tuple[Turn, ...]:
    """To be asked after everything else: the file as far as it came, and for the rest of it."""
    if begun is None:
        return ()
    said = f"cat > {begun.path} << '{_MARK}'\n{begun.text}"
    ask = (
        f"Your reply was cut off inside {begun.path}; its last whole line is the last one above. Go on: a block for "
        f"{begun.path} that begins with the line after it, and repeats nothing of it, to the end of the file. "
        "Then whatever is still missing, each file whole."
    )
    return (Turn("assistant", said), Turn("user", ask))


def _cut_off(text: str) -> FileTruncated | None:
    parser = Parser()
    parser.feed(text)
    last = [event for event in parser.close() if isinstance(event, FileTruncated) and event.form == "file"]
    return last[-1] if last else None
