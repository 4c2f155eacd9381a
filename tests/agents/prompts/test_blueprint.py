"""A plan is typed and checked before anybody builds from it."""

import json
from typing import Any

import pytest

from agents.prompts import blueprint
from agents.recordings import catalogue


def _plan(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Kettle",
        "description": "A timer for tea.",
        "stack": "static",
        "pages": [{"path": "/", "title": "Kettle", "purpose": "Start the timer."}],
        "features": ["Choose a tea"],
        "data": ["tea: name, minutes"],
        "look": {"mood": "Steam", "palette": ["#ffffff", "#123"], "type": "Georgia"},
        "phases": [{"title": "All of it", "files": [{"path": "index.html", "purpose": "The page."}]}],
        **changes,
    }


def _files(*paths: Any) -> list[dict[str, Any]]:
    return [{"title": "All of it", "files": [{"path": path, "purpose": "It."} for path in ("index.html", *paths)]}]


def _errors(plan: Any) -> list[str]:
    with pytest.raises(blueprint.Malformed) as malformed:
        blueprint.parse(json.dumps(plan))
    return malformed.value.errors


def test_a_plan_is_typed():
    plan = blueprint.parse(json.dumps(_plan()))
    assert plan == blueprint.Blueprint(
        name="Kettle",
        description="A timer for tea.",
        stack="static",
        pages=(blueprint.Page("/", "Kettle", "Start the timer."),),
        features=("Choose a tea",),
        data=("tea: name, minutes",),
        look=blueprint.Look("Steam", ("#ffffff", "#123"), "Georgia"),
        phases=(blueprint.Phase("All of it", (blueprint.File("index.html", "The page."),)),),
    )


def test_its_stored_form_gives_back_the_same_plan():
    plan = blueprint.parse(json.dumps(_plan()))
    assert plan.as_dict() == _plan()
    assert blueprint.from_dict(plan.as_dict()) == plan


def test_its_paths_stand_in_the_order_of_the_phases():
    phases = [*_files("a.js"), {"title": "Then", "files": [{"path": "b.js", "purpose": "More."}]}]
    assert blueprint.parse(json.dumps(_plan(phases=phases))).paths() == ("index.html", "a.js", "b.js")


@pytest.mark.parametrize("recording", catalogue.all(), ids=lambda recording: recording.name)
def test_the_recorded_plans_are_good(recording):
    assert blueprint.parse(recording.stream("design")).stack == recording.stack


@pytest.mark.parametrize(
    "wrapping",
    [
        "{}",
        "Here it is.\n\n<blueprint>\n{}\n</blueprint>\n",
        "<blueprint>\n```json\n{}\n```\n</blueprint>",
        "```json\n{}\n```",
        "<blueprint>{}",
    ],
)
def test_it_is_found_in_what_models_wrap_around_it(wrapping):
    assert blueprint.parse(wrapping.replace("{}", json.dumps(_plan()))).name == "Kettle"


@pytest.mark.parametrize("text", ["", "   ", "<blueprint></blueprint>"])
def test_no_plan_at_all_is_said(text):
    with pytest.raises(blueprint.Malformed, match="There is no blueprint"):
        blueprint.parse(text)


def test_broken_json_is_said_with_its_place():
    with pytest.raises(blueprint.Malformed, match="line 2, column 1"):
        blueprint.parse('{"name": "x",\n}')


def test_a_plan_nested_without_end_is_refused():
    with pytest.raises(blueprint.Malformed, match="nested"):
        blueprint.parse("[" * 100_000)


@pytest.mark.parametrize("value", [[], "x", 3, None])
def test_it_must_be_an_object(value):
    assert _errors(value) == ["The blueprint must be one JSON object."]


@pytest.mark.parametrize("field", ["name", "description", "stack"])
def test_what_nobody_can_do_without_must_be_there(field):
    assert _errors(_plan(**{field: " "})) == [f"{field} is missing."]


def test_every_mistake_is_told_at_once_with_its_place():
    phases = [{"title": 7, "files": [{"path": "index.html"}, {"purpose": "x"}, "y"]}]
    assert _errors(_plan(name=["x"], look=3, features=[1], phases=phases)) == [
        "name must be a string.",
        "features[0] must be a string.",
        "look must be an object.",
        "phases[0].title must be a string.",
        "phases[0].files[2] must be an object.",
        "phases[0].files[1].path is missing.",
        "phases[0].files[2].path is missing.",
    ]


@pytest.mark.parametrize("phases", [None, [], {}, "x"])
def test_a_plan_without_phases_is_refused(phases):
    assert "phases must be a list with at least one object." in _errors(_plan(phases=phases))


def test_a_phase_without_files_is_refused():
    assert "phases[0].files must be a list with at least one object." in _errors(
        _plan(phases=[{"title": "Nothing", "files": []}])
    )


def test_an_unknown_stack_is_refused_with_the_choice():
    assert _errors(_plan(stack="cobol")) == [
        "There is no stack “cobol”: choose one of static, react-vite, vue-vite, node-api, python."
    ]


@pytest.mark.parametrize(
    ("stack", "missing"), [("react-vite", ["package.json"]), ("python", ["app.py", "requirements.txt"])]
)
def test_what_a_stack_needs_must_be_planned(stack, missing):
    assert _errors(_plan(stack=stack)) == [f"A {stack} app needs the file {path}." for path in missing]


@pytest.mark.parametrize("path", ["../up.js", "/etc/passwd", "a\\b.js", ".git/config", "a//b", "C:/x"])
def test_a_path_that_leaves_the_project_is_refused(path):
    (error,) = _errors(_plan(phases=_files(path)))
    assert error.startswith(f"The path {path!r} ")


@pytest.mark.parametrize("path", ["node_modules/x.js", "web/dist/app.js", ".venv/x.py"])
def test_a_folder_that_tools_fill_is_refused(path):
    assert _errors(_plan(phases=_files(path))) == [f"{path} lies in a folder that tools fill."]


@pytest.mark.parametrize("path", ["logo.png", "fonts/a.WOFF2", "data/app.db"])
def test_a_file_that_is_no_text_is_refused(path):
    assert _errors(_plan(phases=_files(path))) == [f"{path} is not a text file: draw it as SVG or CSS instead."]


def test_a_file_named_twice_is_refused_once():
    assert _errors(_plan(phases=_files("a.js", "a.js", "a.js"))) == ["a.js is named twice."]


@pytest.mark.parametrize("paths", [("A.js", "a.js"), ("src", "src/a.js")])
def test_files_that_cannot_stand_beside_each_other_are_refused(paths):
    (error,) = _errors(_plan(phases=_files(*paths)))
    assert "case" in error or "folder" in error


def test_too_many_files_are_refused():
    assert _errors(_plan(phases=_files(*(f"{number}.js" for number in range(60))))) == [
        "There are 61 files; at most 60 are allowed."
    ]
    assert len(blueprint.parse(json.dumps(_plan(phases=_files(*(f"{n}.js" for n in range(59)))))).paths()) == 60


def test_too_many_phases_are_refused():
    phases = [*_files(), *({"title": "x", "files": [{"path": f"{number}.js"}]} for number in range(8))]
    assert _errors(_plan(phases=phases)) == ["There are 9 phases; at most 8 are allowed."]


def test_what_a_person_can_live_with_is_put_right():
    look = {"palette": ["red", "#fff", "#12345", *["#000000"] * 20]}
    plan = blueprint.parse(json.dumps(_plan(name="n" * 500, description="two\n  lines", features=None, look=look)))
    assert plan.name == "n" * 79 + "…"
    assert plan.description == "two lines"
    assert plan.features == ()
    assert plan.look == blueprint.Look("", ("#fff", *["#000000"] * 7), "")
