"""The first version of the API, for clients of the earlier design: the agent's state, behind its older address."""

from agents.api import states as now
from agents.schemas.states import StateOut
from projects.rest import Room

first = Room("v1")

first.get("/agent-state/{uuid:project}", StateOut)(now.read_agent_state)
first.delete("/agent-state/{uuid:project}", StateOut, status=200, refuses=(409,))(now.reset_agent_state)
