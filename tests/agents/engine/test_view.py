"""What one call is shown of a project: all of it word for word for a small one, and by need where room is short."""

import time

from agents import tokens
from agents.engine import view
from agents.engine.conversation import Earlier
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.llm.base import Given, Turn
from projects.models import ChangeSet
from projects.services import changesets, files, purposes, staging

ROOMY = 50_000


def put(writer: Writer[JobSink], **texts: str) -> ChangeSet:
    """`__` stands for a dot, `_0_` for a slash."""
    for name, text in texts.items():
        changesets.stage(writer.sink.changeset, name.replace("_0_", "/").replace("__", "."), text.encode())
    return writer.sink.changeset


def test_a_small_app_is_shown_whole(writer: Writer[JobSink]):
    """The golden one: every word of it."""
    changeset = put(
        writer,
        package__json='{"dependencies": {"react": "19.1.0"}, "devDependencies": {"vite": "7.0.0"}}',
        src_0_App__tsx='import { add } from "./store";\nexport default function App() {}\n',
        src_0_store__ts="export const add = (text: string): void => {};\n",
    )
    purposes.keep(changeset, "src/App.tsx", "The page, and what is on it.")
    said = Earlier((Turn("user", "Now"),), ("- Ada: “A list” → version 1",), unsaid=3)
    seen = view.of(changeset, room=ROOMY, taken=100, first=("src/App.tsx",), earlier=said)
    assert seen.tree == (
        "package.json (75 bytes)\n"
        "src/App.tsx (64 bytes): The page, and what is on it.\n"
        "src/store.ts (47 bytes)\n"
        "\nIts packages: react@19.1.0, vite@7.0.0"
    )
    assert seen.files == (
        '<file path="src/App.tsx">\nimport { add } from "./store";\nexport default function App() {}\n\n</file>\n\n'
        '<file path="src/store.ts">\nexport const add = (text: string): void => {};\n\n</file>\n\n'
        '<file path="package.json">\n'
        '{"dependencies": {"react": "19.1.0"}, "devDependencies": {"vite": "7.0.0"}}\n</file>'
    )
    assert seen.earlier == (
        "Asked for earlier, the oldest first:\n(3 messages are not repeated here.)\n- Ada: “A list” → version 1"
    )
    shown = tokens.count(seen.tree) + tokens.count(seen.files) + tokens.count(seen.earlier)
    assert seen.given == Given(
        room=ROOMY,
        tokens=seen.given.tokens,
        whole=("package.json", "src/App.tsx", "src/store.ts"),
        condensed=1,
        unsaid=3,
    )
    assert shown + 100 <= seen.given.tokens <= shown + 200


def test_what_is_no_text_too_large_or_a_lock_is_only_named(writer: Writer[JobSink]):
    changesets.stage(writer.sink.changeset, "logo.png", b"\x89PNG\0")
    changesets.stage(writer.sink.changeset, "latin.txt", "ä".encode("latin-1"))
    put(writer, huge__txt="x" * 200_001, package_lock__json="{}")
    changesets.stage(writer.sink.changeset, "package-lock.json", b"{}")
    seen = view.of(writer.sink.changeset, room=ROOMY, taken=0)
    assert seen.given.left_out == ("huge.txt", "latin.txt", "logo.png", "package-lock.json")
    assert seen.files.endswith("Not shown: huge.txt, latin.txt, logo.png, package-lock.json")


# About 2,400 tokens each.
LONG = "".join(f"const local{number} = compute({number}, other, another);\n" for number in range(200))


def crowded(writer: Writer[JobSink]) -> ChangeSet:
    """A file that uses another, and is used by a third; and many that have nothing to do with it."""
    put(
        writer,
        src_0_App__ts=f'import {{ add }} from "./store";\nexport function App(): void {{}}\n{LONG}',
        src_0_store__ts=f"export const add = (text: string): void => {{}};\n{LONG}",
        src_0_main__ts=f'import {{ App }} from "./App";\nexport const start = 1;\n{LONG}',
    )
    return put(writer, **{f"src_0_far{number}__ts": f"export const far{number} = 1;\n{LONG}" for number in range(8)})


def test_where_room_is_short_what_is_in_play_comes_whole_and_its_neighbours_by_what_they_offer(
    writer: Writer[JobSink],
):
    seen = view.of(crowded(writer), room=6_000, taken=1_000, first=("src/App.ts",))
    assert seen.given.whole == ("src/App.ts",)
    assert {"src/store.ts", "src/main.ts"} <= set(seen.given.outlined)
    assert '<symbols path="src/store.ts">\nconst add = (text: string): void =>\n</symbols>' in seen.files
    assert "Of the files in <symbols> only what they export is shown." in seen.files
    assert "src/far7.ts" in seen.tree
    assert view.hidden(seen.given) == tuple(sorted({*seen.given.outlined, *seen.given.left_out}))


def test_the_account_is_true_and_the_room_is_kept_at_every_size(writer: Writer[JobSink]):
    changeset = crowded(writer)
    every = set(files.working_manifest(changeset))
    before = -1
    for room in (2_000, 4_000, 6_000, 9_000, 14_000, 20_000, 40_000):
        seen = view.of(changeset, room=room, taken=500, first=("src/App.ts", "src/store.ts"))
        given = seen.given
        assert sorted((*given.whole, *given.outlined, *given.left_out)) == sorted(every)
        assert all(f'<file path="{path}">' in seen.files for path in given.whole)
        assert all(f'<symbols path="{path}">' in seen.files for path in given.outlined)
        assert all(f"{path}" in seen.files.rpartition("Not shown: ")[2] for path in given.left_out)
        assert 500 + sum(map(tokens.count, (seen.tree, seen.files, seen.earlier))) <= room + 100
        assert given.tokens <= room
        assert len(given.whole) >= before
        before = len(given.whole)
    assert before == len(every)


def test_a_tree_gives_up_sizes_then_purposes_then_paths(writer: Writer[JobSink]):
    changeset = put(writer, **{f"src_0_part{number}_0_index__ts": "x" * 20_000 for number in range(60)})
    for number in range(60):
        purposes.keep(changeset, f"src/part{number}/index.ts", f"What part {number} is there for, said at some length.")
    trees = [view.of(changeset, room=room, taken=0).tree for room in (4_000, 1_600, 900, 300)]
    assert "src/part7/index.ts (20000 bytes): What part 7" in trees[0]
    assert "src/part7/index.ts: What part 7" in trees[1]
    assert "src/part7/index.ts\n" in trees[2]
    assert "What part" not in trees[2]
    assert "with 1 files" in trees[3]
    assert "folders more" in trees[3]


def test_even_where_nothing_is_left_the_tree_has_its_part(writer: Writer[JobSink]):
    seen = view.of(crowded(writer), room=4_000, taken=9_000)
    assert "src/App.ts" in seen.tree
    assert seen.given.whole == ()


def test_of_very_many_files_that_are_not_shown_the_first_are_named(writer: Writer[JobSink]):
    changeset = put(writer, **{f"n{number:03}__bin": "x" * 3_000 for number in range(250)})
    seen = view.of(changeset, room=5_000, taken=0)
    assert seen.files.endswith(f" and {len(seen.given.left_out) - 200} more")


def test_of_a_large_project_it_is_told_in_time_what_nearly_every_file_offers(writer: Writer[JobSink], record_property):
    """Five hundred files: read once, a few at a time, and never again."""
    some = LONG[:4_000]
    texts = {
        f"src/part{number // 20}/m{number}.ts": f"export const m{number} = (a: string): void => {{}};\n{number}{some}"
        for number in range(500)
    }
    contents = [(path, staging.Content(text.encode())) for path, text in texts.items()]
    changesets.stage_all(writer.sink.changeset, contents)
    took, seen = [], None
    for _ in range(3):
        began = time.process_time()
        seen = view.of(writer.sink.changeset, room=ROOMY, taken=2_000, first=("src/part1/m21.ts",))
        took.append(time.process_time() - began)
    assert seen is not None
    record_property("figure", f"a view of 500 files: {took[0]:.2f} s at first, then {min(took[1:]):.2f} s")
    assert "src/part1/m21.ts" in seen.given.whole
    assert len(seen.given.left_out) < 25
    assert seen.given.tokens <= ROOMY
    assert min(took[1:]) < 1
