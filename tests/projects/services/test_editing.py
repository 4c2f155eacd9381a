"""The pages' tests try the rest: tests/projects/views/test_file_acts.py."""

from dataclasses import replace

from projects.models import Change
from projects.services import branches, changesets, editing, files, forking, projects
from projects.services.staging import Content
from tests.people import People


def test_a_text_comes_as_a_form_can_hold_it(people: People):
    files.save(people.main, "a.txt", b"\xef\xbb\xbfa\r\nb\rc\n", by=people.owner)
    files.save(people.main, "b.bin", b"\0", by=people.owner)
    tree = files.manifest(people.main)
    assert editing.text_at(tree, "a.txt") == "a\nb\nc\n"
    assert editing.text_at(tree, "b.bin") is None


def test_what_was_not_edited_makes_no_version(people: People):
    first = files.save(people.main, "a.txt", b"\xef\xbb\xbfa\r\nb\rc\n", by=people.owner)
    tree = files.manifest(people.main)
    assert editing.save(people.main, "a.txt", "a\nb\nc\n", seen=tree["a.txt"].sha256, by=people.owner) == first


LINES = [f"{number}\n" for number in range(30)]


def text(**changed: str) -> str:
    """The lines, some of them changed: `text(n5="five")`."""
    return "".join(f"{changed[f'n{at}']}\n" if f"n{at}" in changed else line for at, line in enumerate(LINES))


def joined(people: People, seen: str) -> str | None:
    """What a form offers somebody who read the file as `seen`, changed line 25, and was overtaken in line 15."""
    made = files.read(files.manifest(people.main), "a.txt").decode()
    files.save(people.main, "a.txt", made.replace("15\n", "fifteen\n").encode(), by=people.owner)
    mine = made.replace("25\n", "twenty-five\n")
    return editing.clash(people.main, "a.txt", mine, seen=seen).joined


def seen(people: People) -> str:
    return files.manifest(people.main)["a.txt"].sha256


WANTED = text(n2="two", n8="eight", n15="fifteen", n25="twenty-five")


def test_the_base_may_be_a_text_that_a_merge_made(people: People):
    files.save(people.main, "a.txt", text().encode(), by=people.owner)
    proposed = changesets.propose(
        people.main, [("a.txt", Content(text(n8="eight").encode()))], by=people.editor, title="Eight"
    )
    files.save(people.main, "a.txt", text(n2="two").encode(), by=people.owner)
    changesets.apply(proposed, by=people.owner, message="Eight")
    assert not Change.objects.filter(after=seen(people)).exists()
    assert joined(people, seen(people)) == WANTED


def test_the_base_may_be_a_text_of_before_a_fork(people: People):
    files.save(people.main, "a.txt", text(n2="two", n8="eight").encode(), by=people.owner)
    fork = forking.fork(people.project, by=people.owner)
    there = replace(people, project=fork, main=branches.find(fork))
    assert joined(there, seen(there)) == WANTED


def test_what_stood_at_another_path_is_no_base(people: People):
    """Nor what stands in another project: a hash opens no door."""
    files.save(people.main, "a.txt", text(n2="two", n8="eight").encode(), by=people.owner)
    files.save(people.main, "secret.txt", text(n3="three").encode(), by=people.owner)
    assert joined(people, files.manifest(people.main)["secret.txt"].sha256) is None
    other = projects.create(name="Other", by=people.stranger)
    kept = files.save(branches.find(other), "a.txt", text(n4="four").encode(), by=people.stranger)
    assert joined(people, files.tree_of(kept)["a.txt"].sha256) is None
