"""A project's branches to a git server elsewhere: only what it lacks, and never over what others put there."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from projects import storable
from projects.errors import RemoteTrouble
from projects.git import addresses, troubles
from projects.git.network import Visit

_BEHIND = ("fetch first", "non-fast-forward", "needs force")


@dataclass(frozen=True)
class Outcome:
    """`pushed`: {branch: commit} as the server has it now. `refused`: {branch: why}."""

    pushed: dict[str, str]
    refused: dict[str, str]


def push(repository: Path, heads: dict[str, str], visit: Visit) -> Outcome:
    """Each branch by its own; those that the server takes stay there even if it refuses others."""
    wanted = [f"{oid}:refs/heads/{branch}" for branch, oid in heads.items()]
    code = visit.run("push", "--porcelain", "--progress", "--", visit.address.url, *wanted, folder=repository)
    outcome = _read(visit.lines, heads)
    if code != 0 and not outcome.refused:
        raise troubles.of(visit.lines, addresses.host_of(visit.address.url))
    return outcome


def _read(lines: Iterable[str], heads: dict[str, str]) -> Outcome:
    """Lines such as `*<tab>from:refs/heads/main<tab>[new branch]`; `!` is a refusal, `=` was there already."""
    outcome = Outcome({}, {})
    for line in lines:
        flag, _, rest = line.partition("\t")
        names, _, summary = rest.partition("\t")
        branch = names.partition(":refs/heads/")[2]
        if branch not in heads or flag not in (" ", "+", "-", "*", "!", "=", ""):
            continue
        if flag == "!":
            outcome.refused[branch] = summary
        else:
            outcome.pushed[branch] = heads[branch]
    return outcome


def trouble_of(outcome: Outcome, host: str) -> RemoteTrouble:
    """Why the server did not take some branches, and what helps."""
    behind = sorted(branch for branch, why in outcome.refused.items() if any(word in why for word in _BEHIND))
    if behind:
        return RemoteTrouble(
            "conflict",
            f"{host} has commits on {_listed(behind)} that this project does not have. Nothing there was overwritten.",
            "Fetch both with git, merge them and push the result to this project; then push again. "
            "Or take another, empty repository.",
        )
    branch, why = min(outcome.refused.items())
    return RemoteTrouble(
        "policy_denied",
        f"{host} does not take {branch}: {storable.name(why)[:200]}",
        "Look at the rules of that repository, then try again.",
    )


def _listed(branches: list[str]) -> str:
    return ", ".join(branches[:5]) + (" and others" if len(branches) > 5 else "")
