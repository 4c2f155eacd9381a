"""package.json as a list: read whatever it is, and changed in one place alone."""

import json

import pytest

from sandboxes.packages import npm
from sandboxes.packages.errors import Unusable
from sandboxes.packages.words import Declared, Wanted

PLAIN = (
    b'{\n  "name": "shelf",\n  "dependencies": {\n    "react": "^19"\n  },\n'
    b'  "devDependencies": {\n    "vite": "6"\n  }\n}\n'
)


def test_what_is_listed_is_read_with_its_kind():
    assert npm.declared(PLAIN) == [Declared("react", "^19"), Declared("vite", "6", is_dev=True)]


def test_a_package_takes_its_place_and_nothing_else_changes():
    more = npm.put(PLAIN, [Wanted("clsx", "2"), Wanted("zod")])
    assert more == PLAIN.replace(
        b'    "react": "^19"\n', b'    "clsx": "2",\n    "react": "^19",\n    "zod": "latest"\n'
    )
    assert npm.without(more, ["clsx", "zod"]) == PLAIN


def test_what_is_in_no_order_is_not_put_in_one():
    before = b'{"dependencies": {"zod": "4", "clsx": "2"}}'
    assert list(json.loads(npm.put(before, [Wanted("a", "1")]))["dependencies"]) == ["zod", "clsx", "a"]


def test_a_package_that_is_listed_stays_where_it_is():
    assert npm.put(PLAIN, [Wanted("vite", "7")]) == PLAIN.replace(b'"vite": "6"', b'"vite": "7"')
    assert npm.put(PLAIN, [Wanted("vite")]) == PLAIN


def test_where_nothing_changes_not_even_the_form_does():
    before = b'{"dependencies":{"zod":"4"},\n\n"x":1.10}'
    assert npm.put(before, [Wanted("zod"), Wanted("zod", "4")]) == npm.without(before, ["clsx"]) == before


def test_a_package_may_be_for_development_alone():
    assert json.loads(npm.put(b"{}", [Wanted("vitest", "3")], is_dev=True)) == {"devDependencies": {"vitest": "3"}}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("indent", [b"  ", b"    ", b"\t"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("is_ended", [True, False])
def test_marks_indents_and_ends_of_lines_stay(mark: bytes, indent: bytes, end: bytes, is_ended: bool):
    before = mark + PLAIN.replace(b"  ", indent).replace(b"\n", end)
    before = before if is_ended else before.removesuffix(end)
    after = npm.put(before, [Wanted("zod", "4")])
    listed = indent * 2 + b'"react": "^19"'
    assert after == before.replace(listed, listed + b"," + end + indent * 2 + b'"zod": "4"')


def test_other_words_and_letters_stay_as_they_are():
    before = (
        '{\n  "description": "Käse \\u2028 \U0001f9c0",\n  "private": true,\n  "n": [1.5, 100000000000000000000]\n}\n'
    )
    after = json.loads(npm.put(before.encode(), [Wanted("zod", "4")]))
    assert after == {**json.loads(before), "dependencies": {"zod": "4"}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe{}", "not valid JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"7", "not an object"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"a":' * 50_000, "not valid JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"n": NaN}', "not valid JSON"),
        (b'{"dependencies": []}', "not an object"),
        (b'{"dependencies": "zod"}', "not an object"),
        (b'{"x": "' + b"x" * npm.MOST_BYTES + b'"}', "too large"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, says: str):
    for act in (npm.declared, lambda one: npm.put(one, [Wanted("zod")]), lambda one: npm.without(one, ["zod"])):
        with pytest.raises(Unusable, match=says):
            act(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"dependencies": {"a": "1"}, "dependencies": {"b": "1"}}', "says `dependencies` twice"),
        (b'{"dependencies": {"a": "1", "a": "2"}}', "says `a` twice"),
        (b'{"n": 1e999}', "number that cannot be written"),
        (b'{"name": "zod"}', "app itself is called zod"),
    ],
)
def test_what_would_be_lost_by_writing_is_refused(content: bytes, says: str):
    npm.declared(content)
    with pytest.raises(Unusable, match=says):
        npm.put(content, [Wanted("zod")])


def test_versions_of_wrong_types_are_shown_and_bounded():
    content = json.dumps({"dependencies": {"a": 1, "b": None, "c": ["x"] * 1000}}).encode()
    assert [len(one.version) <= 200 for one in npm.declared(content)] == [True] * 3


def test_a_list_without_end_is_read_to_its_bound():
    content = json.dumps({"dependencies": {f"p{n}": "1" for n in range(5000)}}).encode()
    assert len(npm.declared(content)) == npm.MOST_LISTED


def test_the_newest_becomes_the_version_it_came_at():
    content = b'{"dependencies": {"a": "latest", "b": "latest", "c": "1", "d": "latest"}}'
    told, became = npm.settled(content, {"a": "2.1.0", "b": "3.0.0-rc.1", "c": "1.0.0"})
    assert became == {"a": "^2.1.0", "b": "3.0.0-rc.1"}
    assert json.loads(told)["dependencies"] == {"a": "^2.1.0", "b": "3.0.0-rc.1", "c": "1", "d": "latest"}
    assert npm.settled(PLAIN, {"react": "19.0.0"}) == (PLAIN, {})


def test_names_that_nothing_can_be_called_are_left_out_and_many_are_read_at_once() -> None:
    odd = {"a" * 215: "1", "\ud800": "1", "a\x00b": "1", "zod": "\ud800"}
    content = json.dumps({"dependencies": odd}).encode()
    assert [(one.name, one.version) for one in npm.declared(content)] == [("zod", "\ufffd")]
    many = b"{" + b",".join(b'"%d":1' % number for number in range(80_000)) + b',"79999":2}'
    with pytest.raises(Unusable, match="says `79999` twice"):
        npm.put(many, [Wanted("zod")])
