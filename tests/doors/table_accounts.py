"""One's own account, as allauth's pages in our look."""

from tests.doors.rows import EVERYBODY, SIGNED_IN, Row

NEW = {"email": "new@example.org", "password1": "a good password", "password2": "a good password"}

ROWS = (
    Row("GET accounts/login/", EVERYBODY),
    Row("POST accounts/login/", EVERYBODY, body={"login": "owner@example.org", "password": "a good password"}),
    Row("GET accounts/signup/", EVERYBODY),
    Row("POST accounts/signup/", EVERYBODY, body=NEW),
    Row("GET accounts/logout/", EVERYBODY),
    Row("POST accounts/logout/", EVERYBODY),
    Row("GET accounts/inactive/", EVERYBODY),
    Row("GET accounts/confirm-email/", EVERYBODY),
    Row("GET accounts/confirm-email/<key>/", EVERYBODY, {"key": "x"}),
    Row("POST accounts/confirm-email/<key>/", dict.fromkeys(EVERYBODY, "404"), {"key": "x"}),
    Row("GET accounts/password/reset/", EVERYBODY),
    Row("POST accounts/password/reset/", EVERYBODY, body={"email": "owner@example.org"}),
    Row("GET accounts/password/reset/done/", EVERYBODY),
    Row("GET accounts/password/reset/key/<uidb36>-<key>/", EVERYBODY, {"uidb36": "1", "key": "x"}),
    Row("POST accounts/password/reset/key/<uidb36>-<key>/", EVERYBODY, {"uidb36": "1", "key": "x"}),
    Row("GET accounts/password/reset/key/done/", EVERYBODY),
    Row("GET accounts/email/", SIGNED_IN),
    Row("POST accounts/email/", SIGNED_IN),
    Row("GET accounts/password/change/", SIGNED_IN),
    Row("POST accounts/password/change/", SIGNED_IN),
    Row("GET accounts/password/set/", SIGNED_IN),
    Row("POST accounts/password/set/", SIGNED_IN),
    Row("GET accounts/reauthenticate/", SIGNED_IN),
    Row("POST accounts/reauthenticate/", SIGNED_IN),
    # Only in the middle of a sign-in by code, which this site does not have.
    Row("GET accounts/login/code/confirm/", SIGNED_IN),
    Row("POST accounts/login/code/confirm/", SIGNED_IN),
)
