import pytest

from projects import errors
from projects.enums import AuthorKind
from projects.models import Change, ChangeSet
from projects.services import applying, changesets, choosing, files
from projects.services.choosing import Pick
from projects.services.staging import Content
from projects.store import blobs
from tests.people import People

BEFORE = "".join(f"{number}\n" for number in range(40)).encode()
AFTER = BEFORE.replace(b"\n5\n", b"\nfive\n").replace(b"\n30\n", b"\nthirty\n")
FIRST_ONLY = BEFORE.replace(b"\n5\n", b"\nfive\n")
SECOND_ONLY = BEFORE.replace(b"\n30\n", b"\nthirty\n")


@pytest.fixture
def changeset(people: People) -> ChangeSet:
    files.save(people.main, "long.txt", BEFORE, by=people.owner)
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    changesets.stage(changeset, "long.txt", AFTER)
    changesets.stage(changeset, "new.txt", b"new\n")
    return changeset


def parts(changeset: ChangeSet) -> list[str]:
    [row] = [row for row in choosing.staged(changeset.pk) if row.path == "long.txt"]
    return [part.id for part in choosing.parts_of(row.before, row.after)]


def decide(changeset: ChangeSet, path: str, **fields: object) -> None:
    Change.objects.filter(changeset=changeset, path=path).update(**fields)


def read(changes: choosing.Changes) -> dict[str, bytes | None]:
    return {path: blobs.get(entry.sha256) if entry else None for path, entry in changes.items()}


def choose(changeset: ChangeSet, pick: Pick | None = None) -> tuple[dict[str, bytes | None], dict[str, bytes | None]]:
    choice = choosing.choose(choosing.staged(changeset.pk), pick)
    return read(choice.taken), read(choice.left)


def test_without_a_decision_everything_is_taken(changeset: ChangeSet):
    assert choose(changeset) == ({"long.txt": AFTER, "new.txt": b"new\n"}, {})


def test_what_is_turned_down_is_dropped_and_the_rest_taken(changeset: ChangeSet):
    decide(changeset, "new.txt", decision="rejected")
    decide(changeset, "long.txt", hunks={parts(changeset)[0]: "rejected"})
    assert choose(changeset) == ({"long.txt": SECOND_ONLY}, {})


def test_with_an_approval_the_undecided_waits(changeset: ChangeSet):
    decide(changeset, "new.txt", decision="approved")
    assert choose(changeset) == ({"new.txt": b"new\n"}, {"long.txt": AFTER})


def test_of_one_file_the_approved_part_is_taken_and_the_other_waits(changeset: ChangeSet):
    decide(changeset, "long.txt", hunks={parts(changeset)[0]: "approved"})
    assert choose(changeset) == ({"long.txt": FIRST_ONLY}, {"long.txt": AFTER, "new.txt": b"new\n"})


def test_of_one_file_one_part_is_taken_and_the_other_dropped(changeset: ChangeSet):
    first, second = parts(changeset)
    decide(changeset, "long.txt", hunks={first: "approved", second: "rejected"})
    assert choose(changeset) == ({"long.txt": FIRST_ONLY}, {"new.txt": b"new\n"})


def test_a_pick_takes_exactly_that_whatever_was_approved(changeset: ChangeSet):
    decide(changeset, "new.txt", decision="approved")
    _, second = parts(changeset)
    picked = Pick(hunks={"long.txt": frozenset({second})})
    assert choose(changeset, picked) == ({"long.txt": SECOND_ONLY}, {"long.txt": AFTER, "new.txt": b"new\n"})


def test_a_pick_of_nothing_or_of_what_is_not_there_is_refused(changeset: ChangeSet):
    with pytest.raises(errors.Empty):
        choose(changeset, Pick())
    with pytest.raises(errors.MissingFile):
        choose(changeset, Pick(frozenset({"none.txt"})))
    with pytest.raises(errors.MissingPart):
        choose(changeset, Pick(hunks={"long.txt": frozenset({"0" * 16})}))
    with pytest.raises(errors.MissingPart):
        choose(changeset, Pick(hunks={"new.txt": frozenset({"0" * 16})}))


class TestApplySelected:
    def test_what_waits_goes_on_over_the_new_head(self, people: People, changeset: ChangeSet):
        decide(changeset, "long.txt", hunks={parts(changeset)[0]: "approved"})
        files.save(people.main, "theirs.txt", b"t\n", by=people.editor)
        version = changesets.apply(changeset, by=people.owner, message="Half")
        tree = files.manifest(people.main)
        assert files.read(tree, "long.txt") == FIRST_ONLY
        assert sorted(tree) == ["long.txt", "theirs.txt"]
        [following] = ChangeSet.objects.filter(state="open")
        assert (following.base, following.branch, following.author) == (version, people.main, people.owner)
        changesets.apply(following, by=people.owner, message="The rest")
        tree = files.manifest(people.main)
        assert files.read(tree, "long.txt") == AFTER
        assert sorted(tree) == ["long.txt", "new.txt", "theirs.txt"]

    def test_what_waits_and_cannot_be_joined_waits_over_the_old_base(self, people: People, changeset: ChangeSet):
        decide(changeset, "new.txt", decision="approved")
        base = changeset.base
        files.save(people.main, "long.txt", BEFORE.replace(b"\n5\n", b"\nFIVE\n"), by=people.editor)
        changesets.apply(changeset, by=people.owner, message="Half")
        [following] = ChangeSet.objects.filter(state="open")
        assert following.base == base
        assert files.read(files.working_manifest(following), "long.txt") == AFTER
        with pytest.raises(errors.Conflict):
            changesets.apply(following, by=people.owner, message="The rest")

    def test_a_plan_made_before_a_decision_is_not_written(self, people: People, changeset: ChangeSet):
        plan = applying.plan(changeset)
        decide(changeset, "long.txt", hunks={parts(changeset)[0]: "rejected"})
        assert changesets.write(changeset, plan, by=None, message="x") is None


class TestExpected:
    def test_what_was_seen_is_compared_with_the_head(self, people: People, changeset: ChangeSet):
        seen = files.manifest(people.main)["long.txt"].sha256
        now = files.save(people.main, "long.txt", b"other\n", by=people.editor)
        with pytest.raises(errors.Stale) as stale:
            changesets.apply(changeset, by=people.owner, message="x", expected={"long.txt": seen})
        assert stale.value.current == files.manifest(people.main)["long.txt"].sha256
        assert now == people.project.versions.order_by("-number")[0]

    def test_what_must_not_be_there_is_refused_when_it_is(self, people: People, changeset: ChangeSet):
        with pytest.raises(errors.Stale):
            changesets.apply(changeset, by=people.owner, message="x", expected={"long.txt": ""})
        assert changesets.apply(changeset, by=people.owner, message="x", expected={"new.txt": ""}).number == 2


def test_some_of_it_that_makes_no_tree_is_refused(people: People, changeset: ChangeSet):
    """A file in the place of a folder, and a name in other letters: each is two changes that belong together."""
    changesets.stage_all(changeset, [("long.txt", None), ("long.txt/new.txt", Content(b"new\n"))])
    with pytest.raises(errors.BadPath, match="is a file and a folder at once"):
        changesets.apply(changeset, by=people.owner, message="m", pick=Pick(frozenset({"long.txt/new.txt"})))
    changesets.stage_all(changeset, [("long.txt/new.txt", None), ("Long.txt", Content(BEFORE))])
    decide(changeset, "Long.txt", decision="approved")
    with pytest.raises(errors.BadPath, match="only in case"):
        changesets.apply(changeset, by=people.owner, message="m")
    assert list(files.manifest(people.main)) == ["long.txt"]
    decide(changeset, "long.txt", decision="approved")
    assert list(files.tree_of(changesets.apply(changeset, by=people.owner, message="m"))) == ["Long.txt"]


def test_what_was_turned_down_and_is_wanted_again_is_looked_at_once_more(people: People, changeset: ChangeSet):
    changesets.stage(changeset, "foo", b"a file")
    decide(changeset, "foo", decision="rejected")
    changesets.stage(changeset, "foo/bar", b"in a folder")
    decide(changeset, "foo", decision="undecided")
    with pytest.raises(errors.BadPath, match="is a file and a folder at once"):
        changesets.apply(changeset, by=people.owner, message="m")


def test_a_file_that_was_turned_down_stays_so_beside_a_picked_part(people: People, changeset: ChangeSet):
    first, _ = parts(changeset)
    decide(changeset, "long.txt", decision="rejected")
    assert choose(changeset, Pick(hunks={"long.txt": frozenset({first})}))[0] == {"long.txt": FIRST_ONLY}
    changesets.apply(changeset, by=people.owner, message="m", pick=Pick(hunks={"long.txt": frozenset({first})}))
    [following] = ChangeSet.objects.filter(state="open")
    assert [change.path for change in following.changes.all()] == ["new.txt"]


def test_what_was_approved_and_not_picked_goes_on_approved(people: People, changeset: ChangeSet):
    decide(changeset, "new.txt", decision="approved")
    changesets.apply(changeset, by=people.owner, message="m", pick=Pick(frozenset({"long.txt"})))
    [following] = ChangeSet.objects.filter(state="open")
    assert [(change.path, change.decision) for change in following.changes.all()] == [("new.txt", "approved")]


def test_a_second_pick_is_told_what_goes_on(people: People, changeset: ChangeSet):
    made = changesets.apply(changeset, by=people.owner, message="m", pick=Pick(frozenset({"new.txt"})))
    [following] = ChangeSet.objects.filter(state="open")
    with pytest.raises(errors.Closed, match=f"became version 2 already.*goes on as .*{following.pk}"):
        changesets.apply(changeset, by=people.editor, message="m", pick=Pick(frozenset({"long.txt"})))
    assert changesets.apply(changeset, by=people.editor, message="m") == made


def test_who_was_overtaken_with_a_pick_is_told_so(people: People, changeset: ChangeSet):
    late = applying.plan(changeset, pick=Pick(frozenset({"long.txt"})))
    changesets.apply(changeset, by=people.owner, message="m", pick=Pick(frozenset({"new.txt"})))
    with pytest.raises(errors.Closed, match="became version 2 already"):
        changesets.write(changeset, late, by=people.editor, message="m")
