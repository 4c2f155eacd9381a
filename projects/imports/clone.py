"""A repository elsewhere, brought here as it is: bare, bounded, and not yet believed."""

from pathlib import Path

from projects.git import addresses, troubles
from projects.git.network import Visit


def clone(folder: Path, visit: Visit) -> None:
    """Branches alone: no tags, no other refs, no submodules, nothing checked out."""
    visit.grows = folder
    words = ("clone", "--bare", "--no-tags", "--progress", "--template=", "--", visit.address.url, str(folder))
    if visit.run(*words) != 0:
        raise troubles.of(visit.lines, addresses.host_of(visit.address.url))
