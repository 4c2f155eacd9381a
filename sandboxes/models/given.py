"""What an app's server was given in secret, sealed with the handle of its box, and the masker that knows it."""

import json
from typing import Any

from projects import errors, sealing
from projects.masking import Masker
from projects.services import secrets
from sandboxes.models.sandboxes import Sandbox

_KEPT = "secrets"


def with_secrets(sandbox: Sandbox, given: dict[str, str]) -> dict[str, Any]:
    """Its handle, keeping these: what runs goes on knowing them when they are changed or taken away."""
    kept = sealing.seal(json.dumps(given), about=_about(sandbox)) if given else ""
    return {**sandbox.handle, _KEPT: kept}


def to_its_server(sandbox: Sandbox) -> dict[str, str] | None:
    """None when nobody can tell any more."""
    kept = sandbox.handle.get(_KEPT)
    if not kept:
        return {}
    try:
        given: dict[str, str] = json.loads(sealing.open(kept, about=_about(sandbox)))
        return given
    except errors.Refusal:
        return None


def masker(sandbox: Sandbox) -> Masker:
    """Of the project's secrets as they are now, and as they were when the server was started."""
    now = secrets.openable(sandbox.project)
    return Masker([*now, *(to_its_server(sandbox) or {}).items()])


def _about(sandbox: Sandbox) -> str:
    return f"environment {sandbox.pk}"
