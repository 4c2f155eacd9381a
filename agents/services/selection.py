"""Which models a job may ask for: refused here, it costs nothing."""

from agents import chains, credentials, errors
from agents.recordings import catalogue


def check(model: str) -> None:
    if not model:
        return
    try:
        chains.check(model)
    except chains.Unusable as unusable:
        raise errors.NotPossible(str(unusable)) from None
    for name in chains.names(model):
        _check_one(name)


def _check_one(model: str) -> None:
    _, _, name = model.partition("/")
    if chains.is_demo(model) and name and catalogue.get(name) is None:
        raise errors.NotPossible(f"There is no recording called “{name}”.")
    if sentence := credentials.unknown_provider(model):
        raise errors.NotPossible(sentence)
