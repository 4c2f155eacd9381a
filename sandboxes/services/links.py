"""Links with which anybody may look at the preview of a branch.

A link is shown once; only a digest of its secret is kept. It works until its time is over, until it is taken back, and
for as long as whoever made it may change the project: nobody keeps a way in by one of their own.
"""

import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from projects import access, errors, feed
from projects.enums import Ability
from projects.models import Branch, Project, User
from projects.services import audit, projects, writing
from sandboxes.events import PreviewShared, ShareEnded
from sandboxes.models import ShareLink
from sandboxes.preview import entrance
from sandboxes.services import sandboxes

DAYS = (1, 7, 30)
MOST = 20


class Shared(NamedTuple):
    """A link with its address, which cannot be had again."""

    link: ShareLink
    address: str


def of(branch: Branch) -> QuerySet[ShareLink]:
    """The newest first, also what lets nobody in any more."""
    rows = ShareLink.objects.filter(sandbox__branch=branch).select_related("created_by", "sandbox__branch")
    return rows.order_by("-created_at", "-id")


def lasting(branch: Branch) -> set[UUID]:
    return set(of(branch).lasting().values_list("pk", flat=True))  # type: ignore[attr-defined]  # our own queryset


def find(project: Project, link_id: UUID) -> ShareLink:
    rows = ShareLink.objects.filter(sandbox__project=project).select_related("sandbox__branch")
    found = rows.filter(pk=link_id).first()
    if found is None:
        raise errors.Missing("This link was taken back meanwhile.")
    return found


def make(branch: Branch, *, days: int | None, by: User) -> Shared:
    """Without days it lasts until it is taken back."""
    if days is not None and days not in DAYS:
        raise errors.BadFields({"days": f"A link lasts {', '.join(map(str, DAYS))} days, or for ever."})
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        project = writing.lock(branch.project_id)
        projects.check_open(project)
        # Not by whoever runs the site: a link works as long as its maker is in the project.
        if not access.can(by, project, Ability.EDIT):
            raise errors.NotAllowed("You may not do this in this project any more.")
        sandbox = sandboxes.for_branch(branch)
        if of(branch).count() >= MOST:
            raise errors.Closed(f"A branch has at most {MOST} links; take one back first.")
        link = ShareLink.objects.create(
            sandbox=sandbox,
            digest=access.digest_of(secret),
            created_by=by,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        audit.write("preview_shared", by=by, project=project, target=link, detail={"branch": branch.name, "days": days})
        until = link.expires_at.isoformat() if link.expires_at else ""
        told = PreviewShared(link=str(link.pk), branch=branch.name, until=until)
        feed.record(project, "preview_shared", told, actor=by, branch_id=branch.pk)
    return Shared(link, entrance.shared(sandbox.label, secret))


def revoke(link: ShareLink, *, by: User) -> None:
    """Whoever came by it sees nothing from the next request on; what they hold open ends within seconds."""
    with transaction.atomic():
        project, branch = writing.lock(link.sandbox.project_id), link.sandbox.branch
        access.check_still(project, Ability.EDIT, by=by, right="sandboxes.delete_sharelink")
        audit.write("share_ended", by=by, project=project, target=link, detail={"branch": branch.name})
        if not ShareLink.objects.filter(pk=link.pk).delete()[0]:
            raise errors.Missing("This link was taken back meanwhile.")
        told = ShareEnded(link=str(link.pk), branch=branch.name)
        feed.record(project, "share_ended", told, actor=by, branch_id=branch.pk)
