"""What an app's programs are given in secret, and taking it out again of what they say.

Installs are given nothing: they alone reach the network, and strangers' scripts run in them.
"""

from projects import errors
from projects.masking import Masker
from projects.services import secrets
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox, given


def environment(sandbox: Sandbox) -> dict[str, str]:
    try:
        return secrets.environment(sandbox.project)
    except errors.Refusal as refusal:
        raise SandboxLost(f"The app's secrets cannot be opened. {refusal}") from refusal


def remember(sandbox: Sandbox, told: dict[str, str], *, served: str = "") -> None:
    """Sealed, with the handle; and which tree the server saw."""
    handle = {**given.with_secrets(sandbox, told), "served": served}
    if Sandbox.objects.filter(pk=sandbox.pk, handle__id=handle["id"]).update(handle=handle):
        sandbox.handle = handle


def is_given(sandbox: Sandbox, wanted: dict[str, str]) -> bool:
    """Whether the app's server was started with these."""
    return given.to_its_server(sandbox) == wanted


def masker(sandbox: Sandbox) -> Masker:
    return given.masker(sandbox)
