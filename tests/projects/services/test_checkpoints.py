import uuid

import pytest

from projects import errors
from projects.models import Checkpoint, Event, Version
from projects.services import checkpoints, files
from tests.people import People


@pytest.fixture
def version(people: People) -> Version:
    first = files.save(people.main, "a.txt", b"one\n", by=people.owner)
    files.save(people.main, "a.txt", b"two\n", by=people.owner)
    return first


def test_a_label_is_put_on_a_version_and_told(people: People, version: Version):
    made = checkpoints.create(version, "  Works  ", by=people.editor)
    assert (made.label, made.version, made.created_by) == ("Works", version, people.editor)
    event = Event.objects.order_by("-seq")[0]
    assert (event.kind, event.payload) == (
        "checkpoint_created",
        {"checkpoint": str(made.pk), "label": "Works", "version": 1},
    )


@pytest.mark.parametrize("label", ["", "   ", "x" * 121, "\u202e"])
def test_an_empty_or_endless_label_is_refused(people: People, version: Version, label: str):
    with pytest.raises(errors.BadName):
        checkpoints.create(version, label, by=people.editor)
    assert not Checkpoint.objects.exists()


def test_there_is_an_end_to_their_number(people: People, version: Version, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkpoints, "MOST", 1)
    checkpoints.create(version, "one", by=people.editor)
    with pytest.raises(errors.TooLarge):
        checkpoints.create(version, "two", by=people.editor)


def test_it_can_be_renamed_and_deleted_and_the_version_stays(people: People, version: Version):
    made = checkpoints.create(version, "Works", by=people.editor)
    checkpoints.rename(made, "Works well")
    assert checkpoints.find(people.project, made.pk).label == "Works well"
    checkpoints.delete(made)
    assert Version.objects.count() == 2
    with pytest.raises(errors.Missing):
        checkpoints.find(people.project, uuid.uuid4())


def test_restoring_it_makes_a_version_that_says_where_it_came_from(people: People, version: Version):
    made = checkpoints.create(version, "Works", by=people.editor)
    [listed] = checkpoints.listed(people.project)
    restored = checkpoints.restore(listed, people.main, by=people.editor, seen=2)
    assert (restored.number, restored.tree_hash) == (3, version.tree_hash)
    assert restored.message == "Restore version 1 (Works)"
    assert Event.objects.get(kind="version_restored").payload["label"] == "Works"
    assert made == listed
