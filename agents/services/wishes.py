"""A wish becomes a project and its first job."""

from django.db import transaction

from agents.models import Job
from agents.services import jobs
from projects import storable
from projects.models import User
from projects.services import projects

_MOST_WORDS = 6


def make(*, text: str, by: User, model: str = "", approval: str = "", idempotency_key: str | None = None) -> Job:
    """The same key, from the same person, gives the same job."""
    with transaction.atomic():
        # Two requests with one key come one after the other.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if idempotency_key and (known := _made(by, idempotency_key)):
            return known
        project = projects.create(name=provisional_name(text), by=by)
        # The blueprint will know a better name; until a person chose one it may be changed.
        project.settings["is_name_provisional"] = True
        project.save(update_fields=["settings"])
        return jobs.start(
            project=project, text=text, by=by, model=model, approval=approval, idempotency_key=idempotency_key
        )


def _made(by: User, idempotency_key: str) -> Job | None:
    made = Job.objects.filter(created_by=by, idempotency_key=idempotency_key)
    return made.select_related("project__owner").order_by("created_at").first()


def provisional_name(text: str) -> str:
    """The first words of the wish."""
    words = storable.name(text).split()
    short = " ".join(words[:_MOST_WORDS])[:60].rstrip(" .,;:!?")
    return short or "A wish"
