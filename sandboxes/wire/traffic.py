"""How many bytes went into a sandbox's boxes and out of them, counted on this side of the wire."""

from uuid import UUID

from django.db.models import F

from sandboxes.models import Sandbox


def add(sandbox_id: UUID, *, into: int, out: int) -> None:
    """Beside all else that is written of the row: nobody's version of it changes."""
    if into or out:
        more = {"network_in": F("network_in") + into, "network_out": F("network_out") + out}
        Sandbox.objects.filter(pk=sandbox_id).update(**more)
