import os
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from projects.services import corpus, files
from projects.store.trees import Manifest
from tests.people import People
from tests.threads import together


@pytest.fixture
def tree(people: People) -> Manifest:
    pairs = [("a.txt", files.Content(b"Moon\n")), ("b.bin", files.Content(b"\0")), ("c.txt", files.Content(b"Sun"))]
    files.save_all(people.main, pairs, by=people.owner, message="Begin")
    return files.manifest(people.main)


def home(people: People) -> Path:
    return Path(settings.DJINN_HOME) / "cache" / "search" / str(people.project.pk)


def shown(people: People, tree: Manifest) -> dict[str, tuple[bytes, bytes] | None]:
    kept = corpus.ready(people.project.pk, tree)
    found: dict[str, tuple[bytes, bytes] | None] = {}
    for path, entry in tree.items():
        span = kept.spans[entry.sha256]
        found[path] = span and (
            kept.texts[span.start : span.end],
            kept.folded[span.folded_start : span.folded_end],
        )
    return found


EXPECTED = {"a.txt": (b"Moon\n", b"moon\n"), "b.bin": None, "c.txt": (b"Sun", b"sun")}


def test_texts_are_kept_as_they_are_and_folded(people: People, tree: Manifest):
    assert shown(people, tree) == EXPECTED


def test_what_is_kept_is_read_from_the_database_once(people: People, tree: Manifest, django_assert_num_queries):
    shown(people, tree)
    with django_assert_num_queries(0):
        shown(people, tree)


def test_another_process_adds_and_this_one_sees_it(people: People, tree: Manifest):
    shown(people, {"a.txt": tree["a.txt"]})
    mine = corpus._known.pop(people.project.pk)
    shown(people, tree)
    corpus._known[people.project.pk] = mine
    assert shown(people, tree) == EXPECTED


def test_another_list_in_the_same_place_on_the_disk_is_another_list(people: People, tree: Manifest):
    """Made again by another process, it may get the very number that the one before had."""
    many = [(f"{n}.txt", files.Content(b"Stars %d" % n)) for n in range(40)]
    files.save_all(people.main, many[:20], by=people.owner, message="Many")
    shown(people, files.manifest(people.main))
    mine = corpus._known.pop(people.project.pk)
    files.save_all(people.main, many[20:], by=people.owner, message="More")
    larger = files.manifest(people.main)
    home(people).rename(home(people).with_name("aside"))
    theirs = shown(people, larger)
    corpus._known[people.project.pk] = mine
    for name in ("list", "texts", "folded"):
        (home(people).with_name("aside") / name).write_bytes((home(people) / name).read_bytes())
    shutil.rmtree(home(people))
    home(people).with_name("aside").rename(home(people))
    assert shown(people, larger) == theirs


@pytest.mark.parametrize("name", ["texts", "folded"])
def test_texts_that_are_gone_are_missed_by_those_who_knew_them(people: People, tree: Manifest, name: str):
    shown(people, tree)
    (home(people) / name).unlink()
    assert shown(people, dict(reversed(tree.items()))) == EXPECTED


@pytest.mark.parametrize("name", ["list", "texts", "folded"])
@pytest.mark.parametrize("harm", ["gone", "cut", "rubbish"])
def test_a_cache_that_was_hurt_is_made_again(people: People, tree: Manifest, name: str, harm: str):
    shown(people, tree)
    corpus._known.clear()
    file = home(people) / name
    if harm == "gone":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-3])
    elif name == "list":
        file.write_bytes(b'\xff\n["x",1]\n{}\n[[],2,3,4,5]\n["y",0,99999999,0,1]\n7\n')
    assert shown(people, tree) == EXPECTED


def test_it_does_not_grow_for_ever(people: People, tree: Manifest, monkeypatch: pytest.MonkeyPatch):
    shown(people, tree)
    monkeypatch.setattr(corpus, "MOST_KEPT", 1)
    monkeypatch.setattr(corpus, "MOST_IN_ALL", 1)
    other = home(people).parent / "11111111-1111-1111-1111-111111111111"
    other.mkdir()
    (other / "texts").write_bytes(bytes(100))
    files.save(people.main, "d.txt", b"Stars", by=people.owner)
    assert shown(people, files.manifest(people.main))["d.txt"] == (b"Stars", b"stars")
    assert not other.exists()


def test_what_somebody_adds_to_stays(people: People, tree: Manifest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(corpus, "MOST_IN_ALL", 1)
    other = UUID("11111111-1111-1111-1111-111111111111")
    with corpus._locked(other) as folder:
        (folder / "texts").write_bytes(bytes(100))
        os.utime(folder, (0, 0))
        assert shown(people, tree) == EXPECTED
        assert (folder / "texts").exists()
    files.save(people.main, "d.txt", b"Stars", by=people.owner)
    shown(people, files.manifest(people.main))
    assert not folder.exists()
    assert (home(people) / "texts").read_bytes().count(b"Moon") == 1


def test_what_is_forgotten_is_gone_and_comes_back(people: People, tree: Manifest):
    shown(people, tree)
    corpus.forget(people.project.pk)
    assert not home(people).exists()
    assert shown(people, tree) == EXPECTED


def test_many_who_ask_at_once_add_each_text_once(transactional_db: None):
    from tests import people as people_of_tests

    people = people_of_tests.gather()
    files.save(people.main, "a.txt", b"Moon\n", by=people.owner)
    tree = files.manifest(people.main)
    together(*(lambda: shown(people, tree) for _ in range(6)))
    assert (home(people) / "texts").read_bytes() == b"\nMoon\n"
