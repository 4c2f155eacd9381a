"""Who did what to what, written in the transaction of the act itself."""

from typing import Any

from projects import origins
from projects.models import AuditEntry, Project, User


def write(
    act: str,
    *,
    by: User | None,
    project: Project | None = None,
    target: Any = None,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """One entry. `target` is a row; without one it is the project. Never a secret in `detail`.

    By which door and from where it came is what that door said (`origins`).
    """
    origin = origins.current()
    about = target if target is not None else project
    return AuditEntry.objects.create(
        actor=by,
        actor_line=str(by.email if by else "Djinn")[:200],
        door=origin.door,
        address=origin.address,
        act=act,
        target_kind=str(about._meta.model_name) if about is not None else "site",
        target_ref=str(about.pk)[:40] if about is not None else "",
        target_line=str(about)[:200] if about is not None else "",
        project_ref=project.pk if project else None,
        detail=detail or {},
    )
