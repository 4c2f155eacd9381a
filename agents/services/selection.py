"""Which model a job may ask for: refused here, it costs nothing."""

from agents import credentials, errors
from agents.models import Job
from agents.recordings import catalogue

MOST_NAME: int = Job._meta.get_field("model").max_length or 0


def check(model: str) -> None:
    if len(model) > MOST_NAME:
        raise errors.NotPossible(f"The name of a model has at most {MOST_NAME} characters.")
    provider, _, name = model.partition("/")
    if provider == credentials.DEMO and name and catalogue.get(name) is None:
        raise errors.NotPossible(f"There is no recording called “{name}”.")
    if sentence := credentials.unknown_provider(model):
        raise errors.NotPossible(sentence)
