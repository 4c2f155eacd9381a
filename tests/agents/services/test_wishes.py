"""From a wish to a project and its first job."""

import pytest

from agents import errors
from agents.models import Job, Message
from agents.services import wishes
from projects.models import Project, User


def test_a_wish_makes_a_project_named_after_its_first_words(owner: User):
    job = wishes.make(text="A reading list for the books on my desk.", by=owner, model="demo/kanban")
    assert (job.project.name, job.project.owner) == ("A reading list for the books", owner)
    assert job.project.settings == {"is_name_provisional": True}
    assert (job.kind, job.model, job.created_by) == ("generate", "demo/kanban", owner)
    assert Message.objects.get().text == "A reading list for the books on my desk."


def test_a_wish_that_is_refused_leaves_no_project(owner: User):
    for text in (" ", "x" * 20_001):
        with pytest.raises(errors.NotPossible):
            wishes.make(text=text, by=owner)
    assert (Project.objects.count(), Job.objects.count()) == (0, 0)


def test_the_same_key_gives_the_same_project(owner: User):
    first = wishes.make(text="A timer", by=owner, idempotency_key="k")
    assert wishes.make(text="A timer", by=owner, idempotency_key="k") == first
    assert (Project.objects.count(), Message.objects.count()) == (1, 1)


def test_somebody_elses_key_is_somebody_elses(owner: User):
    other = User.objects.create_user("other@example.org")
    first = wishes.make(text="A timer", by=owner, idempotency_key="k")
    assert wishes.make(text="A timer", by=other, idempotency_key="k") != first


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A timer", "A timer"),
        ("  one two three four five six seven ", "one two three four five six"),
        ("Make it now!", "Make it now"),
        ("x" * 100, "x" * 60),
        ("?!", "A wish"),
    ],
)
def test_the_provisional_name_is_short(text: str, name: str):
    assert wishes.provisional_name(text) == name
