"""A project with a past: versions, a label, a branch, a change set that waits and one that clashes."""

from projects.enums import AuthorKind, Decision
from projects.models import Change, ChangeSet
from projects.services import branches, changesets, checkpoints, files, review, versions
from tests.people import People

PAGE = "".join(f'<p class="line-{number}">Line {number} of the garden at night</p>\n' for number in range(60))
WIDE = "const everything = [" + ", ".join(f"{number}" for number in range(300)) + "];\n"


def make(people: People) -> None:
    files.save(people.main, "index.html", PAGE.encode(), by=people.owner)
    files.save(people.main, "src/garden/wide.js", WIDE.encode(), by=people.editor)
    checkpoints.create(versions.find(people.project, 1), "It works", by=people.owner)
    idea = branches.create(people.project, "ideas/moonlight", by=people.editor)
    files.save(idea, "moon.css", b"body { background: #112 }\n", by=people.editor)
    files.save(people.main, "notes.txt", b"Water the night jasmine.\n", by=people.owner)


def waiting(people: People) -> ChangeSet:
    """Partly decided about."""
    changed = PAGE.replace("Line 5 of", "Fifth line of").replace("Line 40 of", "Fortieth line of")
    pairs = [
        ("index.html", changed.encode()),
        ("new/lantern.svg", b"<svg></svg>\n"),
        ("notes.txt", None),
        ("picture.png", b"\x89PNG\0"),
    ]
    changeset = changesets.open(
        branch=people.main, author_kind=AuthorKind.AGENT, by=people.owner, title="Make the garden glow"
    )
    for path, content in pairs:
        changesets.stage(changeset, path, content)
    row = review.parts_of(showing_row(changeset))
    review.decide_part(changeset, "index.html", row[0].id, Decision.APPROVED)
    review.decide(changeset, "notes.txt", Decision.REJECTED)
    return changeset


def clashing(people: People) -> ChangeSet:
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.editor, title="Other words")
    changesets.stage(changeset, "index.html", PAGE.replace("Line 5 of", "The 5th of").encode())
    files.save(people.main, "index.html", PAGE.replace("Line 5 of", "Number five of").encode(), by=people.owner)
    return changeset


def showing_row(changeset: ChangeSet) -> Change:
    return changeset.changes.select_related("after").get(path="index.html")
