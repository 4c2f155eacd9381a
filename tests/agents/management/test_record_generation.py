"""`manage.py record_generation`: a finished job becomes what the demo plays, or a sentence says why not."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agents.models import Job
from agents.recordings import catalogue
from projects.models import Version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> Path:
    settings.DJINN_HOME = tmp_path
    return tmp_path / "recordings"


def ask(*arguments: object) -> str:
    out = StringIO()
    call_command("record_generation", *map(str, arguments), stdout=out)
    return out.getvalue()


def refusal(*arguments: object) -> str:
    with pytest.raises(CommandError) as sorry:
        ask(*arguments)
    assert sorry.value.returncode == 2
    return str(sorry.value)


def test_it_says_what_it_is_called_and_what_it_gives(built: Job, home: Path):
    assert ask(built.pk, "--name", "mine", "--title", "My list").splitlines() == [
        f"Recorded as “mine” in {home / 'mine'}",
        f"Played back, it gives {Version.objects.get().tree_hash}",
        "Use it: a wish like it with the demo model, or the model demo/mine.",
    ]
    found = catalogue.get("mine")
    assert found is not None
    assert (found.title, found.wish) == ("My list", "A list")


def test_a_name_that_is_taken_is_replaced_by_force(built: Job):
    ask(built.pk, "--name", "mine")
    assert "There is a recording “mine” already." in refusal(built.pk, "--name", "mine")
    assert "Recorded as “mine”" in ask(built.pk, "--name", "mine", "--force")


def test_what_cannot_be_recorded_is_said(job: Job, home: Path):
    assert "This job is queued. Only a completed one can be recorded." in refusal(job.pk)
    assert "is not the id of a job" in refusal("nonsense")
    assert not home.exists()


def test_a_home_that_cannot_be_written_is_a_sentence(built: Job, home: Path):
    home.write_text("in the way")
    assert "recordings" in refusal(built.pk)
