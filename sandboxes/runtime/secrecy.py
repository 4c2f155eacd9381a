"""What an app's programs are given in secret, and taking it out again of what they say.

Installs are given nothing: they alone reach the network, and strangers' scripts run in them.
"""

import json

from projects import errors, sealing
from projects.masking import Masker
from projects.services import secrets
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox

_KEPT = "secrets"


def environment(sandbox: Sandbox) -> dict[str, str]:
    try:
        return secrets.environment(sandbox.project)
    except errors.Refusal as refusal:
        raise SandboxLost(f"The app's secrets cannot be opened. {refusal}") from refusal


def remember(sandbox: Sandbox, given: dict[str, str], *, served: str = "") -> None:
    """Sealed, with the handle: what runs goes on knowing it when it is changed or taken away. And which tree it saw."""
    kept = sealing.seal(json.dumps(given), about=_about(sandbox)) if given else ""
    handle = {**sandbox.handle, _KEPT: kept, "served": served}
    if Sandbox.objects.filter(pk=sandbox.pk, handle__id=handle["id"]).update(handle=handle):
        sandbox.handle = handle


def is_given(sandbox: Sandbox, wanted: dict[str, str]) -> bool:
    """Whether the app's server was started with these."""
    return _given(sandbox) == wanted


def masker(sandbox: Sandbox) -> Masker:
    """Of the project's secrets as they are now, and as they were when the server was started."""
    now = secrets.openable(sandbox.project)
    return Masker([*now, *(_given(sandbox) or {}).items()])


def _given(sandbox: Sandbox) -> dict[str, str] | None:
    """None when nobody can tell any more."""
    kept = sandbox.handle.get(_KEPT)
    if not kept:
        return {}
    try:
        given: dict[str, str] = json.loads(sealing.open(kept, about=_about(sandbox)))
        return given
    except errors.Refusal:
        return None


def _about(sandbox: Sandbox) -> str:
    return f"environment {sandbox.pk}"
