"""How a job's events read in a terminal: one line each, and nothing twice."""

from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import OutputWrapper

from agents.enums import Phase


class Progress:
    def __init__(self, out: OutputWrapper, *, is_terminal: bool) -> None:
        self._out = out
        self._is_terminal = is_terminal

    def tell(self, kind: str, payload: dict[str, Any]) -> None:
        line = _line(kind, payload)
        if line is None:
            return
        if self._is_terminal:
            # Over the line that says what is going on right now.
            self._out.write("\r\x1b[K", ending="")
        self._out.write(line)
        if self._is_terminal and (now := _now(kind, payload)):
            self._out.write(now, ending="")
            self._out.flush()


def _line(kind: str, payload: dict[str, Any]) -> str | None:
    match kind:
        case "phase_changed" if payload["phase"] != payload["before"] and payload["state"] == "running":
            return f"\n{Phase(payload['phase']).label}"
        case "message_sent" if payload["role"] == "assistant":
            return "\n".join(f"  {line}" for line in payload["text"].splitlines())
        case "blueprint_ready":
            return f"  {payload['blueprint']['name']}: {payload['blueprint']['description']}"
        case "file_closed":
            return f"  ✓ {payload['path']} ({payload['lines']} lines)"
        case "file_edited":
            return f"  ✓ {payload['path']} (+{payload['added']} −{payload['removed']})"
        case "command_finished":
            mark = "✓" if payload["exit_code"] in (0, None) else "✗"
            return f"  {mark} {payload['title']}"
        case "job_queued" if payload["message"]:
            return f"  {payload['message']}"
    return None


def _now(kind: str, payload: dict[str, Any]) -> str:
    if kind == "phase_changed" and payload["state"] == "running":
        return "  …"
    return ""


def curl(url: str) -> str:
    """How to see a preview where *.localhost does not resolve."""
    parts = urlsplit(url)
    return f"curl -H 'Host: {parts.netloc}' {parts.scheme}://127.0.0.1:{parts.port or 80}/"
