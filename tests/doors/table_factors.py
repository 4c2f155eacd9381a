"""Second factors and sessions of one's own account."""

from tests.doors.rows import EVERYBODY, SIGNED_IN, Row

FACTORS = "accounts/2fa/"
NOBODYS = {"pk": 1}
# Behind the sign-in, and where it is asked for once more the password: everybody here has given it.
BEHIND = dict(SIGNED_IN)
# Nobody in this world has a second factor to show or to take away.
MISSING = dict.fromkeys(SIGNED_IN, "404") | {"anonymous": "sign in"}

ROWS = (
    Row(f"GET {FACTORS}", BEHIND),
    Row(f"GET {FACTORS}authenticate/", SIGNED_IN),
    Row(f"POST {FACTORS}authenticate/", SIGNED_IN),
    Row(f"GET {FACTORS}reauthenticate/", BEHIND),
    Row(f"POST {FACTORS}reauthenticate/", BEHIND),
    Row(f"GET {FACTORS}recovery-codes/", MISSING),
    Row(f"GET {FACTORS}recovery-codes/download/", MISSING),
    Row(f"POST {FACTORS}recovery-codes/download/", MISSING),
    Row(f"GET {FACTORS}recovery-codes/generate/", BEHIND),
    Row(f"POST {FACTORS}recovery-codes/generate/", BEHIND),
    Row(f"GET {FACTORS}totp/activate/", BEHIND),
    Row(f"POST {FACTORS}totp/activate/", BEHIND),
    Row(f"GET {FACTORS}totp/deactivate/", MISSING),
    Row(f"POST {FACTORS}totp/deactivate/", MISSING),
    Row(f"GET {FACTORS}webauthn/", BEHIND),
    Row(f"GET {FACTORS}webauthn/add/", BEHIND),
    Row(f"POST {FACTORS}webauthn/add/", BEHIND),
    Row(f"GET {FACTORS}webauthn/login/", EVERYBODY, headers={"accept": "application/json"}),
    Row(f"POST {FACTORS}webauthn/login/", SIGNED_IN, body={"credential": "{}"}),
    Row(f"GET {FACTORS}webauthn/reauthenticate/", BEHIND),
    Row(f"POST {FACTORS}webauthn/reauthenticate/", BEHIND),
    Row(f"GET {FACTORS}webauthn/keys/<int:pk>/edit/", MISSING, NOBODYS),
    Row(f"POST {FACTORS}webauthn/keys/<int:pk>/edit/", MISSING, NOBODYS),
    Row(f"GET {FACTORS}webauthn/keys/<int:pk>/remove/", MISSING, NOBODYS),
    Row(f"POST {FACTORS}webauthn/keys/<int:pk>/remove/", MISSING, NOBODYS),
    Row("GET accounts/sessions/", SIGNED_IN),
    Row("POST accounts/sessions/", SIGNED_IN),
    Row("POST accounts/sessions/<int:session_id>/end/", SIGNED_IN, {"session_id": 1}),
)
