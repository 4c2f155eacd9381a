"""The feed of a project: facts recorded once, read and rendered the same way by pages, sockets and replays.

`hub` and `consumer` are imported by name, by those that serve sockets.
"""

from projects.events import Fragment, Kind
from projects.feed.bells import hint
from projects.feed.folding import fold
from projects.feed.kinds import register
from projects.feed.log import last_seq, record, since

__all__ = ["Fragment", "Kind", "fold", "hint", "last_seq", "record", "register", "since"]
