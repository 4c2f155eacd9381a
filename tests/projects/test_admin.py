import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from projects.models import Checkpoint, IdempotencyRecord, Invitation, Remote, Secret, Version
from projects.services import audit, files, tokens
from tests.people import People

MODELS = list(apps.get_app_config("projects").get_models())
FACTS = ["event", "version", "blob", "changeset", "change", "projectfile", "branch", "member", "apitoken"]


@pytest.fixture
def operator(people: People) -> Client:
    files.save(people.main, "a.txt", b"the secret content", by=people.owner)
    tokens.create(user=people.editor, name="x", scopes=["read"])
    saved = files.save(people.main, "a.txt", b"more", by=people.owner)
    one_of_each(people, saved)
    people.owner.is_staff = people.owner.is_superuser = True
    people.owner.save(update_fields=["is_staff", "is_superuser"])
    client = Client()
    client.force_login(people.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def one_of_each(people: People, version: Version) -> None:
    project, soon = people.project, timezone.now()
    Checkpoint.objects.create(project=project, version=version, label="works")
    Invitation.objects.create(project=project, email="a@example.org", role="viewer", digest="d", expires_at=soon)
    Secret.objects.create(project=project, name="API_KEY", ciphertext="sealed")
    Remote.objects.create(project=project, url="https://git.example/a.git", ciphertext="sealed")
    IdempotencyRecord.objects.create(user=people.owner, key="a", door="POST /", digest="d")
    audit.write("project_archived", by=people.owner, project=project)


def test_every_model_is_there():
    hidden = [model for model in MODELS if not admin.site.is_registered(model) and not model._meta.auto_created]
    assert hidden == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_and_page_opens(operator: Client, model):
    address = f"/admin/projects/{model._meta.model_name}/"
    assert operator.get(address, {"q": "a"}).status_code == 200
    assert operator.get(f"{address}{model._default_manager.first().pk}/change/").status_code == 200


@pytest.mark.parametrize("name", FACTS)
def test_facts_cannot_be_added_or_changed(operator: Client, name: str):
    model = apps.get_model("projects", name)
    row = model._default_manager.first()
    address = f"/admin/projects/{name}/"
    assert operator.get(f"{address}add/").status_code == 403
    assert operator.post(f"{address}{row.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize("name", [name for name in FACTS if name != "apitoken"])
def test_facts_cannot_be_deleted(operator: Client, name: str):
    row = apps.get_model("projects", name)._default_manager.first()
    assert operator.post(f"/admin/projects/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_contents_and_digests_stay_hidden(operator: Client, people: People):
    token = people.editor.api_tokens.get()
    assert token.digest not in operator.get(f"/admin/projects/apitoken/{token.pk}/change/").content.decode()
    blob = people.project.files.get().blob_id
    assert "content" not in operator.get(f"/admin/projects/blob/{blob}/change/").context["adminform"].form.fields
