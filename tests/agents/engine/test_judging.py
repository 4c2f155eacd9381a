"""Which complaints count while parts of the app are still to come."""

from agents.engine import judging
from sandboxes.runtime.checking import Said

LATER = frozenset({"src/Board.tsx", "src/store/index.ts", "src/look.css"})


def types(*lines: str, awaited: frozenset[str] = LATER) -> list[tuple[str, str]]:
    found = judging.findings([Said("types", 2, "\n".join(lines), 1.0)], awaited=awaited)
    return [(one.path, one.code) for one in found]


def error(code: int, text: str, path: str = "src/App.tsx", line: int = 3) -> str:
    return f"{path}({line},5): error TS{code}: {text}"


MISSING = error(2307, "Cannot find module './Board' or its corresponding type declarations.")


def test_a_module_that_a_later_phase_brings_is_no_finding() -> None:
    assert types(MISSING) == []
    assert types(MISSING, awaited=frozenset()) == [("src/App.tsx", "TS2307")]
    assert types(error(2307, "Cannot find module './Bored' or its type declarations.")) == [("src/App.tsx", "TS2307")]


def test_however_the_import_names_it() -> None:
    for name in ("./Board.tsx", "@/Board", "./store", "@/store", "~/store/index", "./look.css", "./Board.js"):
        assert types(error(2307, f"Cannot find module '{name}' or its type declarations.")) == [], name
    assert types(error(2306, "File '/workspace/src/Board.tsx' is not a module.")) == []
    assert types(error(2307, "Cannot find module '../Board'.", path="src/parts/Row.tsx")) == []


def test_a_package_is_missing_once_the_list_of_packages_is_there() -> None:
    gone = error(2307, "Cannot find module 'zustand' or its type declarations.")
    assert types(gone) == [("src/App.tsx", "TS2307")]
    assert types(gone, awaited=frozenset({"package.json"})) == []


def test_a_file_that_imports_what_is_to_come_is_judged_by_its_syntax_alone() -> None:
    assert types(MISSING, error(2322, "Type 'any' is wrong."), error(1005, "';' expected.")) == [
        ("src/App.tsx", "TS1005")
    ]
    elsewhere = error(2322, "Type 'string' is not assignable to type 'number'.", path="src/state.ts")
    assert types(MISSING, elsewhere) == [("src/state.ts", "TS2322")]


def test_what_is_only_unknown_because_of_it_is_no_finding_anywhere() -> None:
    implicit = error(7006, "Parameter 'x' implicitly has an 'any' type.", path="src/state.ts")
    assert types(MISSING, implicit) == []
    assert types(implicit) == [("src/state.ts", "TS7006")]


def test_what_is_said_of_the_whole_counts_when_it_is_whole() -> None:
    empty = "error TS18003: No inputs were found in config file '/workspace/tsconfig.json'."
    assert types(empty) == []
    assert types(empty, awaited=frozenset()) == [("", "TS18003")]


def test_a_complaint_keeps_the_lines_that_explain_it() -> None:
    said = Said("types", 2, f"{error(2322, 'No.')}\n  Because of this.\n{error(2339, 'Nor that.')}\n", 1.0)
    first, second = judging.findings([said], awaited=frozenset())
    assert first.text.splitlines()[1] == "  Because of this."
    assert second.code == "TS2339"


def test_a_complaint_is_the_same_on_another_line() -> None:
    [one] = judging.findings([Said("types", 2, error(2322, "No."), 1.0)], awaited=frozenset())
    [again] = judging.findings([Said("types", 2, error(2322, "No.", line=40), 1.0)], awaited=frozenset())
    [other] = judging.findings([Said("types", 2, error(2322, "Nor."), 1.0)], awaited=frozenset())
    assert one.key == again.key != other.key


def test_python_says_it_in_its_own_way() -> None:
    output = (
        "*** Error compiling './app.py'...\n  File \"./app.py\", line 3\n    def x(:\nSyntaxError: invalid syntax\n\n"
        "*** Error compiling './shop/store.py'...\n  File \"./shop/store.py\", line 1\nSyntaxError: no\n"
    )
    found = judging.findings([Said("syntax", 1, output, 0.1)], awaited=LATER)
    assert [one.path for one in found] == ["app.py", "shop/store.py"]
    assert found[0].text.endswith("SyntaxError: invalid syntax")


def test_what_passed_or_could_not_be_run_says_nothing() -> None:
    silent = [Said("types", 0, MISSING, 1.0), Said("build", None, "Stopped: it took longer than 60 seconds.", 60.0)]
    assert judging.findings(silent, awaited=frozenset()) == []


def test_a_build_is_one_complaint() -> None:
    [one] = judging.findings([Said("build", 1, "Could not resolve './x'\nmore", 1.0)], awaited=frozenset())
    assert (one.check, one.path, one.text) == ("build", "", "Could not resolve './x'\nmore")


def test_a_flood_is_bounded() -> None:
    flood = [error(2322, f"Type {number}.", path=f"src/{number}.ts") for number in range(500)]
    assert len(types(*flood)) == 60


def test_what_a_change_is_about() -> None:
    [here, there, nowhere] = judging.findings(
        [
            Said(
                "types",
                2,
                "\n".join(
                    (
                        error(2322, "No.", path="src/state.ts"),
                        error(2305, "Module '\"./state\"' has no exported member 'x'."),
                        error(2322, "No.", path="src/old.ts"),
                    )
                ),
                1.0,
            )
        ],
        awaited=frozenset(),
    )
    assert [judging.concerns(one, {"src/state.ts"}) for one in (here, there, nowhere)] == [True, True, False]
