import pytest

from projects import errors
from projects.services import corpus, files, searching
from projects.services.searching import Found
from tests.people import People

CONTENTS = {
    "README.md": b"# Night Garden\r\nMoths and moons\r\n",
    "src/moon.py": "first\nMOON = 1\nthird\nfourth\nÉTÉ moon straße\n".encode(),
    "src/deep/other.py": b"nothing\n",
    "moon.png": b"\x89PNG moon\0",
}


@pytest.fixture(autouse=True)
def _contents(people: People) -> None:
    pairs = [(path, files.Content(content)) for path, content in CONTENTS.items()]
    files.save_all(people.main, pairs, by=people.owner, message="Begin")


def look(people: People, words: str, *, is_exact: bool = False, most: int = 100) -> Found:
    tree = files.manifest(people.main)
    return searching.content(people.project.pk, tree, words, is_exact=is_exact, most=most)


def places(found: Found) -> list[tuple[str, int]]:
    return [(hit.path, hit.number) for hit in found.hits]


def test_lines_are_found_in_any_case_and_binary_files_are_left_alone(people: People):
    assert places(look(people, "moon")) == [("README.md", 2), ("src/moon.py", 2), ("src/moon.py", 5)]
    assert places(look(people, "moon", is_exact=True)) == [("README.md", 2), ("src/moon.py", 5)]
    assert places(look(people, "été")) == places(look(people, "STRASSE")) == [("src/moon.py", 5)]
    assert places(look(people, "nowhere")) == []


def test_a_line_comes_with_its_place_and_its_neighbours(people: People):
    [hit] = look(people, "moon =").hits
    assert (hit.text[hit.start : hit.end], hit.text) == ("MOON =", "MOON = 1")
    assert (hit.before, hit.after) == ([(1, "first")], [(3, "third"), (4, "fourth")])
    assert look(people, "Moths").hits[0].text == "Moths and moons"


def test_more_is_said_only_when_there_is_more(people: People):
    assert look(people, "moon", most=3).has_more is False
    cut = look(people, "moon", most=2)
    assert (len(cut.hits), cut.has_more) == (2, True)


def test_a_huge_line_is_shown_in_part(people: People):
    files.save(people.main, "min.js", b"x" * 500_000 + b"NEEDLE" + b"y" * 500_000, by=people.owner)
    [hit] = look(people, "needle").hits
    assert (len(hit.text) < 400, hit.text[hit.start : hit.end]) == (True, "NEEDLE")


def test_a_line_with_many_hits_is_one(people: People):
    files.save(people.main, "many.txt", b"ab" * 50_000 + b"\n" + b"ab\n", by=people.owner)
    assert places(look(people, "ABAB")) == [("many.txt", 1)]
    assert places(look(people, "ab")) == [("many.txt", 1), ("many.txt", 2)]


def test_what_is_too_large_is_counted(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(corpus, "MOST_TEXT", 40)
    found = look(people, "moon")
    assert (places(found), found.left_out) == ([("README.md", 2)], 1)


@pytest.mark.parametrize("words", ["(a+)+$", ".*", "[", "\\", "%", "_", "' OR 1=1", "\u202e", "\ud800", "*" * 200])
def test_no_words_are_a_pattern(people: People, words: str):
    assert look(people, words).hits == []
    assert searching.names(files.manifest(people.main), words).paths in ([], [])


@pytest.mark.parametrize("words", ["", " ", "\n", "a\nb", "a\0b", "x" * 201])
def test_words_that_are_none_are_refused(people: People, words: str):
    with pytest.raises(errors.BadQuery):
        look(people, words)
    with pytest.raises(errors.BadQuery):
        searching.names({}, words)


def test_names_are_found_by_all_words_the_own_name_first(people: People):
    tree = files.manifest(people.main)
    assert searching.names(tree, "SRC mo").paths == ["src/moon.py"]
    assert searching.names(tree, "o").paths == ["moon.png", "src/deep/other.py", "src/moon.py"]
    assert searching.names({**tree, "moon/a": tree["README.md"]}, "moon").paths[-1] == "moon/a"
    assert searching.names(tree, "o", most=2) == (["moon.png", "src/deep/other.py"], True)
