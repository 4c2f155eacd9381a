"""What the agent of a project is doing, put back to the beginning."""

from django.db import transaction
from django.utils import timezone

from agents import enums
from agents.errors import NotPossible
from agents.events import PhaseChanged
from agents.models import AgentState, Job
from projects import feed
from projects.models import Project, User


def reset(project: Project, *, by: User) -> None:
    """Idle, as before the first wish. What was made, and what was said, stays."""
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if Job.objects.filter(project=project).active().exclude(kind__in=enums.CHORES).exists():
            raise NotPossible("Djinn is at work on this project, or will be. Cancel that first.")
        clear(locked, by=by)


def clear(locked: Project, *, by: User | None) -> None:
    """Of a project that the caller has locked. Whoever looks at it sees that there is nothing to look at."""
    kept = AgentState.objects.filter(project=locked).first()
    if kept is not None:
        kept.delete()
        feed.record(locked, "phase_changed", _idle(before=kept.phase), actor=by)


def _idle(*, before: str) -> PhaseChanged:
    """Of no job; the stepper has nothing to show."""
    now = timezone.now().isoformat()
    return {
        "job": "",
        "kind": "",
        "phase": enums.Phase.IDLE,
        "phase_before": "",
        "before": before,
        "state": "",
        "waiting_for": "",
        "since": now,
        "began": now,
        "seconds": 0,
        "files_done": 0,
        "files_total": 0,
    }
