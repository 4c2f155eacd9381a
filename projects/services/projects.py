"""Making, naming and putting away projects."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from projects import errors, storable
from projects.enums import Role
from projects.models import Branch, Member, Project, User
from projects.services import accounts

MOST_NAME = 120
MOST_SLUG = 60
TRIES = 20


def create(*, name: str, by: User, template: str = "") -> Project:
    """A project with its owner as a member and an empty `main`."""
    name = _checked(name)
    accounts.ensure_handle(by)
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                project = Project.objects.create(name=name, owner=by, template=template, slug=_free_slug(name, by))
                Member.objects.create(project=project, user=by, role=Role.OWNER)
                Branch.objects.create(project=project, name="main")
                return project
        except IntegrityError:
            continue  # somebody took the slug between the look and the insert
    raise errors.Busy("This name is being taken again and again. Please choose another.")


def rename(project: Project, *, name: str, by: User) -> None:
    """The address stays, so that links go on working."""
    project.name = _checked(name)
    project.save(update_fields=["name", "updated_at"])


def archive(project: Project, *, by: User) -> None:
    """Out of the way and read-only; nothing is lost."""
    if project.archived_at is None:
        project.archived_at = timezone.now()
        project.save(update_fields=["archived_at", "updated_at"])


def unarchive(project: Project, *, by: User) -> None:
    project.archived_at = None
    project.save(update_fields=["archived_at", "updated_at"])


def _checked(name: str) -> str:
    name = storable.name(name)
    if not name:
        raise errors.BadName("A project needs a name.")
    if len(name) > MOST_NAME:
        raise errors.BadName(f"A name has at most {MOST_NAME} characters.")
    return name


def _free_slug(name: str, owner: User) -> str:
    slug = slugify(name)[:MOST_SLUG].strip("-_") or "project"
    stem = slug[: MOST_SLUG - 8]
    taken = set(Project.objects.filter(owner=owner, slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    candidate = slug
    while candidate in taken:
        candidate = f"{stem}-{number}"
        number += 1
    return candidate
