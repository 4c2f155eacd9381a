"""Packages added to an app by hand: one version of its list of packages, and its box told to run what it shows."""

from agents.errors import Unfit
from agents.services import replies
from projects.models import Branch, User
from sandboxes import stacks
from sandboxes.services import sandboxes


def add(branch: Branch, names: list[str], *, by: User) -> list[str]:
    """Those that were not listed yet. What this app cannot have is refused, and nothing of it added."""
    reply = replies.read("", branch, wanted=names)
    if reply.faults:
        raise Unfit(" ".join(reply.faults))
    if reply.listing == stacks.REACT_VITE.packages and reply.listing not in reply.tree:
        raise Unfit(f"There is no {reply.listing} yet that packages could be added to.")
    if reply.contents:
        replies.save(reply, branch, by=by, message=f"Add {', '.join(reply.packages)}"[:500])
        sandboxes.request_start(sandboxes.for_branch(branch))
    return reply.packages
