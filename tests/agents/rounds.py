"""The clock's rounds, one after the other, as if the pause between two were over."""

from agents import tasks
from sandboxes.models import duties


def reap_jobs() -> None:
    duties.free_all()
    tasks.reap_jobs()
