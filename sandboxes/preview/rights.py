"""Whether somebody's word still counts, as a condition on rows of sandboxes: it rides on the query that finds one.

Who leaves the project, is locked out, signs out or loses the token sees nothing two seconds later; who came by a link,
when it is taken back or over, or when whoever made it may make none any more.
"""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from projects import access
from projects.enums import Ability
from projects.models import ApiToken, Member, User
from sandboxes.models import ShareLink
from sandboxes.preview.passes import ANYBODY, Guest


def let(guest: Guest) -> Q:
    if guest == ANYBODY:
        return Q(pk__isnull=False)
    if guest.link is not None:
        return Q(Exists(ShareLink.objects.lasting().filter(pk=guest.link, sandbox=OuterRef("pk"))))
    return _may_see(guest) & _is_signed_in(guest)


def _may_see(guest: Guest) -> Q:
    roles = access.roles_with(Ability.VIEW)
    members = Member.objects.filter(user=guest.user, user__is_active=True, role__in=roles)
    # Whoever runs the site sees all there is.
    operators = User.objects.filter(pk=guest.user or 0, is_active=True, is_staff=True, is_superuser=True)
    return Q(Exists(members.filter(project=OuterRef("project")))) | Q(Exists(operators))


def _is_signed_in(guest: Guest) -> Q:
    """Where they came in: the session, or the token, with which they asked for the address."""
    now, still = timezone.now(), Q(pk__isnull=False)
    if guest.session is not None:
        live = Session.objects.filter(expire_date__gt=now).values("session_key")
        still &= Q(Exists(UserSession.objects.filter(pk=guest.session, user=guest.user, session_key__in=live)))
    if guest.token is not None:
        lasting = Q(expires_at=None) | Q(expires_at__gt=now)
        still &= Q(Exists(ApiToken.objects.filter(lasting, pk=guest.token, user=guest.user)))
    return still
