"""Takes out of what leaves this installation whatever is nobody's business elsewhere.

That is: the project's secrets in every way they are written, what the rules for keys call one, the mail addresses of
people who have an account here, the names of those who spoke where a prompt says who did, and the folders of this
machine. The same text always becomes the same: so a stream
and the file it made go on fitting each other.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models.functions import Lower

from agents.errors import NotPossible
from agents.lifecycle import speech
from agents.models import Job, Message
from agents.recordings import secrets as keys
from projects import storable
from projects.masking import Masker
from projects.models import Member, User
from projects.services import secrets

SIGN = "[removed {}]"
# One letter at a time from where the run begins, so that no text takes longer than its length.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{1,64}(?:@|%40)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"
)
# A folder this near to the root is the same on every machine.
_LEAST_PARTS = 3


class Cleaner:
    """`removed` counts the texts that held something."""

    def __init__(
        self, masker: Masker, *, people: Iterable[str] = (), names: Iterable[str] = (), folders: Iterable[str] = ()
    ) -> None:
        self.removed = 0
        self._masker = masker
        self._known: dict[str, bool] = {}
        written = [form for address in people for form in (address, address.replace("@", "%40"))]
        self._people = _any_of(written, "", re.IGNORECASE)
        # As prompts once told of what was asked before.
        self._speakers = _any_of((f"- {name}" for name in names), "(?=: “)", re.MULTILINE, before="^")
        self._folders = _any_of(folders, r"(?![\w.-])")

    def text(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return self.data(data).decode("utf-8", "surrogatepass")

    def data(self, data: bytes) -> bytes:
        """Of whatever bytes: what is no text in them stays as it is."""
        masked = self._masker.without(data, _sign) if self._masker else data
        text = masked.decode("utf-8", "surrogateescape")
        cleaned = self._without_people(keys.without(text, SIGN))
        cleaned = self._speakers.sub(f"- {speech.PERSON}", cleaned)
        cleaned = self._folders.sub(SIGN.format("a folder"), cleaned)
        result = cleaned.encode("utf-8", "surrogateescape")
        self.removed += result != data
        return result

    def value(self, value: object) -> object:
        """The same lists and dictionaries with every text in them cleaned."""
        match value:
            case str():
                return self.text(storable.text(value))
            case Mapping():
                return self._mapping(value)
            case list() | tuple():
                return [self.value(each) for each in value]
        return value

    def _mapping(self, value: Mapping[object, object]) -> dict[object, object]:
        cleaned = {self.value(key): self.value(each) for key, each in value.items()}
        if len(cleaned) != len(value):
            raise NotPossible("Without what has to stay here two things of this job would be called the same.")
        return cleaned

    def _without_people(self, text: str) -> str:
        if "@" not in text and "%40" not in text:
            return text
        said = SIGN.format("a mail address")
        text = self._people.sub(said, text)
        self._look_up({_plain(found) for found in _ADDRESS.findall(text)} - self._known.keys())
        return _ADDRESS.sub(lambda found: said if self._known[_plain(found[0])] else found[0], text)

    def _look_up(self, unknown: set[str]) -> None:
        """Who has an account here. What else looks like an address is part of the app."""
        waiting = sorted(unknown)
        for start in range(0, len(waiting), 500):
            part = waiting[start : start + 500]
            mine = set[str]()
            for rows in (User.objects.all(), EmailAddress.objects.all()):
                plain = rows.annotate(plain=Lower("email")).filter(plain__in=part)
                mine.update(plain.values_list("plain", flat=True))
            self._known.update({address: address in mine for address in part})


def of(job: Job) -> Cleaner:
    members = Member.objects.filter(project=job.project_id).values_list("user__email", flat=True)
    return Cleaner(secrets.masker(job.project), people=members, names=_speakers(job), folders=_folders())


def _speakers(job: Job) -> set[str]:
    """Everybody who ever said something in its session."""
    authors = Message.objects.filter(session=job.session_id, author__isnull=False).values("author")
    return {user.get_short_name() for user in User.objects.filter(pk__in=authors)}


def _any_of(texts: Iterable[str], then: str, flags: int = 0, *, before: str = "") -> re.Pattern[str]:
    """The longest first; of none, what is found nowhere."""
    found = sorted(set(texts), key=len, reverse=True)
    return re.compile(f"{before}(?:{'|'.join(map(re.escape, found))}){then}" if found else r"(?!)", flags)


def _sign(name: str) -> bytes:
    return SIGN.format(name).encode()


def _plain(address: str) -> str:
    return address.replace("%40", "@").lower()


def _folders() -> set[str]:
    found = {Path(str(folder)).resolve() for folder in (settings.DJINN_HOME, settings.BASE_DIR, Path.home())}
    given = {Path(str(settings.DJINN_HOME)), Path(str(settings.BASE_DIR))}
    return {str(folder) for folder in found | given if len(folder.parts) >= _LEAST_PARTS}
