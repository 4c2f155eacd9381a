"""A whole installation for tests: its own home, port and processes, started as a person would."""

from tests.installations.embedded import Installation, installed
from tests.installations.started import ROOT
from tests.installations.waiting import free_port, wait_for

__all__ = ["ROOT", "Installation", "free_port", "installed", "wait_for"]
