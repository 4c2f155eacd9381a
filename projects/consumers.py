"""The HTML feed of a project's pages: read-only."""

import json
from urllib.parse import parse_qs

from projects.feed.consumer import Consumer
from projects.feed.followers import Follower
from projects.feed.rendering import Hint, Rendered

# Further behind, a fresh page is quicker than so many pieces.
FAR = 500
RELOAD = json.dumps({"reload": True})


class LiveFeed(Consumer):
    """Frames are `{"seq", "html"}`, `{"hint"}` or `{"reload"}`; what a page sends is not listened to.

    A page that names its branch is shown what belongs to it, and what is about the whole project.
    """

    most_bytes = 1024
    most_messages = 20
    # None: the page shows all of them.
    _branch: int | None = None

    async def opened(self) -> None:
        self._branch = self._number("branch")
        await self.follow(self._number("after"))

    def _number(self, name: str) -> int | None:
        """`after` is where the page is; from now on, if it does not say."""
        given = parse_qs(self.scope.get("query_string", b"").decode("latin1")).get(name, [""])[0]
        return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None

    def frame(self, event: Rendered) -> str:
        return event.html_frame if self._shows(event.branch) else event.bare_frame

    def hinted(self, hint: Hint) -> str | None:
        return hint.frame if self._shows(hint.branch) else None

    def _shows(self, branch: int | None) -> bool:
        return self._branch is None or branch in (None, self._branch)

    async def caught_behind(self, follower: Follower) -> bool:
        # Ahead of the log: the page is from another life of this installation.
        is_lost = follower.behind > FAR or follower.behind < 0
        if is_lost:
            await self.send(RELOAD)
            self.close()
        return is_lost
