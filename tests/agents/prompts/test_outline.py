"""A plan as lines in a page, and back."""

from hypothesis import given
from hypothesis import strategies as st

from agents.engine import design
from agents.prompts import blueprint, outline
from agents.recordings import catalogue

WORDS = st.from_regex(r"[a-zé][a-zé :./-]{0,30}[a-z]", fullmatch=True)


def test_every_recorded_plan_comes_back_as_it_was():
    for recording in catalogue.all():
        plan = blueprint.parse(recording.stream(design.KEY) or "").as_dict()
        assert outline.read(outline.write(plan), plan) == plan, recording.name


# In the last part of a line a bar is a bar.
LAST = st.from_regex(r"[a-z][a-z |-]{0,20}[a-z]", fullmatch=True)
PLANS = st.fixed_dictionaries(
    {
        "name": WORDS,
        "description": WORDS,
        "stack": st.just("static"),
        "pages": st.lists(st.fixed_dictionaries({"path": WORDS, "title": WORDS, "purpose": LAST}), max_size=3),
        "features": st.lists(WORDS, max_size=3),
        "data": st.lists(WORDS, max_size=3),
        "phases": st.lists(
            st.fixed_dictionaries(
                {
                    "title": WORDS,
                    "files": st.lists(st.fixed_dictionaries({"path": WORDS, "purpose": LAST}), min_size=1, max_size=3),
                }
            ),
            min_size=1,
            max_size=3,
        ),
    }
)


@given(PLANS)
def test_any_plan_of_lines_comes_back_as_it_was(plan):
    assert outline.read(outline.write(plan), plan) == plan


def test_what_a_person_types_is_taken_as_they_mean_it():
    texts = {
        "name": "Shelf",
        "description": "Books",
        "pages": "/\n\n  /new | Add a book\n",
        "features": " Add \n\nRemove",
        "records": "",
        "phases": "- index.html\nLook\n-style.css|All styles | really\n\nMore\n",
    }
    read = outline.read(texts, {"stack": "static"})
    assert read["pages"] == [
        {"path": "/", "title": "", "purpose": ""},
        {"path": "/new", "title": "Add a book", "purpose": ""},
    ]
    assert (read["features"], read["data"]) == (["Add", "Remove"], [])
    assert read["phases"] == [
        {"title": "Build", "files": [{"path": "index.html", "purpose": ""}]},
        {"title": "Look", "files": [{"path": "style.css", "purpose": "All styles | really"}]},
        {"title": "More", "files": []},
    ]
