"""Why packages could not be installed, read from what npm or pip said, with what can be done about it. Pure."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Trouble:
    """`is_outside`: the way to the packages failed, not the app; no change of its files would help."""

    kind: str
    sentence: str
    fix: str
    is_outside: bool = False


DISK: Final = Trouble(
    "disk",
    "There is no room left for these packages in the app's box.",
    "Remove a package that is not needed, choose a smaller one, or ask the operator for larger boxes.",
)
NOT_FOUND: Final = Trouble(
    "not_found",
    "The registry has no package of this name.",
    "Look at how its name is spelt, or remove it.",
)
NO_VERSION: Final = Trouble(
    "no_version",
    "The registry has the package, but not at this version.",
    "Ask for another version, or for the newest.",
)
PEER_CONFLICT: Final = Trouble(
    "peer_conflict",
    "Two packages want another version of the same one.",
    "Upgrade or remove the one that is named, or ask for a version that fits the others.",
)
BUILD_SCRIPT: Final = Trouble(
    "build_script",
    "A package has to be built while it is installed, and that failed.",
    "Choose a version that comes built, or a package that needs no building.",
)
REFUSED: Final = Trouble(
    "refused",
    "The registry wants a key for this package, or the box may not go where it lies.",
    "Only packages from the registries of this installation can be installed.",
)
INTEGRITY: Final = Trouble(
    "integrity",
    "What came from the registry is not what the lock file expects.",
    "Try again. If it stays so, remove the package and add it anew.",
)
UNREADABLE: Final = Trouble(
    "unreadable",
    "The file that lists the packages cannot be read.",
    "Put it right, or restore the version before.",
)
NETWORK: Final = Trouble(
    "network",
    "The registry could not be reached.",
    "Try again in a while. If it lasts, the operator has to look at the way to the registry.",
    is_outside=True,
)
SLOW: Final = Trouble(
    "timeout",
    "It took longer than packages may take.",
    "Try again: what has arrived may make it faster. Else ask for fewer packages at once.",
)
STOPPED: Final = Trouble("stopped", "The install ended before it was done.", "Install it again.")
UNKNOWN: Final = Trouble(
    "unknown", "The end of the output says why.", "Read it, then change the list or restore the version before."
)

# The first that is found counts: what went wrong on the way is said after it in other words, too.
_SIGNS: tuple[tuple[Trouble, str], ...] = (
    # What the box's own way out says of it comes to npm as a refusal of the registry.
    (
        NETWORK,
        (
            r"403 (?:[\w.-]+ could not be found\.|The host does not answer|The name of this host leads|No downloads are"
            r"|The download broke off|This box has downloaded)"
        ),
    ),
    (DISK, r"ENOSPC|No space left on device|EDQUOT|Disk quota exceeded"),
    (PEER_CONFLICT, r"ERESOLVE|EPEERINVALID|ResolutionImpossible|conflicting dependencies"),
    (NO_VERSION, r"\bETARGET\b|No matching version found|from versions: (?!none\))[^)\s]"),
    (REFUSED, r"\bE401\b|\bE403\b|ENEEDAUTH|not on the list of hosts|401 Unauthorized|403 Forbidden"),
    (INTEGRITY, r"EINTEGRITY|DO NOT MATCH THE HASHES"),
    (UNREADABLE, r"EJSONPARSE|EINVALIDPACKAGENAME|EINVALIDTAGNAME|Invalid requirement|Invalid package name"),
    (
        NETWORK,
        (
            r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|name resolution"
            r"|Connect(?:ion|Timeout)Error|ReadTimeoutError|ProxyError|\bE50[0234]\b"
        ),
    ),
    (NOT_FOUND, r"\bE404\b|No matching distribution found|from versions: none"),
    (
        BUILD_SCRIPT,
        (
            r"ELIFECYCLE|node-gyp|npm (?:error|ERR!) command (?:sh|cmd)|subprocess-exited-with-error"
            r"|Failed building wheel|metadata-generation-failed|build dependencies"
        ),
    ),
    (SLOW, r"Stopped: it took longer than"),
)


def of(output: str, *, exit_code: int | None = 1) -> Trouble:
    """One without an exit code was stopped, or its box went away, unless it says something else."""
    otherwise = STOPPED if exit_code is None else UNKNOWN
    return next((trouble for trouble, sign in _SIGNS if re.search(sign, output)), otherwise)
