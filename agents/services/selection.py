"""Which models a job may ask for: refused here, it costs nothing."""

from django.conf import settings

from agents import chains, credentials, errors
from agents.models import Job
from agents.recordings import catalogue
from projects.models import Project

_MOST_LOOKED_AT = 200
MOST_NAME: int = Job._meta.get_field("model").max_length or 0


def check(model: str) -> None:
    """What a person chose for the job, or nothing: then whatever the settings may make it ask."""
    for text in (model,) if model else (settings.DJINN_MODEL, *settings.MODEL_OF_STEP.values()):
        _check_chain(text)


def offered(project: Project) -> list[str]:
    """Names to choose among: those of the settings, those they let people choose, and those that worked here."""
    usual = (settings.DJINN_MODEL, *settings.MODEL_OF_STEP.values())
    known = Job.objects.filter(project=project).exclude(model="").order_by("-created_at")
    used = known.values_list("model", flat=True)[:_MOST_LOOKED_AT]
    every = (*usual, *settings.MODEL_CHOICES, *used)
    return list(dict.fromkeys(name for text in every for name in chains.names(text)))


def _check_chain(text: str) -> None:
    if not text:
        return
    try:
        chains.check(text)
    except chains.Unusable as unusable:
        raise errors.Unfit(str(unusable)) from None
    for name in chains.names(text):
        _check_one(name)


def _check_one(model: str) -> None:
    _, _, name = model.partition("/")
    if chains.is_demo(model) and name and catalogue.get(name) is None:
        raise errors.Unfit(f"There is no recording called “{name}”.")
    if sentence := credentials.unknown_provider(model):
        raise errors.Unfit(sentence)
