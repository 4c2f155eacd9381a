import pytest

from agents.parsing import commands
from agents.parsing.events import Command, Malformed
from tests.agents.parsing.streams import command


@pytest.mark.parametrize(
    "line",
    [
        "npm install",
        "npm i -D vitest@^3",
        "npm install --save-dev @types/node@22.1.0 typescript",
        "yarn add react react-dom",
        "pnpm add zod",
        "bun add hono",
        "pip install flask==3.1.0",
        "pip install -r requirements.txt",
        "uv add httpx[http2]",
        "uv pip install flask",
        "rm src/old.ts",
        "rm -rf dist",
        "mv src/a.ts src/b.ts",
        "mkdir -p src",
    ],
)
def test_it_knows_a_command(line):
    assert commands.read(line) == [command(line)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "npm",
        "npm run build",
        "npm install is all you need",
        "npm install the packages first",
        "npm install react, then start",
        "npm install react:",
        "npm install react; rm -rf /",
        "npm install react | tee log",
        "npm install $(evil)",
        "npm install https://example.com/x.tgz",
        "npm install react && echo done",
        "pip install flask > log",
        "rm is dangerous",
        "rm old things",
        "rm -rf *",
        "rm -rf $HOME",
        "rm -i src/a.ts",
        "rm ...",
        "rm",
        "mv things around",
        "mv a.ts",
        "mv src/a.ts src/b.ts src/c.ts",
        "mkdir",
        " npm install react",
        "Npm install react",
        "$ npm install react",
        "`npm install react`",
        "- npm install react",
        "Run npm install react",
        "sudo npm install react",
        "npx create-react-app",
        "npm install 'react",
    ],
)
def test_anything_else_is_prose(line):
    assert commands.read(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "rm -rf /",
        "rm -rf ../x",
        "rm -rf ..",
        "rm -rf ../..",
        "mv src/a.ts ../",
        "rm -rf .",
        "mv src/a.ts /etc/x",
        "rm ~/x",
        "rm .git/config",
        "mkdir -p ../x",
    ],
)
def test_a_command_that_leaves_the_project_is_refused(line):
    (found,) = commands.read(line)
    assert isinstance(found, Malformed)
    assert (found.line, found.code) == (line, "BAD_PATH")
    assert found.path in line.split()


def test_paths_come_out_clean():
    assert commands.read("rm -rf ./src//old/") == [Command(("rm", "-rf", "src/old"), "rm -rf ./src//old/")]
    assert commands.read('rm "src/my file.ts"') == [Command(("rm", "src/my file.ts"), 'rm "src/my file.ts"')]
