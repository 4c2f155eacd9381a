"""What the feed tells about boxes, commands and previews."""

from typing import TypedDict

from projects import feed


class SandboxChanged(TypedDict):
    sandbox: str
    state: str
    backend: str
    isolation: str
    error: str


class PreviewReady(TypedDict):
    sandbox: str
    url: str
    stack: str
    version: int | None
    isolation: str
    """How it is kept apart from the machine; empty where nothing of it runs here."""


class CommandStarted(TypedDict):
    command: str
    kind: str
    title: str
    job: str


class CommandFinished(TypedDict):
    command: str
    kind: str
    title: str
    job: str
    exit_code: int | None
    seconds: float
    tail: str


class ErrorCaptured(TypedDict):
    """The app's server said that something went wrong; `count` times so far, of the files it runs with."""

    sandbox: str
    fingerprint: str
    title: str
    text: str
    count: int
    # Which files it came of, in short: of others it is a story of its own.
    tree: str


_COMMAND = feed.Fragment(region="chat", key="command-{command}", template="events/command.html")

KINDS = (
    feed.Kind(
        "sandbox_changed",
        payload=SandboxChanged,
        fragments=(feed.Fragment(region="preview", key="preview-state", template="events/sandbox_changed.html"),),
    ),
    feed.Kind(
        "preview_ready",
        payload=PreviewReady,
        fragments=(feed.Fragment(region="preview", key="preview-frame", template="events/preview_ready.html"),),
    ),
    feed.Kind(
        "error_captured",
        payload=ErrorCaptured,
        fragments=(
            feed.Fragment(region="chat", key="error-{fingerprint}-{tree}", template="events/error_captured.html"),
        ),
    ),
    feed.Kind("command_started", payload=CommandStarted, fragments=(_COMMAND,)),
    feed.Kind("command_finished", payload=CommandFinished, fragments=(_COMMAND,)),
)


def register() -> None:
    for kind in KINDS:
        feed.register(kind)
