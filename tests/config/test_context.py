"""What every template may ask."""

from pathlib import Path

from django.test import RequestFactory

from config import context


def test_without_a_key_it_is_the_demo(settings, rf: RequestFactory) -> None:
    settings.DJINN_MODEL = "demo"
    assert context.site(rf.get("/"))["demo"] is True


def test_a_named_model_is_not_the_demo(settings, rf: RequestFactory) -> None:
    settings.DJINN_MODEL = "openrouter/some/model"
    found = context.site(rf.get("/"))
    assert (found["demo"], found["model_name"]) == (False, "openrouter/some/model")


def test_of_several_models_the_preferred_one_is_named(settings, rf: RequestFactory) -> None:
    settings.DJINN_MODEL = "openrouter/some/model , openrouter/another"
    assert context.site(rf.get("/"))["model_name"] == "openrouter/some/model"


def test_a_bundle_built_meanwhile_is_noticed(settings, rf: RequestFactory, tmp_path: Path) -> None:
    settings.BUNDLE_DIR = tmp_path
    assert context.site(rf.get("/"))["has_bundle"] is False
    (tmp_path / "main.js").write_text("")
    assert context.site(rf.get("/"))["has_bundle"] is True


def test_sign_up_is_as_configured(settings, rf: RequestFactory) -> None:
    assert context.site(rf.get("/"))["signup_open"] is False
    settings.SIGNUP_OPEN = True
    assert context.site(rf.get("/"))["signup_open"] is True
