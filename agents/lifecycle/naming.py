"""Jobs that are asked for by their name, such as a start: what they are called where nobody says more."""

from typing import Final

from agents.enums import JobKind
from agents.models import Job

WORDS: Final[dict[JobKind, str]] = {
    JobKind.REPAIR: "Mend the app.",
    JobKind.REVIEW: "Look the app over.",
    JobKind.INSTALL: "Install the app's packages.",
    JobKind.START: "Start the app.",
}


def words(kind: JobKind | None, text: str) -> str:
    """What is said by asking for it."""
    return text if text.strip() or kind not in WORDS else WORDS[kind]


def is_unspoken(job: Job) -> bool:
    return str(job.input.get("text", "")) == WORDS.get(JobKind(job.kind), "")
