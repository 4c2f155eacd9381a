from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from projects.models import Blob
from projects.store import blobs

pytestmark = pytest.mark.django_db


def test_it_says_what_it_would_do_and_what_it_did(capsys: pytest.CaptureFixture[str]):
    blobs.put(b"unnamed")
    call_command("gc_blobs")
    Blob.objects.update(unreachable_since=timezone.now() - timedelta(days=2))
    call_command("gc_blobs", "--dry-run", "--grace-hours=72")
    call_command("gc_blobs", "--dry-run")
    call_command("gc_blobs")
    told = [line.replace("\xa0", " ") for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "Deleted 0 contents (0 bytes); 1 wait.",
        "Would delete 0 contents (0 bytes); 1 wait.",
        "Would delete 1 contents (7 bytes); 0 wait.",
        "Deleted 1 contents (7 bytes); 0 wait.",
    ]


@pytest.mark.parametrize("hours", [0, -1, 10_000])
def test_a_grace_that_makes_no_sense_is_refused(hours: int):
    with pytest.raises(CommandError, match="between 1 and"):
        call_command("gc_blobs", grace_hours=hours)
