"""`manage.py up`: from an empty home to a signed-in owner."""

import httpx

from tests.installation import Installation


def test_up_makes_everything_and_prints_the_sign_in_link(whole: Installation) -> None:
    (whole.home / "db.sqlite3").unlink()
    process = whole.up()
    assert whole.said(process).startswith(f"Djinn is ready: http://localhost:{whole.port}/\n")
    first, again = httpx.get(whole.link), httpx.get(whole.link)
    assert "djinn_session" in first.cookies
    assert "djinn_session" not in again.cookies


def test_up_beside_a_running_server_is_refused_and_lets_its_owner_in(running: Installation) -> None:
    second = running.start("up")
    assert second.wait(30) == 3
    assert f"at http://localhost:{running.port}. Stop it first" in running.said(second)
    assert running.answers()
    [link] = [word for word in running.said(second).split() if "/enter/" in word]
    assert "djinn_session" in httpx.get(link).cookies
