"""`manage.py import_job`: into a project or as one, or a sentence why not."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agents.engine import replay
from agents.models import Job
from agents.services import jobs, parcels
from projects.models import Project, User
from projects.services import projects
from tests.agents.engine.whole import build_without_a_box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(project: Project, owner: User, tmp_path: Path) -> Path:
    job = build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))
    target = tmp_path / "mine.zip"
    target.write_bytes(b"".join(parcels.export(job).pieces))
    return target


def ask(*arguments: object) -> str:
    out = StringIO()
    call_command("import_job", *map(str, arguments), stdout=out)
    return out.getvalue()


def refusal(*arguments: object) -> str:
    before = Job.objects.count()
    with pytest.raises(CommandError) as sorry:
        ask(*arguments)
    assert Job.objects.count() == before
    return str(sorry.value)


def came() -> Job:
    return Job.objects.select_related("project__owner", "branch").get(imported_at__isnull=False)


def test_into_a_project_that_is_there(file: Path, owner: User):
    other = projects.create(name="Other", by=owner)
    said = ask(file, "--project", f"{owner.handle}/{other.slug}")
    job = came()
    assert (job.project, job.created_by) == (other, owner)
    assert said.splitlines() == [
        f"Imported as {job.pk} into {owner.handle}/{other.slug}, {job.branch.name}.",
        f"Read it once more: manage.py replay_generation {job.pk}",
    ]
    assert replay.run(job).is_identical


def test_into_a_project_of_its_own(file: Path, owner: User):
    ask(file, "--new", "--name", "Brought", "--owner", owner.email)
    assert (came().project.name, came().project.owner) == ("Brought", owner)


def test_without_an_owner_it_is_the_local_one(file: Path, owner: User):
    ask(file, "--new")
    assert came().project.owner != owner


def test_what_stands_against_it_is_said(file: Path, owner: User, tmp_path: Path):
    assert "no project 'x/y'" in refusal(file, "--project", "x/y")
    assert "Nobody here has the address" in refusal(file, "--new", "--owner", "nobody@example.org")
    assert "No such file" in refusal(tmp_path / "none.zip", "--new")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(file.read_bytes()[:-50])
    assert "not a zip" in refusal(broken, "--new")
    assert "required" in refusal(file)
