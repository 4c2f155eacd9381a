import io
import stat
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from projects.exports import archive
from projects.services.files import File

files = st.builds(
    File, st.text("abcé/", min_size=1).filter(lambda path: path.strip("/") == path), st.binary(), st.booleans()
)


def zipped(*given_files: File) -> bytes:
    return b"".join(archive.stream(given_files, folder="garden"))


@given(st.lists(files, max_size=5, unique_by=lambda file: file.path))
def test_everything_put_in_comes_out(given_files: list[File]):
    opened = zipfile.ZipFile(io.BytesIO(zipped(*given_files)))
    assert opened.testzip() is None
    found = [(entry.filename, opened.read(entry), entry.external_attr >> 16) for entry in opened.infolist()]
    modes = {True: stat.S_IFREG | 0o755, False: stat.S_IFREG | 0o644}
    assert found == [(f"garden/{file.path}", file.content, modes[file.executable]) for file in given_files]


def test_the_same_files_give_the_same_bytes():
    file = File("a.txt", b"hello" * 1000, False)
    assert zipped(file) == zipped(file)
    assert len(zipped(file)) < 1000


def test_each_piece_is_given_out_before_the_next_file_is_read():
    read: list[str] = []

    def lazily():
        for name in "abc":
            read.append(name)
            yield File(name, b"x", False)

    pieces = archive.stream(lazily(), folder="garden")
    assert next(pieces)
    assert read == ["a"]
    assert b"".join(pieces)
    assert read == ["a", "b", "c"]
