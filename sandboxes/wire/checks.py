"""The agent's answers, made into values. It runs beside untrusted code, so each field is looked at."""

import re

from sandboxes.agent import agent
from sandboxes.wire import output, values

DIGEST = re.compile(r"[0-9a-f]{64}")


def tree(message: agent.Message) -> values.Tree:
    files = message.get("files")
    if not isinstance(files, dict):
        raise _nonsense("files")
    for path, digest in files.items():
        if not is_path(path) or not isinstance(digest, str) or not DIGEST.fullmatch(digest):
            raise _nonsense("files")
    return values.Tree(files, bool(message.get("truncated")))


def is_path(path: str) -> bool:
    """Relative, without steps upward; anything stricter is the project's rule, not the wire's."""
    return len(path) <= 1024 and "\0" not in path and not set(path.split("/")) & {"", ".", ".."}


def whole(message: agent.Message, name: str) -> int:
    number = message.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not -(2**31) < number < 2**62:
        raise _nonsense(name)
    return number


def exec_result(message: agent.Message, kept: output.Kept) -> values.ExecResult:
    return values.ExecResult(
        exit_code=whole(message, "exit_code"),
        head=bytes(kept.head),
        tail=kept.tail,
        truncated=kept.truncated or bool(message.get("flooded")),
        timed_out=bool(message.get("timed_out")),
    )


def service(message: agent.Message) -> values.Service:
    running = bool(message.get("running"))
    code = None if message.get("exit_code") is None else whole(message, "exit_code")
    return values.Service(whole(message, "pid"), running, code, whole(message, "offset"))


def _nonsense(field: str) -> values.Refused:
    return values.Refused(f"The box gave an answer that makes no sense ({field}).")
