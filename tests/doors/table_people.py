"""Settings of a project, its members, invitations and one's own tokens."""

from projects.models import Member
from projects.services import invitations, tokens
from tests.doors.rows import (
    API_OWNERS,
    API_SIGNED_IN,
    API_VIEWERS,
    EVERYBODY,
    HIDDEN,
    NOBODY,
    OPEN,
    OWNERS,
    PERSONS,
    SIGN_IN,
    SIGNED_IN,
    VIEWERS,
    Row,
)
from tests.doors.world import World

PROJECT = "p/<slug:owner>/<slug:project>/"
SETTINGS = f"{PROJECT}settings/"
API = "api/v2/projects/<uuid:project>"
OF_OTHERS = dict.fromkeys(PERSONS, HIDDEN) | {"anonymous": NOBODY, "owner": OPEN}


def viewer(world: World) -> str:
    return str(Member.objects.get(project=world.project, role="viewer").user.handle)


def invitation(world: World) -> object:
    waiting = invitations.waiting(world.project).first()
    return waiting.pk if waiting else offer(world).invitation.pk


def offer(world: World) -> invitations.Offer:
    return invitations.invite(world.project, email="new@example.org", role="viewer", by=world.people.owner)


def secret(world: World) -> str:
    return offer(world).link.rstrip("/").rpartition("/")[2]


def token(world: World) -> int:
    return tokens.create(user=world.people.owner, name="x", scopes=["read"])[0].pk


NAME = {"confirm": "Night Garden"}

ROWS = (
    Row(f"GET {SETTINGS}", VIEWERS),
    Row(f"POST {SETTINGS}", OWNERS, body={"name": "Day Garden"}),
    Row(f"POST {SETTINGS}review/", OWNERS, body={"wanted": "on"}),
    Row(f"POST {SETTINGS}archive/", OWNERS),
    Row(f"POST {SETTINGS}restore/", OWNERS),
    Row(f"POST {SETTINGS}transfer/", OWNERS, body={**NAME, "to": "editor"}),
    Row(f"POST {SETTINGS}delete/", OWNERS, body=NAME),
    Row(f"GET {SETTINGS}members/", VIEWERS),
    Row(f"POST {SETTINGS}members/", OWNERS, body={"email": "new@example.org", "role": "viewer"}),
    Row(f"POST {SETTINGS}members/leave/", VIEWERS),
    Row(f"POST {SETTINGS}members/<slug:handle>/role/", OWNERS, {"handle": viewer}, {"role": "editor"}),
    Row(f"POST {SETTINGS}members/<slug:handle>/remove/", OWNERS, {"handle": viewer}),
    Row(f"POST {SETTINGS}invitations/<uuid:invitation_id>/resend/", OWNERS, {"invitation_id": invitation}),
    Row(f"POST {SETTINGS}invitations/<uuid:invitation_id>/revoke/", OWNERS, {"invitation_id": invitation}),
    # The link itself is the right: whoever has it may, except who is in already.
    Row("GET join/<str:secret>/", EVERYBODY, {"secret": secret}),
    Row("POST join/<str:secret>/", EVERYBODY | {"anonymous": SIGN_IN}, {"secret": secret}, good=(409,)),
    Row("GET accounts/tokens/", SIGNED_IN),
    Row("POST accounts/tokens/", SIGNED_IN, body={"name": "x", "scopes": "read"}),
    Row("POST accounts/tokens/<int:token_id>/revoke/", SIGNED_IN, {"token_id": token}),
    Row(f"GET {API}/members", API_VIEWERS),
    Row(f"PATCH {API}/members/<handle>", API_OWNERS, {"handle": viewer}, {"role": "editor"}),
    # The viewer of the row may go, too.
    Row(f"DELETE {API}/members/<handle>", API_OWNERS | {"viewer": OPEN}, {"handle": viewer}),
    Row(f"POST {API}/transfer", API_OWNERS, body={"to": "editor"}),
    Row(f"GET {API}/invitations", API_OWNERS),
    Row(f"POST {API}/invitations", API_OWNERS, body={"email": "new@example.org", "role": "viewer"}),
    Row(f"POST {API}/invitations/<uuid:invitation>/resend", API_OWNERS, {"invitation": invitation}),
    Row(f"DELETE {API}/invitations/<uuid:invitation>", API_OWNERS, {"invitation": invitation}),
    Row("POST api/v2/invitations/accept", API_SIGNED_IN, body=lambda world: {"secret": secret(world)}, good=(409,)),
    Row("GET api/v2/tokens", API_SIGNED_IN),
    Row("POST api/v2/tokens", API_SIGNED_IN, body={"name": "x", "scopes": ["read"]}),
    # Of others nobody hears.
    Row("DELETE api/v2/tokens/<int:token>", OF_OTHERS, {"token": token}),
)
