"""What a row of the matrix says: one door, and what each kind of person meets there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doors.world import World

PERSONS = ("anonymous", "stranger", "viewer", "editor", "owner", "staff")

# What can be met. A door answers with other numbers for good reasons: then its row says `good=(409,)`.
OPEN = "open"  # 2xx, or a redirect to anywhere but the sign-in page
SIGN_IN = "sign in"  # a redirect to the sign-in page
NOBODY = "401"
DENIED = "403"
HIDDEN = "404"

Who = dict[str, str]


def _who(*met: str) -> Who:
    return dict(zip(PERSONS, met, strict=True))


# --- pages -------------------------------------------------------------------------------------
EVERYBODY = _who(OPEN, OPEN, OPEN, OPEN, OPEN, OPEN)
SIGNED_IN = _who(SIGN_IN, OPEN, OPEN, OPEN, OPEN, OPEN)
VIEWERS = _who(SIGN_IN, HIDDEN, OPEN, OPEN, OPEN, HIDDEN)
EDITORS = _who(SIGN_IN, HIDDEN, DENIED, OPEN, OPEN, HIDDEN)
OWNERS = _who(SIGN_IN, HIDDEN, DENIED, DENIED, OPEN, HIDDEN)
STAFF = _who(SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, OPEN)
# --- the API, which never sends anybody to a page ----------------------------------------------
API_SIGNED_IN = SIGNED_IN | {"anonymous": NOBODY}
API_VIEWERS = VIEWERS | {"anonymous": NOBODY}
API_EDITORS = EDITORS | {"anonymous": NOBODY}
API_OWNERS = OWNERS | {"anonymous": NOBODY}
API_STAFF = _who(NOBODY, DENIED, DENIED, DENIED, DENIED, OPEN)


Make = Callable[[World], Any]


@dataclass(frozen=True)
class Row:
    """`door`: "METHOD route", the route as Django writes it, or "WS route".

    `fill`: what stands for the names in route and query beyond `world.filling`, as a value or made from the world.
    `body`: what is sent: for pages a form, for the API JSON; also as a value or made from the world.
    `good`: numbers that count as open beside 2xx and redirects.
    """

    door: str
    who: Who
    fill: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    good: tuple[int, ...] = ()
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.door.partition(" ")[0]

    @property
    def route(self) -> str:
        return self.door.partition(" ")[2]
