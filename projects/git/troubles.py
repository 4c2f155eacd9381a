"""What git says about another server, as one of the codes of a job, with a sentence and what helps."""

import re
from collections.abc import Sequence

from projects import storable
from projects.errors import RemoteTrouble

_AUTH = re.compile(
    r"Authentication failed|could not read (Username|Password)|returned error: 40[13]\b|Permission .*denied"
    r"|HTTP Basic: Access denied|Invalid username or",
    re.IGNORECASE,
)
_GONE = re.compile(r"returned error: 404|repository .*not found|not valid: is this a git repository", re.IGNORECASE)
_MOVED = re.compile(r"returned error: 30\d|unable to update url base", re.IGNORECASE)
_BUSY = re.compile(r"returned error: 429", re.IGNORECASE)
_SLOW = re.compile(r"Operation too slow|timed out", re.IGNORECASE)
_DOWN = re.compile(
    r"returned error: 5\d\d|Could not resolve|Failed to connect|Connection (refused|reset)|Empty reply"
    r"|hung up unexpectedly|early EOF|RPC failed|Recv failure|unexpected disconnect|Couldn't connect|transfer closed"
    r"|TLS connection was non-properly terminated|Could not connect",
    re.IGNORECASE,
)
_TRUST = re.compile(r"SSL certificate|certificate verify|server certificate|self.signed", re.IGNORECASE)
_FULL = re.compile(r"No space left|disk quota", re.IGNORECASE)

_WAIT = "Nothing to do: we try again. If it lasts, look at the address and at the server."


def of(lines: Sequence[str], host: str) -> RemoteTrouble:
    """The first of these that fits; what nobody knows is told in git's own words."""
    said = "\n".join(lines[-50:])
    if _MOVED.search(said):
        return RemoteTrouble(
            "invalid_input",
            f"{host} answers from another address.",
            "Take the address that is given there for cloning; it often ends with .git.",
        )
    if _BUSY.search(said):
        return RemoteTrouble(
            "rate_limit", f"{host} asks us to slow down.", "Nothing to do: we try again after a pause."
        )
    if _AUTH.search(said):
        return RemoteTrouble(
            "auth",
            f"{host} refused the user name or the password.",
            "Give a user name and a token with the right to do this (Settings, Remotes), then try again.",
        )
    if _GONE.search(said):
        return RemoteTrouble(
            "invalid_input",
            f"{host} has no repository there, or none for this user.",
            "Look at the address, make the repository there first, or give a token that may see it.",
        )
    if _TRUST.search(said):
        return RemoteTrouble(
            "invalid_input",
            f"The certificate of {host} is not one we trust.",
            "Look at the address, or ask its operator.",
        )
    if _FULL.search(said):
        return RemoteTrouble("internal", "There is no room left on the disk.", "Tell the operator.")
    if _SLOW.search(said):
        return RemoteTrouble("timeout", f"{host} took too long to answer.", _WAIT)
    if _DOWN.search(said):
        return RemoteTrouble("provider_down", f"{host} could not be reached or failed on its side.", _WAIT)
    return RemoteTrouble("invalid_input", f"{host} did not do it: {_last(lines)}", "Look at the address and the log.")


def _last(lines: Sequence[str]) -> str:
    fatal = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    return storable.name((fatal or list(lines) or ["git said nothing."])[-1])[:300]


def silent(host: str, seconds: float) -> RemoteTrouble:
    return RemoteTrouble("timeout", f"{host} said nothing for {round(seconds)} seconds.", _WAIT)


def endless(host: str, seconds: float) -> RemoteTrouble:
    return RemoteTrouble("timeout", f"It was not done after {round(seconds / 60)} minutes.", _WAIT)
