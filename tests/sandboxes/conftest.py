"""An app of some files in a project, and its sandbox."""

from collections.abc import Callable, Iterator, Mapping

import pytest
from pytest_django.fixtures import Settings

from projects.enums import AuthorKind
from projects.models import Branch, User
from projects.services import changesets, projects
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle
from sandboxes.services import sandboxes
from sandboxes.wire import boxes

MakeApp = Callable[..., Sandbox]


@pytest.fixture
def alice(transactional_db: None) -> User:
    return User.objects.create_user("alice@example.com", name="Alice")


@pytest.fixture
def make_app(alice: User) -> Iterator[MakeApp]:
    """Make a project holding these files; whatever box it got is put away afterwards."""
    made: list[Sandbox] = []

    def make(files: Mapping[str, str | bytes], *, template: str = "") -> Sandbox:
        project = projects.create(name="An app", by=alice, template=template)
        branch = Branch.objects.get(project=project)
        if files:
            apply(branch, files)
        made.append(sandboxes.for_branch(branch))
        return made[-1]

    yield make
    for sandbox in Sandbox.objects.filter(pk__in=[one.pk for one in made]).select_related("project"):
        lifecycle.destroy(sandbox)


def apply(branch: Branch, files: Mapping[str, str | bytes | None]) -> None:
    changeset = changesets.open(branch=branch, author_kind=AuthorKind.AGENT)
    for path, content in files.items():
        changesets.stage(changeset, path, content.encode() if isinstance(content, str) else content)
    changesets.apply(changeset, message="Change the app")


@pytest.fixture
def on_engine(settings: Settings) -> Iterator[None]:
    """Boxes of the Docker engine, whatever else this machine has."""
    settings.SANDBOX_BACKEND = "docker"
    boxes.forget()
    yield
    boxes.forget()
