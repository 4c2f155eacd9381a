"""Asking somebody into a project by a link. The link is the authority: whoever opens it first, signed in, joins.

Only a digest of the link's secret is kept; the secret itself is in the letter, and shown once to whoever invites.
An account can be made through a link even where sign-up is closed, and that account takes the invitation at once.
It works for as long as whoever sent it may ask people in.
"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from projects import access, errors
from projects.enums import Ability
from projects.models import AuditEntry, Invitation, Member, Project, User
from projects.services import accounts, audit, members, projects, writing

log = logging.getLogger(__name__)

LIFE = timedelta(days=7)
# Letters one person may have sent in an hour, and invitations that may wait in one project.
MOST_LETTERS = 30
MOST_WAITING = 100
SENT = ("member_invited", "invitation_resent")


class Offer(NamedTuple):
    """An invitation with the address of its link, which cannot be had again. `sent`: the letter is on its way."""

    invitation: Invitation
    link: str
    sent: bool


def waiting(project: Project) -> QuerySet[Invitation]:
    """What nobody has taken yet; also what is too old, so that it can be sent anew."""
    return project.invitations.filter(accepted_at=None).select_related("created_by")


def find_waiting(project: Project, invitation_id: UUID | str) -> Invitation:
    found = waiting(project).filter(pk=invitation_id).first()
    if found is None:
        raise errors.Missing("This invitation was taken or withdrawn meanwhile.")
    return found


def invite(project: Project, *, email: str, role: str, by: User) -> Offer:
    email = _checked(email)
    members.check_role(role)
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            fresh = writing.lock(project.pk)
            projects.check_open(fresh)
            access.check_still(fresh, Ability.OWN, by=by, right="projects.add_invitation")
            _check_room(fresh, email, by)
            invitation = Invitation.objects.create(
                project=fresh, email=email, role=role, digest=access.digest_of(secret), created_by=by, expires_at=_end()
            )
            audit.write("member_invited", by=by, project=fresh, target=invitation, detail={"role": role})
    except IntegrityError:
        raise errors.Closed(f"{email} is invited already: send it anew, or withdraw it.") from None
    return _send(invitation, secret)


def resend(invitation: Invitation, *, by: User) -> Offer:
    """A new link, for seven days, by whoever sends it now; the old one ends."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        fresh = writing.lock(invitation.project_id)
        projects.check_open(fresh)
        access.check_still(fresh, Ability.OWN, by=by, right="projects.add_invitation")
        _check_letters(by)
        waits = Invitation.objects.filter(pk=invitation.pk, accepted_at=None)
        if not waits.update(digest=access.digest_of(secret), expires_at=_end(), created_by=by):
            raise errors.Missing("This invitation was taken or withdrawn meanwhile.")
        audit.write("invitation_resent", by=by, project=fresh, target=invitation)
    invitation.refresh_from_db()
    return _send(invitation, secret)


def revoke(invitation: Invitation, *, by: User) -> None:
    with transaction.atomic():
        fresh = writing.lock(invitation.project_id)
        access.check_still(fresh, Ability.KEEP, by=by, right="projects.delete_invitation")
        audit.write("invitation_revoked", by=by, project=fresh, target=invitation)
        if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None).delete()[0]:
            raise errors.Missing("This invitation was taken or withdrawn meanwhile.")


def open_with(secret: str) -> Invitation | None:
    """The invitation this link leads to, while it can be taken."""
    if not secret.isascii() or "\0" in secret:
        return None
    known = Invitation.objects.select_related("project__owner", "created_by").filter(digest=access.digest_of(secret))
    found = known.filter(accepted_at=None, expires_at__gt=timezone.now()).first()
    return found if found and _is_backed(found) else None


def lets_in(secret: str) -> bool:
    """Whether an account can be made through it: not where nobody can join at the moment."""
    found = open_with(secret)
    return found is not None and found.project.archived_at is None


def _is_backed(invitation: Invitation) -> bool:
    """Whoever sent it may still ask people in. That an archived project takes nobody is said when somebody joins."""
    inviter = invitation.created_by
    return inviter is not None and access.still_may(
        inviter, invitation.project, Ability.KEEP, right="projects.add_invitation"
    )


def taken_with(secret: str, *, by: User) -> Project | None:
    """The project that this person joined with this link, and still is in."""
    if not secret.isascii():
        return None
    mine = Project.objects.select_related("owner").filter(
        invitations__digest=access.digest_of(secret), invitations__accepted_by=by, members__user=by
    )
    return mine.first()


def accept(secret: str, *, by: User) -> Member:
    """Once: the row is taken under the project's lock, and only while nobody else has taken it."""
    known = open_with(secret)
    if known is None:
        raise errors.Missing("This invitation was used, withdrawn, or is too old. Ask for another one.")
    with transaction.atomic():
        writing.lock(known.project_id)
        member = members.add(known.project, user=by, role=known.role, by=by)
        now = timezone.now()
        open_still = Invitation.objects.filter(pk=known.pk, digest=known.digest, accepted_at=None, expires_at__gt=now)
        if not _is_backed(known) or not open_still.update(accepted_at=now, accepted_by=by):
            raise errors.Missing("This invitation was used, withdrawn, or is too old. Ask for another one.")
        audit.write("invitation_taken", by=by, project=known.project, target=known)
    return member


def _send(invitation: Invitation, secret: str) -> Offer:
    """After the transaction: a server of letters may be slow. Where there is none, the link is passed on by hand."""
    link = settings.SITE_URL + reverse("projects:invitation", args=[secret])
    return Offer(invitation, link, bool(settings.MAIL_URL) and _is_sent(invitation, link))


def _is_sent(invitation: Invitation, link: str) -> bool:
    context = {"invitation": invitation, "link": link, "inviter": _inviter(invitation)}
    subject = " ".join(render_to_string("projects/letters/invitation_subject.txt", context).split())
    try:
        text = render_to_string("projects/letters/invitation.txt", context)
        return bool(send_mail(subject, text, None, [invitation.email]))
    except OSError as failure:  # every failure of SMTP is one
        log.warning("A letter could not be sent: %s", type(failure).__name__)
        return False


def _inviter(invitation: Invitation) -> str:
    return accounts.shown(invitation.created_by) if invitation.created_by else "Somebody"


def _end() -> datetime:
    return timezone.now() + LIFE


def _checked(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise errors.BadEmail from None
    if len(email) > 254 or not email.isprintable():
        raise errors.BadEmail
    return email


def _check_room(project: Project, email: str, by: User) -> None:
    if project.members.filter(user__email__iexact=email).exists():
        raise errors.Closed(f"{email} is in this project already.")
    if waiting(project).count() >= MOST_WAITING:
        raise errors.Closed(f"At most {MOST_WAITING} invitations wait at once.")
    _check_letters(by)


def _check_letters(by: User) -> None:
    an_hour = timezone.now() - timedelta(hours=1)
    if AuditEntry.objects.filter(actor=by, act__in=SENT, at__gt=an_hour).count() >= MOST_LETTERS:
        raise errors.TooOften
