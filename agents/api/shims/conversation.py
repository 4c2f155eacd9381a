"""`conversation-state` of the earlier design: the newest session of a project's `main`."""

from typing import Any

from ninja import Query
from pydantic import ValidationError

from agents.api.shims.addresses import project_of, shims, told
from agents.schemas.shims import ConversationIn, Place, TopicIn
from agents.services import conversations, sessions
from projects.enums import Ability
from projects.models import Project
from projects.rest import Refused, Request
from projects.services import branches

_PATH = "/conversation-state"
_TITLE = "Conversation"


@shims.get(_PATH, dict[str, Any], refuses=(404,))
def read_conversation_state(request: Request, place: Query[Place]) -> Any:
    """Read what was said, and what became of it. `state` is null before anybody said anything."""
    session = conversations.newest(project_of(request, Ability.VIEW, place))
    if session is None:
        return told(state=None, message="No conversation yet.")
    return told(state=conversations.state_of(session))


@shims.post(_PATH, dict[str, Any], status=200, refuses=(404, 409))
def change_conversation_state(request: Request, place: Query[Place], body: ConversationIn) -> Any:
    """Begin a new conversation (`reset`), or say what the newest is about (`update`); no other preference is kept."""
    project = project_of(request, Ability.EDIT, place)
    if body.action == "reset":
        session = sessions.create(branches.find(project), _TITLE, by=request.user)
        return told(state=conversations.state_of(session), message="A new conversation has begun.")
    if body.action == "clear-old":
        raise Refused("refused", "Nothing that was said is thrown away here. `reset` begins a new conversation.")
    return _update(project, body.data or {})


@shims.delete(_PATH, dict[str, Any], status=200, refuses=(404,))
def clear_conversation_state(request: Request, place: Query[Place]) -> Any:
    """Put the newest conversation away. It stays readable under its session."""
    session = conversations.newest(project_of(request, Ability.EDIT, place))
    if session is not None:
        sessions.archive(session)
    return told(message="The conversation is put away.")


def _update(project: Project, data: dict[str, Any]) -> dict[str, Any]:
    if unknown := sorted(data.keys() - TopicIn.model_fields.keys()):
        raise Refused("refused", f"There is no place here for {', '.join(unknown)[:200]}; only `currentTopic` is kept.")
    try:
        topic = TopicIn.model_validate(data).currentTopic
    except ValidationError as unfit:
        fault = {"pointer": "/data/currentTopic", "code": "value", "message": unfit.errors()[0]["msg"]}
        raise Refused("invalid", f"/data/currentTopic: {fault['message']}.", errors=[fault]) from None
    session = conversations.newest(project)
    if session is None:
        raise Refused("wrong_state", "There is no conversation yet that could be updated.")
    if topic is not None:
        sessions.rename(session, topic)
    return told(state=conversations.state_of(session), message="The conversation is updated.")
