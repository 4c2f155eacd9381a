"""What agents were asked, what they do and what they did, as rows."""

from agents.models.artifacts import Artifact, Piece
from agents.models.generations import Generation
from agents.models.jobs import Attempt, Job, Step
from agents.models.queues import Queue
from agents.models.replays import Replay
from agents.models.sessions import Message, Session
from agents.models.states import AgentState

__all__ = [
    "AgentState",
    "Artifact",
    "Attempt",
    "Generation",
    "Job",
    "Message",
    "Piece",
    "Queue",
    "Replay",
    "Session",
    "Step",
]
