"""Who may touch a project: the only way a door finds one.

What a person may not see is Http404, what they may see but not do is PermissionDenied.
"""

import hashlib
import hmac
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone

from projects import errors
from projects.enums import Ability, Role
from projects.models import ApiToken, Member, Project, User

ABILITIES: dict[str, frozenset[Ability]] = {
    Role.OWNER: frozenset({Ability.VIEW, Ability.EDIT, Ability.OWN, Ability.KEEP}),
    Role.EDITOR: frozenset({Ability.VIEW, Ability.EDIT}),
    Role.VIEWER: frozenset({Ability.VIEW}),
}

# An archived project is for reading, for its owner too, until it is restored.
OF_ARCHIVED = frozenset({Ability.VIEW, Ability.KEEP})


def get_project(user: User | AnonymousUser, owner_handle: str, slug: str, ability: Ability) -> Project:
    """The project at this address, for someone who wants to do this with it."""
    return _checked(user, ability, project__owner__handle=owner_handle, project__slug=slug)


def get_project_by_id(user: User | AnonymousUser, project_id: UUID | str, ability: Ability) -> Project:
    try:
        return _checked(user, ability, project_id=UUID(str(project_id)))
    except ValueError:
        raise Http404 from None


def _checked(user: User | AnonymousUser, ability: Ability, **where: object) -> Project:
    if not isinstance(user, User) or not user.is_active:
        raise Http404
    # As they are now: whoever asks may hold a user that was read long ago.
    member = Member.objects.select_related("project__owner").filter(user=user, user__is_active=True, **where).first()
    if member is None:
        raise Http404
    if not _allows(member, ability):
        raise PermissionDenied
    return member.project


def can(user: User | AnonymousUser, project: Project, ability: Ability) -> bool:
    """The same rule as a question, for pages that offer only what will work."""
    if not isinstance(user, User) or not user.is_active:
        return False
    mine = Member.objects.select_related("project").filter(user=user, user__is_active=True)
    member = mine.filter(project=project).first()
    return member is not None and _allows(member, ability)


def check_still(project: Project, ability: Ability, *, by: User, right: str) -> None:
    """For services that hold the project's lock: since the door asked, whoever held it may have decided otherwise."""
    if not still_may(by, project, ability, right=right):
        raise errors.NotAllowed("You may not do this in this project any more.")


def still_may(user: User, project: Project, ability: Ability, *, right: str) -> bool:
    """`right` is the one of the admin with which operators, who are in no project, do the same."""
    if can(user, project, ability):
        return True
    operator = User.objects.filter(pk=user.pk, is_active=True, is_staff=True).first()
    return operator is not None and operator.has_perm(right)


def _allows(member: Member, ability: Ability) -> bool:
    if member.project.archived_at is not None and ability not in OF_ARCHIVED:
        return False
    return ability in ABILITIES.get(member.role, frozenset())


def user_of_session(session_key: str) -> User | None:
    """Who is signed in with this session now; for sockets, which no middleware sees again."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def digest_of(secret: str) -> str:
    """Secrets are long and random, so a plain hash of them tells nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> ApiToken | None:
    """The live token with this secret, `djinn_<prefix>_<rest>`."""
    prefix = secret.removeprefix("djinn_").partition("_")[0]
    if not secret.isascii() or not prefix.isalnum():
        return None  # no secret of ours, and perhaps nothing that a database takes
    token = ApiToken.objects.select_related("user").filter(prefix=prefix[:12]).first()
    if token is None or not hmac.compare_digest(token.digest, digest_of(secret)):
        return None
    is_over = token.expires_at is not None and token.expires_at <= timezone.now()
    return None if is_over or not token.user.is_active else token
