"""What the agent of a project is doing, put back to the beginning."""

from django.db import transaction
from django.utils import timezone

from agents import enums
from agents.errors import NotPossible
from agents.events import PhaseChanged
from agents.models import AgentState, Job
from projects import feed
from projects.models import Branch, Project, User


def reset(project: Project, *, by: User) -> None:
    """Idle, as before the first wish. What was made, and what was said, stays."""
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if Job.objects.filter(project=project).active().exclude(kind__in=enums.CHORES).exists():
            raise NotPossible("Djinn is at work on this project, or will be. Cancel that first.")
        kept = AgentState.objects.filter(project=locked).first()
        if kept is not None:
            clear(locked.branches.get(name="main"), before=kept.phase, by=by)


def clear(branch: Branch, *, before: str, by: User | None) -> None:
    """Of a project that the caller has locked. Whoever looks at the branch sees that there is nothing to look at."""
    if branch.name == "main":
        AgentState.objects.filter(project=branch.project_id).delete()
    feed.record(branch.project, "phase_changed", _idle(before=before), actor=by, branch_id=branch.pk)


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
