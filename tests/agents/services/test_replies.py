"""What a model wrote elsewhere: taken where it is whole and fits, named where it does not, written as one version."""

import json

import pytest

from agents.engine import runner
from agents.errors import Unfit
from agents.models import Job
from agents.services import chores, jobs, replies
from projects import errors
from projects.models import Branch, ChangeSet, Project, User, Version
from projects.services import files
from tests.agents.engine.whole import tree

PACKAGE = json.dumps({"dependencies": {"react": "18"}})


@pytest.fixture
def main(project: Project, owner: User) -> Branch:
    branch = project.branches.get()
    files.save(branch, "a.txt", b"one\ntwo\nthree\n", by=owner, executable=True)
    files.save(branch, "package.json", PACKAGE.encode(), by=owner)
    return branch


def element(path: str, text: str) -> str:
    return f'<file path="{path}">\n{text}\n</file>\n'


def edit(path: str, before: str, after: str) -> str:
    return f'<edit path="{path}">\n<<<<<<< SEARCH\n{before}\n=======\n{after}\n>>>>>>> REPLACE\n</edit>\n'


def test_files_edits_and_packages_are_one_version(project: Project, main: Branch, owner: User):
    said = "Here it is.\n" + element("b.txt", "new\n") + edit("a.txt", "two", "TWO") + "<package>zustand@5</package>\n"
    reply = replies.read(said, main)
    assert reply.results() == replies.Results(["b.txt"], ["a.txt", "package.json"], [])
    assert reply.packages == ["zustand@5"]
    replies.save(reply, main, by=owner)
    assert (project.versions.count(), tree(project)["a.txt"], tree(project)["b.txt"]) == (
        3,
        "one\nTWO\nthree\n",
        "new\n",
    )
    assert json.loads(tree(project)["package.json"])["dependencies"] == {"react": "18", "zustand": "5"}
    assert files.manifest(main)["a.txt"].executable


def test_a_body_is_taken_byte_for_byte(project: Project, main: Branch, owner: User):
    text = "const a = `${b}`\r\n\t\n\n  … ends without a newline"
    replies.save(replies.read(element("b.js", text), main), main, by=owner)
    assert files.read(files.manifest(main), "b.js") == text.encode()


def test_what_broke_off_or_fits_nowhere_is_named_and_left_out(main: Branch):
    said = (
        edit("a.txt", "nowhere", "x")
        + edit("gone.txt", "a", "b")
        + element("../out.txt", "x")
        + '<edit target_file="a.txt">\n<update>y</update>\n</edit>\n'
        + "<command>npm run dev</command>\n"
        + '<file path="half.txt">\nhalf of'
    )
    reply = replies.read(said, main)
    assert reply.contents == {}
    assert [fault.partition(":")[0] for fault in reply.faults] == [
        "a.txt",
        "gone.txt",
        "../out.txt",
        '<edit target_file="a.txt">',
        "half.txt",
        "Commands are not run by this; say what should be done in a message.",
    ]


def test_what_is_too_much_to_be_edited_while_somebody_waits_is_left_out(main: Branch, owner: User):
    files.save(main, "long.txt", b"word 0\n" + b"x\n" * 20_000, by=owner)
    reply = replies.read("".join(edit("long.txt", f"word {n}\n", f"word {n + 1}\n") for n in range(51)), main)
    assert set(reply.faults) == {"long.txt: that is too much to be edited at once; send the whole file."}
    changed = reply.contents["long.txt"]
    assert changed is not None
    assert changed.startswith(b"word 49\n")
    files.save(main, "big.txt", b"line\n" * 60_000, by=owner)
    assert "too much" in replies.read(edit("big.txt", "line", "LINE"), main).faults[0]


def test_files_are_moved_and_removed(project: Project, main: Branch, owner: User):
    said = element("src/b.txt", "b") + element("src/c.txt", "c") + "mv a.txt z.txt\nrm -rf src\nrm nothing.txt\n"
    replies.save(replies.read(said, main), main, by=owner)
    assert sorted(tree(project)) == ["package.json", "z.txt"]


@pytest.mark.parametrize("said", ["", "Nothing but words.", "rm nothing.txt\n", '<file path="half.txt">\nx'])
def test_nothing_to_write_is_refused(main: Branch, owner: User, said: str):
    with pytest.raises(Unfit, match="nothing in this that could be applied"):
        replies.save(replies.read(said, main), main, by=owner)
    with pytest.raises(Unfit):
        replies.apply_later(replies.read(said, main), main, by=owner, idempotency_key=None)
    assert (Version.objects.count(), ChangeSet.objects.count(), Job.objects.count()) == (2, 2, 0)


def test_an_edit_over_what_changed_meanwhile_is_refused(main: Branch, owner: User):
    reply = replies.read(edit("a.txt", "two", "TWO"), main)
    files.save(main, "a.txt", b"two, by another\n", by=owner)
    with pytest.raises(errors.Stale):
        replies.save(reply, main, by=owner)


def test_packages_that_are_listed_are_not_listed_twice_and_others_have_a_place(main: Branch, owner: User):
    assert replies.read("", main, wanted=["react", "@a/b", "zustand@5"]).packages == ["@a/b", "zustand@5"]
    files.delete(main, "package.json", by=owner)
    plain = replies.read("", main, wanted=["zustand"])
    assert (plain.contents, plain.faults) == ({}, ["npm install zustand: this kind of app has no packages."])


def test_what_it_explains_is_found(main: Branch):
    assert replies.read("<explanation>\nTwo files.\n</explanation>\n", main).explanation == "Two files."
    assert replies.read("Two files.", main).explanation == ""


def test_each_hunk_of_a_patch_counts_also_one_without_numbers(main: Branch, owner: User):
    files.save(main, "long.txt", b"x\n" * 20_000, by=owner)
    hunks = "@@\n-nowhere\n+there\n" * 60
    reply = replies.read(f"cat << 'EOF_1' | patch long.txt\n{hunks}EOF_1\n", main)
    assert reply.faults == ["long.txt: that is too much to be edited at once; send the whole file."]


def test_a_key_of_another_job_is_refused(project: Project, main: Branch, owner: User):
    jobs.start(project=project, text="Make it blue", by=owner, idempotency_key="k")
    with pytest.raises(Unfit, match="used for another job"):
        replies.apply_later(replies.read(element("b.txt", "new"), main), main, by=owner, idempotency_key="k")


@pytest.mark.django_db(transaction=True)
def test_applied_later_it_is_a_job_and_the_same_key_is_the_same_job(project: Project, main: Branch, owner: User):
    said = element("b.txt", "new") + edit("a.txt", "two", "TWO") + edit("a.txt", "nowhere", "x")
    job = replies.apply_later(replies.read(said, main), main, by=owner, idempotency_key="k")
    runner.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, tree(project)["b.txt"]) == ("completed", "new")
    again = replies.apply_later(replies.read(said, main), main, by=owner, idempotency_key="k")
    assert (again, chores.known(project, "k")) == (job, job)
    results = replies.results_of(again)
    assert (results.created, results.updated, len(results.faults)) == (["b.txt"], ["a.txt"], 1)
    assert ChangeSet.objects.filter(title="Apply code").count() == 1
