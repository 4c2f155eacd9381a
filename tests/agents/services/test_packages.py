"""Packages by hand: a version of a person's own and a job that installs it, or a refusal that leaves no trace."""

import json
from functools import partial

import pytest
from django.utils import timezone

from agents.enums import JobKind
from agents.errors import NotPossible, Unfit
from agents.models import Job, Message
from agents.services import jobs, packages
from agents.services.packages import Changed
from projects import errors
from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, Project, User, Version
from projects.services import changesets, files, projects
from sandboxes.models import PackageReport
from sandboxes.services import sandboxes
from tests.agents.engine.whole import tree
from tests.threads import together

LIST = b'{\n  "name": "shelf",\n  "dependencies": {\n    "react": "^19"\n  }\n}\n'


@pytest.fixture
def main(project: Project, owner: User) -> Branch:
    files.save(project.branches.get(), "package.json", LIST, by=owner)
    return project.branches.get()


@pytest.fixture
def python(project: Project, owner: User) -> Branch:
    files.save(project.branches.get(), "requirements.txt", b"flask==3.1.0\n", by=owner)
    return project.branches.get()


def listed(project: Project) -> dict[str, dict[str, str]]:
    package = json.loads(tree(project)["package.json"])
    return {name: package[name] for name in ("dependencies", "devDependencies") if name in package}


def untouched() -> tuple[int, int, int, int]:
    return Version.objects.count(), Job.objects.count(), Message.objects.count(), ChangeSet.objects.count()


def test_a_package_becomes_a_version_of_whoever_adds_it_and_a_job(project: Project, main: Branch, owner: User):
    changed = packages.add(main, ["zod@4", " @types/node "], by=owner)
    assert changed.job is not None
    assert changed.version is not None
    assert listed(project)["dependencies"] == {"@types/node": "latest", "react": "^19", "zod": "4"}
    assert (changed.version.message, changed.version.author_kind) == ("Add zod 4, @types/node", AuthorKind.USER)
    assert changed.version.author_line.startswith("Alice")
    assert (changed.job.kind, changed.job.state, changed.job.branch) == (JobKind.INSTALL, "queued", main)
    assert Message.objects.get(job=changed.job).text == "Add zod 4, @types/node"


def test_one_for_development_stands_apart(project: Project, main: Branch, owner: User):
    packages.add(main, ["vitest@3"], by=owner, is_dev=True)
    assert listed(project) == {"dependencies": {"react": "^19"}, "devDependencies": {"vitest": "3"}}


def test_what_is_there_already_makes_neither_version_nor_job(main: Branch, owner: User):
    before = untouched()
    assert packages.add(main, ["react", "react@^19"], by=owner) == Changed(None, None)
    assert untouched() == before


def test_the_same_key_gives_the_same_job_and_adds_once(main: Branch, owner: User):
    first = packages.add(main, ["zod"], by=owner, idempotency_key="k")
    before = untouched()
    again = packages.add(main, ["zod@3"], by=owner, idempotency_key="k")
    assert (again.job, untouched()) == (first.job, before)


def test_a_package_is_upgraded_to_what_is_named_or_known_as_newest(project: Project, main: Branch, owner: User):
    packages.upgrade(main, ["react@^20"], by=owner)
    assert listed(project)["dependencies"]["react"] == "^20"
    with pytest.raises(Unfit, match="to which version of react"):
        packages.upgrade(main, ["react"], by=owner)
    sandbox = sandboxes.for_branch(main)
    PackageReport.objects.create(sandbox=sandbox, asked_at=main.project.created_at, newest={"react": "21.2.0"})
    packages.upgrade(main, ["react"], by=owner)
    assert listed(project)["dependencies"]["react"] == "^21.2.0"


def test_a_package_is_removed(project: Project, main: Branch, owner: User):
    packages.remove(main, ["react"], by=owner)
    assert listed(project) == {"dependencies": {}}


def test_python_has_a_list_of_its_own(project: Project, python: Branch, owner: User):
    packages.add(python, ["rich@14.0", "Flask-Login"], by=owner)
    assert tree(project)["requirements.txt"] == "flask==3.1.0\nrich==14.0\nFlask-Login\n"
    with pytest.raises(Unfit, match="to which version of flask"):
        packages.upgrade(python, ["flask"], by=owner)
    packages.upgrade(python, ["Flask==3.1.3"], by=owner)
    packages.remove(python, ["flask_login"], by=owner)
    assert tree(project)["requirements.txt"] == "flask==3.1.3\nrich==14.0\n"


def test_a_python_app_without_a_list_gets_one(project: Project, owner: User):
    files.save(project.branches.get(), "app.py", b"", by=owner)
    packages.add(project.branches.get(), ["rich"], by=owner)
    assert tree(project)["requirements.txt"] == "rich\n"


@pytest.mark.parametrize("text", ["", "-g", "https://x/y.tgz", "../x", "user/repository", "a@file:x", "a b", "$(id)"])
@pytest.mark.parametrize("act", [packages.add, packages.upgrade, packages.remove])
def test_hostile_names_leave_no_trace(main: Branch, owner: User, act, text: str):
    before = untouched()
    with pytest.raises(Unfit, match="is not"):
        act(main, ["zod", text], by=owner)
    assert untouched() == before


@pytest.mark.parametrize(
    ("names", "says"), [([], "Name at least one"), ([f"p{n}" for n in range(31)], "At most 30 packages")]
)
def test_none_and_too_many_are_refused(main: Branch, owner: User, names: list[str], says: str):
    with pytest.raises(Unfit, match=says):
        packages.add(main, names, by=owner)


@pytest.mark.parametrize("act", [packages.upgrade, packages.remove])
def test_what_is_not_listed_is_missing(main: Branch, python: Branch, owner: User, act):
    before = untouched()
    with pytest.raises(errors.Missing, match="zod is not in the list"):
        act(main, ["react", "zod"], by=owner)
    assert untouched() == before


def test_a_version_is_no_part_of_what_is_removed(main: Branch, owner: User):
    with pytest.raises(Unfit, match="by its name alone: react"):
        packages.remove(main, ["react@19"], by=owner)


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("index.html", b"x", "This kind of app has no packages"),
        ("package.json", b"{", "not valid JSON"),
        ("package.json", b"[" * 100_000, "not valid JSON"),
        ("package.json", b'{"dependencies": 1}', "not an object"),
        ("package.json", b'{"dependencies": {}, "dependencies": {}}', "twice"),
        ("package.json", b'{"name": "zod"}', "app itself is called zod"),
        ("requirements.txt", b"\xff\xfe", "not text in UTF-8"),
    ],
)
def test_a_hostile_list_is_refused_and_stays(project: Project, owner: User, path: str, content: bytes, says: str):
    files.save(project.branches.get(), path, content, by=owner)
    before = untouched()
    with pytest.raises(Unfit, match=says):
        packages.add(project.branches.get(), ["zod"], by=owner)
    assert untouched() == before


def test_a_planned_app_without_its_list_is_refused(project: Project, owner: User):
    Project.objects.update(template="react-vite")
    with pytest.raises(Unfit, match=r"no package\.json yet"):
        packages.add(Branch.objects.get(), ["zod"], by=owner)


def test_a_list_that_changed_since_it_was_looked_at_is_stale(main: Branch, owner: User):
    seen = files.manifest(main)["package.json"].sha256
    packages.add(main, ["zod"], by=owner, expected=seen)
    before = untouched()
    for names in (["clsx"], ["zod"]):
        with pytest.raises(errors.Stale):
            packages.add(main, names, by=owner, expected=seen)
    assert untouched() == before


def test_what_waits_for_review_and_an_archive_stand_in_the_way(project: Project, main: Branch, owner: User):
    done = jobs.start(project=project, text="Make it blue", by=owner)
    Job.objects.filter(pk=done.pk).update(state="completed", phase="complete", finished_at=timezone.now())
    changesets.open(branch=main, author_kind=AuthorKind.AGENT, job_ref=done.pk)
    before = untouched()
    with pytest.raises(NotPossible, match="waits for your review"):
        packages.add(main, ["zod"], by=owner)
    assert untouched() == before
    projects.archive(project, by=owner)
    with pytest.raises(NotPossible, match="archived"):
        packages.add(main, ["zod"], by=owner)
    assert untouched() == before


def test_a_job_that_writes_the_list_meanwhile_is_joined_with(project: Project, main: Branch, owner: User):
    """Another line of the list is; the same one is a conflict, as elsewhere, and what stands there stays."""
    far, near = (changesets.open(branch=main, author_kind=AuthorKind.AGENT) for _ in range(2))
    changesets.stage(far, "package.json", LIST.replace(b'"shelf"', b'"shelf of books"'))
    changesets.stage(near, "package.json", LIST.replace(b'"^19"', b'"^18"'))
    packages.upgrade(main, ["react@^20"], by=owner)
    changesets.apply(far, message="Name it")
    with pytest.raises(errors.Conflict):
        changesets.apply(near, message="Older")
    assert json.loads(tree(project)["package.json"]) == {
        "name": "shelf of books",
        "dependencies": {"react": "^20"},
    }


@pytest.mark.django_db(transaction=True)
def test_of_many_who_add_at_once_nothing_is_lost(project: Project, main: Branch, owner: User):
    names = [f"package-{number}" for number in range(6)]
    together(*(partial(packages.add, Branch.objects.get(pk=main.pk), [name], by=owner) for name in names))
    assert listed(project)["dependencies"].keys() == {"react", *names}
    assert (Version.objects.count(), Job.objects.filter(kind="install").count()) == (7, 6)
