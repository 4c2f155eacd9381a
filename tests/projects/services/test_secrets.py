"""Secrets are written and used, and never given back."""

import threading

import pytest
from django.db import connection

from projects import errors, sealing, signals
from projects.models import AuditEntry, Project, Secret, User
from projects.services import projects, sealed, secrets
from tests.people import People, gather


def test_a_secret_is_set_used_and_removed(people: People) -> None:
    assert secrets.put(people.project, name=" STRIPE_KEY ", value="correct horse", by=people.owner)
    assert secrets.environment(people.project) == {"STRIPE_KEY": "correct horse"}
    operator = User.objects.create_superuser("staff@example.org")
    assert secrets.put(people.project, name="STRIPE_KEY", value="battery staple", by=operator)
    assert secrets.environment(people.project) == {"STRIPE_KEY": "battery staple"}
    [row] = secrets.names(people.project)
    assert (row.name, row.created_by) == ("STRIPE_KEY", people.owner)
    assert row.get_deferred_fields() == {"ciphertext"}
    secrets.remove(people.project, name="STRIPE_KEY", by=people.owner)
    assert secrets.environment(people.project) == {}
    acts = AuditEntry.objects.order_by("id").values_list("act", "actor_line", "target_line", "detail")
    assert list(acts) == [
        ("secret_set", "owner@example.org", "STRIPE_KEY", {"new": True}),
        ("secret_set", "staff@example.org", "STRIPE_KEY", {"new": False}),
        ("secret_removed", "owner@example.org", "STRIPE_KEY", {}),
    ]


def test_it_lies_encrypted_and_bound_to_its_place(people: People) -> None:
    secrets.put(people.project, name="STRIPE_KEY", value="correct horse", by=people.owner)
    row = Secret.objects.get()
    assert "horse" not in row.ciphertext
    other = Secret(project=people.project, name="PUBLIC_KEY")
    with pytest.raises(errors.Damaged):
        sealing.open(row.ciphertext, about=sealed.about_secret(other))


@pytest.mark.parametrize("name", ["A", "_x", "STRIPE_KEY", "stripe_key2", "NODE_ENV", "APP_PATH", "A" * 80])
def test_names_of_environment_variables_are_taken(people: People, name: str) -> None:
    assert secrets.put(people.project, name=name, value="correct horse", by=people.owner)


ODD = ("", "1A", "A-B", "A B", "A=B", "Ä", "A\nB", "A\0", "A.B", "x" * 81, "A٣")
LOADERS = ("LD_PRELOAD", "PYTHONPATH", "PYTHONSTARTUP", "NODE_OPTIONS", "BASH_ENV", "GIT_SSH_COMMAND", "__INIT__")
OURS = ("PATH", "path", "HOME", "PORT", "DJINN_HOME", "npm_config_registry", "PIP_INDEX_URL", "HTTPS_PROXY", "no_proxy")


@pytest.mark.parametrize("name", [*ODD, *LOADERS, *OURS, "SSL_CERT_FILE"])
def test_other_names_are_refused_without_a_trace(people: People, name: str) -> None:
    with pytest.raises(errors.BadSecret) as refused:
        secrets.put(people.project, name=name, value="correct horse", by=people.owner)
    assert "horse" not in str(refused.value)
    assert not Secret.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("value", ["", "short", " 12345 ", "null\0null", "half \ud800 letter", "x" * (16 * 1024 + 1)])
def test_values_that_cannot_be_used_or_hidden_are_refused(people: People, value: str) -> None:
    with pytest.raises(errors.BadSecret):
        secrets.put(people.project, name="KEY", value=value, by=people.owner)
    assert not Secret.objects.exists()


@pytest.mark.parametrize(
    "value", ["production", " Development\n", "localhost:5432", "http://localhost:8000/", "1234567"]
)
def test_what_anybody_would_write_is_refused_and_where_it_belongs_is_said(people: People, value: str) -> None:
    with pytest.raises(errors.BadSecret) as refused:
        secrets.put(people.project, name="NODE_ENV", value=value, by=people.owner)
    assert "too ordinary to be a secret" in str(refused.value)
    assert "the app's own files, such as .env" in str(refused.value)
    assert value.strip() not in str(refused.value)
    assert not Secret.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_value_keeps_its_lines_and_letters(people: People) -> None:
    secrets.put(people.project, name="KEY", value="-----BEGIN-----\r\nüñ \t✓\r\n", by=people.owner)
    assert secrets.environment(people.project)["KEY"] == "-----BEGIN-----\nüñ \t✓\n"


def test_there_are_limits(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "MOST", 2)
    for name in ("A", "B"):
        secrets.put(people.project, name=name, value="correct horse", by=people.owner)
    with pytest.raises(errors.BadSecret, match="at most 2 secrets"):
        secrets.put(people.project, name="C", value="correct horse", by=people.owner)
    secrets.put(people.project, name="B", value="over what there is", by=people.owner)
    monkeypatch.setattr(secrets, "MOST_BYTES_TOGETHER", 1024)
    with pytest.raises(errors.BadSecret, match="together"):
        secrets.put(people.project, name="B", value="x" * 1024, by=people.owner)


def test_an_archived_project_takes_none(people: People) -> None:
    secrets.put(people.project, name="KEY", value="correct horse", by=people.owner)
    projects.archive(people.project, by=people.owner)
    with pytest.raises(errors.Closed):
        secrets.put(people.project, name="KEY", value="another value", by=people.owner)
    assert secrets.environment(people.project) == {"KEY": "correct horse"}


def test_removing_what_is_not_there_is_said(people: People) -> None:
    with pytest.raises(errors.Missing, match="'NOPE'"):
        secrets.remove(people.project, name="NOPE", by=people.owner)


def test_without_its_key_it_is_used_by_nobody_and_masks_nothing(people: People, settings) -> None:
    secrets.put(people.project, name="KEY", value="correct horse", by=people.owner)
    settings.ENCRYPTION_KEY = "n" * 40
    with pytest.raises(errors.MissingKey):
        secrets.environment(people.project)
    assert not secrets.masker(people.project)
    secrets.put(people.project, name="KEY", value="battery staple", by=people.owner)
    assert secrets.masker(people.project).text("a battery staple") == "a [secret KEY]"


def test_a_restart_is_asked_for_when_it_is_certain(people: People, django_capture_on_commit_callbacks) -> None:
    asked: list[Project] = []

    def hear(project: Project, **_: object) -> None:
        asked.append(project)

    signals.restart_wanted.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        secrets.restart(people.project, by=people.owner)
        assert asked == []
    signals.restart_wanted.disconnect(hear)
    assert asked == [people.project]


def test_many_at_once_leave_one_value_and_keep_the_limit(transactional_db: None, monkeypatch) -> None:
    monkeypatch.setattr(secrets, "MOST", 3)
    people = gather()
    start, refused = threading.Barrier(6), []

    def put(number: int) -> None:
        start.wait()
        try:
            secrets.put(people.project, name=f"KEY_{number % 5}", value=f"value {number}", by=people.owner)
        except errors.BadSecret as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Secret.objects.count() == 3
    assert len(refused) in {2, 3}
    assert all(value.startswith("value ") for value in secrets.environment(people.project).values())
