"""What would be refused where it arrives is not sent, and what is sent is taken."""

import io
import uuid
import zipfile
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.errors import NotPossible
from agents.models import Attempt, Generation, Job, Message, Step
from agents.models.sessions import MOST_TEXT
from agents.parcels import shapes, unpacking
from agents.services import parcels
from projects.models import User
from projects.services import secrets

pytestmark = pytest.mark.django_db(transaction=True)


def packed(job: Job) -> bytes:
    return b"".join(parcels.export(job).pieces)


def made(job: Job, owner: User) -> Job:
    return parcels.make(io.BytesIO(packed(job)), by=owner)


@pytest.mark.parametrize(
    ("bound", "most", "says"),
    [
        ("MOST_PART", 100, "larger than 0 MB"),
        ("MOST_REQUEST", 100, r"calls/0001\.json is larger than 0 MB"),
        ("MOST_FILES", 5, "more than 5 parts"),
        ("MOST_BYTES", 1000, "more than 0 MB"),
        ("MOST_VALUES", 100, "more than 100 things"),
        ("MOST_ROWS", 1, "more than 1 steps"),
        ("MOST_CALLS", 1, "more than 1 calls"),
        ("MOST_EVENTS", 3, "more than 3 events"),
    ],
)
def test_what_would_be_too_large_there_is_not_sent(
    built: Job, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, says: str
):
    monkeypatch.setattr(shapes, bound, most)
    with pytest.raises(NotPossible, match=says):
        parcels.export(built)


def test_what_is_sent_is_just_as_much_as_is_taken(built: Job, owner: User, monkeypatch: pytest.MonkeyPatch):
    """The sum of all that stands in the zip, on both sides of one bound."""
    with zipfile.ZipFile(io.BytesIO(packed(built))) as archive:
        size = sum(info.file_size for info in archive.infolist())
    monkeypatch.setattr(shapes, "MOST_BYTES", size)
    monkeypatch.setattr(unpacking, "_LIMITS", replace(unpacking._LIMITS, total=size))
    assert made(built, owner).imported_at
    monkeypatch.setattr(shapes, "MOST_BYTES", size - 1)
    with pytest.raises(NotPossible, match="more than"):
        packed(built)


def test_what_was_asked_for_in_a_form_that_nobody_takes_is_not_sent(built: Job):
    call = Generation.objects.filter(job=built).order_by("created_at")[0]
    Generation.objects.filter(pk=call.pk).update(request={**call.request, "given": 7})
    with pytest.raises(NotPossible, match="given"):
        packed(built)


def test_what_signs_made_too_long_is_cut(built: Job, owner: User):
    secrets.put(built.project, name="A_NAME_THAT_IS_LONGER", value="q9-Kx27-wz81", by=owner)
    long = ("word " * 4000)[: MOST_TEXT - 12] + "q9-Kx27-wz81"
    Message.objects.filter(job=built, role="user").update(text=long)
    Job.objects.filter(pk=built.pk).update(input={**built.input, "text": long, "wish": long})
    came = made(Job.objects.get(pk=built.pk), owner)
    assert [len(came.input["text"]), len(came.input["wish"])] == [MOST_TEXT, MOST_TEXT]
    assert len(Message.objects.get(job=came, role="user").text) == MOST_TEXT


def test_an_import_takes_few_statements_for_many_rows(built: Job, owner: User):
    """Only what is told is written one by one."""
    few = _statements(packed(built), owner)
    step = built.steps.order_by("ordinal")[0]
    call = Generation.objects.filter(job=built)[0]
    assert built.session is not None
    for number in range(50):
        Attempt.objects.create(job=built, number=100 + number, worker="x", outcome="failed")
        Message.objects.create(session=built.session, role="assistant", text=f"{number}", job=built)
        Step.objects.create(job=built, key=f"more-{number}", ordinal=100 + number, role="builder", title="More")
        call.pk, call.step = None, step
        call.id = uuid.uuid4()
        call.save(force_insert=True)
    assert _statements(packed(built), owner) <= few + 20


def _statements(file: bytes, owner: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        came = parcels.make(io.BytesIO(file), by=owner)
    texts = [message.text for message in Message.objects.filter(job=came)]
    assert texts[-50:] == [str(number) for number in range(50)] or len(texts) < 50
    return len(captured)
