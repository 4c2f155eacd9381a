"""Which packages go beyond a template's."""

import json

import pytest

from sandboxes.packages import ranges

TEMPLATE = json.dumps({"dependencies": {"react": "19.3.1"}, "devDependencies": {"vite": "6.4.6"}})


@pytest.mark.parametrize(
    ("wanted", "beyond"),
    [
        ({"dependencies": {"react": "^19.0.0"}}, ()),
        ({"dependencies": {"react": "19"}, "devDependencies": {"vite": "~6.4.0"}}, ()),
        ({"dependencies": {"react": "latest", "vite": "*"}}, ()),
        ({"dependencies": {"react": "^18.2.0"}}, ("react",)),
        ({"dependencies": {"react": "^18 || ^19"}}, ()),
        ({"dependencies": {"zustand": "^5.0.0", "react": ">=18"}}, ("zustand",)),
        ({"dependencies": {"react": "github:facebook/react"}}, ("react",)),
        ({}, ()),
    ],
)
def test_npm_packages(wanted: dict[str, object], beyond: tuple[str, ...]) -> None:
    assert ranges.beyond_npm(json.dumps(wanted), TEMPLATE) == beyond


@pytest.mark.parametrize("text", ["{", "[]", '{"dependencies": [1]}', '"text"'])
def test_an_unreadable_package_json_is_left_to_npm(text: str) -> None:
    assert ranges.beyond_npm(text, TEMPLATE) == ("package.json",)


@pytest.mark.parametrize(
    ("wanted", "beyond"),
    [
        ("flask\n", ()),
        ("Flask==3.1.3  # the web\n\n# nothing else\n", ()),
        ("flask>=3,<4\nJinja2~=3.1\n", ()),
        ("flask==2.0.0\n", ("flask",)),
        ("flask\nrequests>=2\n", ("requests",)),
        ("flask[async]\n", ("flask",)),
        ("-r other.txt\n", ("-r other.txt",)),
        ("git+https://example.com/x.git\n", ("git",)),
    ],
)
def test_pip_packages(wanted: str, beyond: tuple[str, ...]) -> None:
    found = ranges.beyond_pip(wanted, "flask==3.1.3\njinja2==3.1.6\n")
    assert tuple(name for name in found) == beyond


@pytest.mark.parametrize(
    ("spec", "version", "is_met"),
    [
        ("^0.2.3", "0.2.9", True),
        ("^0.2.3", "0.3.0", False),
        ("^0.0.3", "0.0.4", False),
        ("^1.2.3", "1.9.0", True),
        ("^1.2.3", "1.2.2", False),
        ("~1.2.3", "1.2.9", True),
        ("~1.2.3", "1.3.0", False),
        ("~1", "1.9.0", True),
        ("~=3.1", "3.9.0", True),
        ("~=3.1.2", "3.2.0", False),
        ("1.2.x", "1.2.7", True),
        ("1.2.3", "1.2.4", False),
        (">=1.2 <2", "1.5.0", True),
        (">=1.2, <1.4", "1.5.0", False),
        ("!=1.5.0", "1.5.0", False),
        ("workspace:*", "1.0.0", False),
        ("^1.0.0", "no version", False),
    ],
)
def test_ranges(spec: str, version: str, is_met: bool) -> None:
    assert ranges.is_met(spec, version) is is_met
