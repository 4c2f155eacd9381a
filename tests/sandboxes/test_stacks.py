"""What kind of app a tree is."""

import pytest

from sandboxes import stacks


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        ((), "static"),
        (("index.html", "style.css"), "static"),
        (("index.html", "package.json", "src/main.tsx"), "react-vite"),
        (("index.html", "package.json", "src/main.ts", "src/App.vue"), "vue-vite"),
        (("package.json", "server.js", "public/index.html"), "node-api"),
        (("index.html", "package.json", "server.js", "src/App.tsx"), "react-vite"),
        (("app.py", "requirements.txt", "server.js"), "python"),
        (("app.py", "templates/index.html"), "python"),
        (("requirements.txt",), "python"),
        (("docs/package.json", "index.html"), "static"),
    ],
)
def test_a_tree_says_what_it_is(paths: tuple[str, ...], name: str) -> None:
    assert stacks.detect(paths).name == name


def test_a_plan_speaks_while_the_tree_is_silent() -> None:
    assert stacks.choose("react-vite", ["index.html"]) is stacks.REACT_VITE
    assert stacks.choose("static", ["package.json"]) is stacks.REACT_VITE
    assert stacks.choose("", []) is stacks.STATIC
    assert stacks.choose("no such stack", ["index.html"]) is stacks.STATIC


def test_servers_listen_to_the_box_only() -> None:
    for stack in stacks.ALL:
        if stack is stacks.NODE_API:
            assert dict(stack.env)["HOST"] == "127.0.0.1"  # and PORT as every server is given it
        elif stack.needs_box:
            assert stack.serve[stack.serve.index("--host") + 1] == "127.0.0.1"
            assert str(stack.port) in stack.serve
