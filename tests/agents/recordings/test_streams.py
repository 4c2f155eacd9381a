from agents.recordings import streams

_ONE = "# Creating new file: a.txt\n# File Purpose: One.\ncat > a.txt << 'EOF_1'\nfirst\nEOF_1x\nEOF_1\n"
_TWO = "cat > b.txt << 'EOF_2'\nEOF_1\nEOF_2\n"
_TEXT = f"Words before.\n\n{_ONE}\nWords between.\n\n{_TWO}\nWords after.\n"


def test_without_paths_the_stream_is_whole() -> None:
    assert streams.only(_TEXT, ()) == _TEXT


def test_with_all_paths_the_stream_is_whole() -> None:
    assert streams.only(_TEXT, ("b.txt", "a.txt")) == _TEXT


def test_one_path_gives_its_block_alone() -> None:
    assert streams.only(_TEXT, ("a.txt",)) == _ONE
    assert streams.only(_TEXT, ["b.txt"]) == _TWO


def test_an_unknown_path_gives_nothing() -> None:
    assert streams.only(_TEXT, ("c.txt",)) == ""
