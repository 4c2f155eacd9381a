"""A replay that begins at a step: what came before is taken as the job recorded it, however it would be read today."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from agents.errors import NotPossible
from agents.models import Job
from projects.models import Event
from projects.services import files
from projects.services.scratch import Scratch
from projects.store.trees import Manifest

_TOUCHED = ("file_closed", "file_edited", "file_deleted")


class OfStep(Protocol):
    @property
    def step(self) -> str: ...


Some = TypeVar("Some", bound=OfStep)


def split(job: Job, stored: Sequence[Some], step: str) -> tuple[list[Some], list[Some]]:
    """Replies of steps before this one, and those from it on; without a step all of them."""
    if not step:
        return [], list(stored)
    places = _places(job)
    if step not in places:
        raise NotPossible(f"This job has no step “{step[:60]}”. It has {', '.join(places)}.")
    earlier = [reply for reply in stored if places[reply.step] < places[step]]
    later = [reply for reply in stored if places[reply.step] >= places[step]]
    if not later:
        raise NotPossible(f"No model was asked in “{step}” or after it. The last reply is that of {stored[-1].step}.")
    return earlier, later


def as_recorded(job: Job, step: str, tree: Scratch, staged: Manifest) -> None:
    """Each file that nothing touched since becomes what was staged of it.

    Of one that was touched again there is no record in between: it stays as the replies before give it.
    """
    places = _places(job)
    rows = Event.objects.filter(project=job.project_id, job_ref=job.pk, kind__in=_TOUCHED)
    payloads = rows.values_list("payload", flat=True)
    since = {payload["path"] for payload in payloads if places.get(payload["step"], 0) >= places[step]}
    others = [path for path in sorted(tree.manifest().keys() | staged.keys()) if path not in since]
    for path in others:
        if path not in staged:
            tree.stage(path, None)
    for path in others:
        if path in staged and staged[path] != tree.manifest().get(path):
            tree.stage(path, files.read(staged, path), executable=staged[path].executable)


def _places(job: Job) -> dict[str, int]:
    keys = job.steps.order_by("ordinal", "pk").values_list("key", flat=True)
    return {key: place for place, key in enumerate(keys)}
