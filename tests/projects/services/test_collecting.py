import threading
from datetime import timedelta

import pytest
from django.db import connection, models, transaction
from django.utils import timezone

from projects.enums import AuthorKind
from projects.models import Blob, Change, Version
from projects.services import changesets, collecting, files, storekeeping
from projects.services.collecting import Collected
from projects.store import blobs
from tests import people as people_of_tests
from tests import threads
from tests.people import People

LONG_AGO = timedelta(days=30)


def marked_long_ago() -> int:
    """As if a run had found them unused last month."""
    return Blob.objects.filter(unreachable_since__isnull=False).update(unreachable_since=timezone.now() - LONG_AGO)


def collect(**options: object) -> Collected:
    return collecting.collect(**options)  # type: ignore[arg-type]


def test_what_nothing_names_is_marked_first_and_deleted_after_the_grace(people: People):
    files.save(people.main, "a.txt", b"named", by=people.owner)
    lost = blobs.put(b"unnamed")
    assert collect() == Collected(deleted=0, bytes=0, waiting=1)
    assert collect() == Collected(deleted=0, bytes=0, waiting=1)
    assert marked_long_ago() == 1
    assert collect(dry_run=True) == Collected(deleted=1, bytes=7, waiting=0)
    assert Blob.objects.filter(pk=lost.pk).exists()
    assert collect() == Collected(deleted=1, bytes=7, waiting=0)
    assert [bytes(blobs.get(blob.pk)) for blob in Blob.objects.all()] == [b"named"]


def test_a_dry_run_marks_nothing(people: People):
    blobs.put(b"unnamed")
    assert collect(dry_run=True).waiting == 1
    assert not Blob.objects.filter(unreachable_since__isnull=False).exists()


def test_the_grace_is_never_shorter_than_the_longest_work(people: People):
    blobs.put(b"unnamed")
    collect()
    assert collect(grace=timedelta(0)).deleted == 0


def test_whatever_names_a_content_holds_it(people: People):
    files.save(people.main, "a.txt", b"old", by=people.owner)
    files.save(people.main, "a.txt", b"new", by=people.owner)
    files.delete(people.main, "a.txt", by=people.owner)
    opened = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    changesets.stage(opened, "b.txt", b"staged")
    refused = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    changesets.stage(refused, "b.txt", b"turned down")
    changesets.reject(refused, by=people.owner)
    Blob.objects.update(unreachable_since=timezone.now() - LONG_AGO)
    assert collect() == Collected()
    assert Blob.objects.filter(unreachable_since=None).count() == 4


def test_what_went_with_its_project_is_collected(people: People):
    files.save(people.main, "a.txt", b"gone soon", by=people.owner)
    people.project.delete()
    assert collect().waiting == 1
    marked_long_ago()
    assert collect().deleted == 1


def test_keeping_the_same_bytes_again_takes_them_back(people: People):
    for keep in (
        blobs.put,
        lambda content: blobs.put_all([content]),
        lambda content: blobs.keep_all([blobs.pack(content)]),
    ):
        blobs.put(b"again")
        collect()
        marked_long_ago()
        keep(b"again")
        assert collect() == Collected(waiting=1)
        Blob.objects.all().delete()


def test_every_table_that_can_name_a_content_is_asked():
    columns = {
        (relation.related_model, relation.field.attname)
        for relation in Blob._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
    }
    assert {("Change", "before_id"), ("Change", "after_id"), ("ProjectFile", "blob_id")} <= {
        (model.__name__, column) for model, column in columns
    }


def test_many_names_are_looked_up_in_parts(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(collecting, "_MOST_NAMES", 5)
    files.save_all(
        people.main, [(f"{n}", files.Content(f"{n}".encode())) for n in range(20)], by=people.owner, message=""
    )
    for number in range(20):
        blobs.put(f"lost {number}".encode())
    assert collect() == Collected(waiting=20)
    marked_long_ago()
    assert collect().deleted == 20
    assert list(storekeeping.verify_all()) == []


# --- beside writers ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_was_first_keeps_its_content():
    people = people_of_tests.gather()
    lost = blobs.put(b"wanted again")
    collect()
    marked_long_ago()
    is_kept, is_collecting = threading.Event(), threading.Event()

    def write() -> None:
        changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
        with transaction.atomic():
            changesets.stage(changeset, "a.txt", b"wanted again")
            is_kept.set()
            # On SQLite the collector waits for this transaction, so it cannot say that it is done.
            is_collecting.wait(30)

    def sweep() -> None:
        is_kept.wait(30)
        is_collecting.set()
        collect()

    threads.together(write, sweep)
    assert Change.objects.get().after_id == lost.pk
    assert blobs.get(lost.pk) == b"wanted again"
    # The run may have looked before the writer was done; the next one sees it.
    collect()
    assert Blob.objects.filter(pk=lost.pk, unreachable_since=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_comes_while_it_is_deleted_inserts_it_anew():
    people = people_of_tests.gather()
    lost = blobs.put(b"wanted again")
    collect()
    marked_long_ago()
    is_deleted, is_writing = threading.Event(), threading.Event()

    def sweep() -> None:
        with transaction.atomic():
            assert collect().deleted == 1
            is_deleted.set()
            is_writing.wait(30)

    def write() -> None:
        is_deleted.wait(30)
        is_writing.set()
        files.save(people.main, "a.txt", b"wanted again", by=people.owner)

    threads.together(sweep, write)
    assert blobs.get(lost.pk) == b"wanted again"
    assert list(storekeeping.verify_all()) == []


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_collectors_at_once_lose_nothing():
    people = people_of_tests.gather()
    contents = [f"content {number}".encode() for number in range(12)]
    for round_ in range(6):
        # Everything is there and was found unused long ago, but for what the rounds before used.
        blobs.put_all(contents)
        collect()
        marked_long_ago()
        mine = contents[round_ * 2 : round_ * 2 + 2]

        def write(number: int, wanted: list[bytes] = mine, round_: int = round_) -> None:
            for at, content in enumerate(wanted[:: 1 if number % 2 else -1]):
                files.save(people.main, f"{round_}/{number}/{at}", content, by=people.owner)

        threads.together(*(lambda number=number: write(number) for number in range(3)), collect, collect)
        assert list(storekeeping.verify_all()) == []
    assert Version.objects.count() == 36
    assert {blobs.get(blob.pk) for blob in Blob.objects.all()} >= set(contents)


@pytest.mark.django_db(transaction=True)
def test_a_collector_passes_by_what_is_held():
    if connection.vendor != "postgresql":
        return  # SQLite has one writer at a time: nobody can hold a row meanwhile.
    blobs.put(b"held")
    collect()
    marked_long_ago()
    is_held, is_done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            blobs.put(b"held")
            is_held.set()
            assert is_done.wait(30), "the collector waited for the writer"

    def sweep() -> None:
        is_held.wait(30)
        assert collect().deleted == 0
        is_done.set()

    threads.together(hold, sweep)
