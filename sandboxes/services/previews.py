"""Letting people and their programs into a preview, by an address that works once and for a minute."""

from django.conf import settings
from django.urls import reverse

from projects import errors
from projects.models import User
from sandboxes.models import Sandbox
from sandboxes.preview import entrance, passes, rights
from sandboxes.services import sandboxes


def find(name: str, *, by: User) -> Sandbox:
    """The sandbox with this id or label, for whoever may see what it shows."""
    found = sandboxes.named(name)
    lets = rights.let(passes.Guest(user=by.pk))
    if found is None or not Sandbox.objects.filter(lets, pk=found.pk).exists():
        raise errors.Missing("There is no such preview.")
    return found


def entrance_of(
    sandbox: Sandbox, *, by: User, session: int | None = None, token: int | None = None, to: str = ""
) -> str:
    """It lets in as long as they may see the project, and the session or token that asks for it lasts."""
    guest = passes.Guest(user=by.pk, session=session, token=token)
    return entrance.address(sandbox.label, passes.make_pass(sandbox.label, guest), to=to)


def door(sandbox: Sandbox) -> str:
    """For people, who sign in there: it lets them in at any time."""
    return f"{settings.SITE_URL}{reverse('sandboxes:preview', args=[sandbox.pk])}"
