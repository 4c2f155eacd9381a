"""The people most tests are about: one of each role, and somebody who has no business here."""

from dataclasses import dataclass

from projects.enums import Role
from projects.models import Branch, Member, Project, User
from projects.services import projects


@dataclass(frozen=True)
class People:
    owner: User
    editor: User
    viewer: User
    stranger: User
    project: Project
    main: Branch

    def by_role(self, role: str) -> User:
        user: User = getattr(self, role)
        return user


def gather() -> People:
    """A project with its members."""
    owner, editor, viewer, stranger = (_person(name) for name in ("owner", "editor", "viewer", "stranger"))
    project = projects.create(name="Night Garden", by=owner)
    Member.objects.create(project=project, user=editor, role=Role.EDITOR)
    Member.objects.create(project=project, user=viewer, role=Role.VIEWER)
    return People(owner, editor, viewer, stranger, project, project.branches.get(name="main"))


def _person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", "a good password", name=name.title())
