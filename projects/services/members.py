"""Who is in a project and as what. The owner's row mirrors `Project.owner`; both change in one transaction.

Everything here takes the project's lock first, so that of two acts at once the second sees what the first did.
"""

from collections.abc import Callable
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Case, QuerySet, When

from projects import access, errors, feed
from projects.enums import Ability, Role
from projects.events import MemberChanged, MemberJoined, MemberLeft, ProjectTransferred
from projects.feed import bells
from projects.models import Member, Project, User
from projects.services import accounts, audit, projects, writing

MOST = 100
TRIES = 5
# The roles one can be given; owning is handed on.
GIVEN = (Role.EDITOR, Role.VIEWER)


def of_project(project: Project) -> QuerySet[Member]:
    """The owner first, then as they came."""
    is_owner = Case(When(role=Role.OWNER, then=0), default=1)
    return project.members.select_related("user").order_by(is_owner, "joined_at", "pk")


def find(project: Project, handle: str) -> Member:
    member = project.members.select_related("user", "project").filter(user__handle=handle).first()
    if member is None:
        raise errors.Missing(f"Nobody called {handle[:40]!r} is in this project.")
    return member


def add(project: Project, *, user: User, role: str, by: User) -> Member:
    """By an invitation they took, or by the staff. Whoever is in stays what they are."""
    check_role(role)
    accounts.ensure_handle(user)
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        projects.check_open(fresh)
        return _join(fresh, user, role, by=by)


def _join(project: Project, user: User, role: str, *, by: User) -> Member:
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise errors.NotAllowed("This account is locked out of this installation.")
    if Member.objects.filter(project=project, user=user).exists():
        raise errors.Closed(f"{accounts.shown(user)} is in this project already.")
    if Member.objects.filter(project=project).count() >= MOST:
        raise errors.Closed(f"A project has at most {MOST} members.")
    member = Member.objects.create(project=project, user=user, role=role)
    told = MemberJoined(handle=_handle(user), name=accounts.shown(user), role=role)
    audit.write("member_joined", by=by, project=project, target=member, detail={"role": role})
    feed.record(project, "member_joined", told, actor=user)
    return member


def change_role(member: Member, *, role: str, by: User) -> None:
    check_role(role)
    with transaction.atomic():
        project, fresh = _locked(member, by=by)
        projects.check_open(project)
        _check_not_owner(fresh, "The owner's role is handed on by a transfer.")
        if fresh.role == role:
            return
        before, fresh.role = fresh.role, role
        fresh.save(update_fields=["role"])
        told = MemberChanged(handle=_handle(fresh.user), name=accounts.shown(fresh.user), role=role, before=before)
        audit.write("member_changed", by=by, project=project, target=fresh, detail={"role": role, "before": before})
        feed.record(project, "member_changed", told, actor=by)
        transaction.on_commit(partial(bells.ring_members, project.pk))


def remove(member: Member, *, by: User) -> None:
    """Their sockets close at once. Possible while a project is archived: who may read it matters then, too."""
    with transaction.atomic():
        project, fresh = _locked(member, by=by)
        _check_not_owner(fresh, "The owner stays, until the project is somebody else's.")
        _end(project, fresh, by=by)


def leave(project: Project, *, by: User) -> None:
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        member = Member.objects.filter(project=fresh, user=by).first()
        if member is None:
            raise errors.Missing("You are not in this project.")
        _check_not_owner(member, "Its owner cannot leave a project: hand it to somebody else first, or delete it.")
        _end(fresh, member, by=by)


def take_out(user: User, *, by: User) -> None:
    """Of every project they are in and do not own: their account is about to be deleted."""
    for member in Member.objects.filter(user=user).exclude(role=Role.OWNER).order_by("project_id"):
        project = writing.lock(member.project_id)
        fresh = Member.objects.select_related("user").filter(pk=member.pk).exclude(role=Role.OWNER).first()
        if fresh is not None:
            _end(project, fresh, by=by)


def transfer(project: Project, *, to: Member, by: User) -> Project:
    """It is theirs from now on, and whose it was edits. Where they have such an address already, a number is added."""
    accounts.ensure_handle(to.user)
    return _in_time(lambda: _hand_over(writing.lock(project.pk), to, by=by))


def transfer_to(project: Project, *, user: User, by: User) -> Project:
    """As `transfer`, by operators: also to somebody who is not in it, and while it is archived."""
    accounts.ensure_handle(user)
    return _in_time(lambda: _hand_over_to(writing.lock(project.pk), user, by=by))


def _in_time(hand_over: Callable[[], Project]) -> Project:
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return hand_over()
        except IntegrityError:
            continue  # they made a project of this address between the look and the write
    raise errors.Busy("This address is being taken again and again. Please try again.")


def _hand_over_to(project: Project, user: User, *, by: User) -> Project:
    """Whoever is not in it joins first: an owner is a member, too."""
    member = Member.objects.filter(project=project, user=user).first()
    return _hand_over(project, member or _join(project, user, Role.EDITOR, by=by), by=by)


def _hand_over(project: Project, to: Member, *, by: User) -> Project:
    access.check_still(project, Ability.KEEP, by=by, right="projects.change_project")
    heir = Member.objects.select_related("user").filter(pk=to.pk, project=project).first()
    if heir is None:
        raise errors.Missing("Nobody can be handed a project who is not in it.")
    if not heir.user.is_active:
        raise errors.Closed(f"{accounts.shown(heir.user)} is locked out of this installation.")
    _check_not_owner(heir, "It is theirs already.")
    before = project.owner
    detail = {"from": before.email, "to": heir.user.email, "slug": project.slug}
    project.slug = _free_slug(project, heir.user)
    project.owner = heir.user
    project.save(update_fields=["owner", "slug", "updated_at"])
    _withdraw_invitations(project, before, by=by)
    # First down, then up: at no moment are there two.
    Member.objects.filter(project=project, role=Role.OWNER).update(role=Role.EDITOR)
    Member.objects.filter(pk=heir.pk).update(role=Role.OWNER)
    told = ProjectTransferred(
        name=project.name, owner=_handle(heir.user), owner_name=accounts.shown(heir.user), slug=project.slug
    )
    audit.write("project_transferred", by=by, project=project, detail=detail | {"new_slug": project.slug})
    feed.record(project, "project_transferred", told, actor=by)
    transaction.on_commit(partial(bells.ring_members, project.pk))
    return project


def _free_slug(project: Project, owner: User) -> str:
    is_taken = Project.objects.filter(owner=owner, slug=project.slug).exclude(pk=project.pk).exists()
    return projects.free_slug(project.slug, owner) if is_taken else project.slug


def _locked(member: Member, *, by: User) -> tuple[Project, Member]:
    """The project and the row as it is now, for who decides about members; gone when somebody was quicker."""
    project = writing.lock(member.project_id)
    access.check_still(project, Ability.KEEP, by=by, right="projects.change_member")
    fresh = Member.objects.select_related("user").filter(pk=member.pk).first()
    if fresh is None:
        raise errors.Missing("They are not in this project any more.")
    return project, fresh


def _end(project: Project, member: Member, *, by: User) -> None:
    is_removed = member.user_id != by.pk
    told = MemberLeft(handle=_handle(member.user), name=accounts.shown(member.user), removed=is_removed)
    audit.write(
        "member_removed" if is_removed else "member_left",
        by=by, project=project, target=member, detail={"role": member.role},
    )  # fmt: skip
    _withdraw_invitations(project, member.user, by=by)
    member.delete()
    feed.record(project, "member_left", told, actor=by)
    transaction.on_commit(partial(bells.ring_members, project.pk))


def _withdraw_invitations(project: Project, user: User, *, by: User) -> None:
    """What somebody asked in who may not any more: they could come back by a link of their own."""
    for invitation in project.invitations.filter(created_by=user, accepted_at=None):
        audit.write("invitation_revoked", by=by, project=project, target=invitation)
        invitation.delete()


def check_role(role: str) -> None:
    """What one can be given; owning is not among it."""
    if role not in GIVEN:
        raise errors.BadRole


def _check_not_owner(member: Member, sentence: str) -> None:
    if member.role == Role.OWNER:
        raise errors.Closed(sentence)


def _handle(user: User) -> str:
    return user.handle or ""
