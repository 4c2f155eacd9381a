"""Making, naming, putting away and deleting projects."""

from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from projects import access, errors, feed, storable
from projects.enums import Ability, Role
from projects.events import ProjectArchived, ProjectRenamed
from projects.feed import bells
from projects.git import repository
from projects.models import Branch, Member, Project, User
from projects.services import accounts, audit, corpus, writing

MOST_NAME = 120
MOST_SLUG = 60
TRIES = 20


class Deleted(NamedTuple):
    """What is left of a project to speak of."""

    id: UUID
    name: str


def create(*, name: str, by: User, template: str = "") -> Project:
    """A project with its owner as a member and an empty `main`."""
    name = _checked(name)
    accounts.ensure_handle(by)
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                project = Project.objects.create(name=name, owner=by, template=template, slug=free_slug(name, by))
                Member.objects.create(project=project, user=by, role=Role.OWNER)
                Branch.objects.create(project=project, name="main")
                return project
        except IntegrityError:
            continue  # somebody took the slug between the look and the insert
    raise errors.Busy("This name is being taken again and again. Please choose another.")


def rename(project: Project, *, name: str, by: User) -> None:
    """The address stays, so that links go on working."""
    name = _checked(name)
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        check_open(fresh)
        _check_still(fresh, by)
        if fresh.name != name:
            told = ProjectRenamed(name=name, before=fresh.name)
            _save(fresh, name=name)
            audit.write("project_renamed", by=by, project=fresh, detail=dict(told))
            feed.record(fresh, "project_renamed", told, actor=by)
    project.name = name


def archive(project: Project, *, by: User) -> None:
    """Out of the way and read-only; nothing is lost."""
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        _check_still(fresh, by)
        if fresh.archived_at is None:
            _save(fresh, archived_at=timezone.now())
            _tell(fresh, "project_archived", by)
    project.archived_at = fresh.archived_at


def unarchive(project: Project, *, by: User) -> None:
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        _check_still(fresh, by)
        if fresh.archived_at is not None:
            _save(fresh, archived_at=None)
            _tell(fresh, "project_restored", by)
    project.archived_at = None


def delete(project: Project, *, by: User) -> Deleted:
    """With all its history. Its row is locked first, as everybody else does who writes in it.

    Boxes that no row knows are put away by the sandboxes' own round.
    """
    with transaction.atomic():
        fresh = Project.objects.select_for_update().filter(pk=project.pk).first()
        if fresh is None:
            raise errors.Missing("This project was deleted meanwhile.")
        access.check_still(fresh, Ability.KEEP, by=by, right="projects.delete_project")
        gone = Deleted(fresh.pk, fresh.name)
        audit.write("project_deleted", by=by, project=fresh, detail={"owner": fresh.owner.email, "slug": fresh.slug})
        fresh.delete()
        transaction.on_commit(partial(bells.ring_members, gone.id))
        transaction.on_commit(partial(repository.forget, gone.id), robust=True)
        transaction.on_commit(partial(corpus.forget, gone.id), robust=True)
    return gone


def check_open(project: Project) -> None:
    """An archived project stays as it is, until it is restored."""
    if project.archived_at is not None:
        raise errors.Closed("This project is archived. Restore it to change it.")


def _check_still(project: Project, by: User) -> None:
    access.check_still(project, Ability.KEEP, by=by, right="projects.change_project")


def _save(project: Project, **values: object) -> None:
    for name, value in values.items():
        setattr(project, name, value)
    project.save(update_fields=[*values, "updated_at"])


def _tell(project: Project, kind: str, by: User) -> None:
    audit.write(kind, by=by, project=project)
    feed.record(project, kind, ProjectArchived(name=project.name), actor=by)


def _checked(name: str) -> str:
    name = storable.name(name)
    if not name:
        raise errors.BadName("A project needs a name.")
    if len(name) > MOST_NAME:
        raise errors.BadName(f"A name has at most {MOST_NAME} characters.")
    return name


def free_slug(name: str, owner: User) -> str:
    """The name as part of an address, with a number when this person has such a project already."""
    slug = slugify(name)[:MOST_SLUG].strip("-_") or "project"
    stem = slug[: MOST_SLUG - 8]
    taken = set(Project.objects.filter(owner=owner, slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    candidate = slug
    while candidate in taken:
        candidate = f"{stem}-{number}"
        number += 1
    return candidate
