"""What comes out of honest zips, and that dishonest ones are refused with everything that is wrong."""

import io
import stat
import struct
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import errors
from projects.imports import directory
from projects.imports.unzip import Archive, Limits
from tests.projects.imports import zips
from tests.projects.imports.zips import add, make

MB = 1024**2
LIMITS = Limits(files=5000, file=5 * MB, total=200 * MB)


def files_of(file: io.BytesIO, limits: Limits = LIMITS) -> dict[str, bytes]:
    return {path: content for path, content, _ in Archive(file, limits).files()}


def faults_of(file: io.BytesIO, limits: Limits = LIMITS) -> list[tuple[str, str]]:
    with pytest.raises(errors.BadArchive) as refused:
        files_of(file, limits)
    return [(fault.path, fault.reason) for fault in refused.value.faults]


# --- what people bring -------------------------------------------------------------------------


def test_files_come_out_as_they_went_in():
    given_files = {"index.html": b"<p>\r\n", "src/ä b.js": b"\xef\xbb\xbflet a", "empty": b""}
    assert files_of(make(*given_files.items())) == given_files


def test_a_folder_around_everything_is_taken_off():
    archive = Archive(make(("garden-main/a.txt", b"1"), ("garden-main/src/b.txt", b"2")), LIMITS)
    assert archive.contents.wrapper == "garden-main"
    assert [file.path for file in archive.files()] == ["a.txt", "src/b.txt"]


def test_two_folders_or_a_file_beside_one_stay():
    assert list(files_of(make(("a/x", b""), ("b/x", b"")))) == ["a/x", "b/x"]
    assert list(files_of(make(("a/x", b""), ("x", b"")))) == ["a/x", "x"]


def test_what_systems_leave_behind_is_left_out_and_counted():
    names = (
        "g/a.txt",
        "__MACOSX/g/._a.txt",
        "g/.DS_Store",
        "g/node_modules/x/index.js",
        "g/node_modules/y",
        "g/.git/HEAD",
    )
    archive = Archive(make(*((name, b"x") for name in names)), LIMITS)
    assert [file.path for file in archive.files()] == ["a.txt"]
    assert archive.contents.left_out == {"__MACOSX": 1, ".DS_Store": 1, "node_modules": 2, ".git": 1}


def test_a_link_among_the_packages_harms_nobody():
    made = make(("a.txt", b"1"))
    with zipfile.ZipFile(made, "a") as archive:
        add(archive, "node_modules/.bin/tsc", b"../typescript/tsc", mode=zips.LINK)
    assert list(files_of(made)) == ["a.txt"]


def test_whether_a_file_may_be_executed_is_kept():
    made = make(("run.sh", b""), mode=stat.S_IFREG | 0o755)
    with zipfile.ZipFile(made, "a") as archive:
        add(archive, "read.me")
        archive.writestr("by-some-tool", b"")
    assert {file.path: file.executable for file in Archive(made, LIMITS).files()} == {
        "run.sh": True, "read.me": False, "by-some-tool": False,
    }  # fmt: skip


def test_folders_are_no_files():
    made = make(("src/", b""), mode=zips.FOLDER)
    with zipfile.ZipFile(made, "a") as archive:
        add(archive, "src/a.txt")
        add(archive, "b.txt")
    assert list(files_of(made)) == ["src/a.txt", "b.txt"]


def test_a_name_in_utf8_that_does_not_say_so_is_read_and_a_mac_s_is_composed():
    made = make(("ae.txt", b"1"), ("u\u0308.txt", b"2"))
    assert "ü.txt" in files_of(made)
    silent = zips.forged(made, lambda raw: _rename(raw, b"ae.txt", "ä.txt".encode()))
    assert next(iter(files_of(silent))) == "ä.txt"


def _rename(raw: bytearray, before: bytes, after: bytes) -> None:
    assert len(before) == len(after)
    raw[:] = raw.replace(before, after)


def test_our_own_download_comes_back_as_it_was():
    from projects.exports import archive
    from projects.services.files import File

    given_files = [File("a.txt", b"1", False), File("bin/run", b"2", True)]
    zipped = io.BytesIO(b"".join(archive.stream(given_files, folder="garden")))
    assert [tuple(file) for file in Archive(zipped, LIMITS).files()] == [tuple(file) for file in given_files]


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../up.txt", "leaves its folder"),
        ("a/../../up.txt", "leaves its folder"),
        ("/etc/passwd", "is absolute"),
        ("C:/windows", "is absolute"),
        ("a\\b.txt", "contains a backslash"),
        ("a//b", "has an empty or a '.' part"),
        ("./a", "has an empty or a '.' part"),
        ("a\x07b", "contains a control or invisible character"),
        ("a\u202eb", "contains a control or invisible character"),
        (".GIT /config", "belongs to git"),
        ("/".join("d" * 21), "is nested deeper than 20 folders"),
        ("n" * 241, "is longer than 240 bytes"),
    ],
)
def test_a_path_that_no_tree_takes_is_refused_and_named(name: str, reason: str):
    assert faults_of(make((name, b"x"), ("fine.txt", b"y"))) == [(name[:240], reason)]


def test_a_name_that_hides_its_end_behind_a_null_is_refused():
    hidden = zips.forged(make(("a.txtXexe", b"x"), ("b", b"")), lambda raw: _rename(raw, b"a.txtXexe", b"a.txt\0exe"))
    assert faults_of(hidden) == [("a.txt\0exe", "contains a control or invisible character")]


def test_a_name_in_an_untold_encoding_is_refused():
    foreign = zips.forged(make(("abcd", b"x"), ("fine", b"")), lambda raw: _rename(raw, b"abcd", b"\x83\x65\x83\x58"))
    [(name, reason)] = faults_of(foreign)
    assert (name, reason) == ("âeâX", "has a name in an encoding that is not told; pack it again with names in UTF-8")


def test_a_name_that_says_utf8_and_is_not_makes_no_zip():
    broken = zips.forged(make(("ää", b"x")), lambda raw: _rename(raw, "ää".encode(), b"\xff\xfe\xff\xfe"))
    assert faults_of(broken) == [("", "This is not a zip, or it is damaged.")]


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (zips.LINK, "is a link"),
        (zips.PIPE, "is neither a file nor a folder"),
        (zips.FOLDER, "is neither a file nor a folder"),
        (stat.S_IFREG | 0o4755, "asks for rights that no file here has (setuid or setgid)"),
    ],
)
def test_links_and_odd_modes_are_refused(mode: int, reason: str):
    assert faults_of(make(("a", b"/etc/passwd"), mode=mode)) == [("a", reason)]


def test_an_encrypted_file_and_an_odd_packing_are_refused():
    def encrypt(raw: bytearray) -> None:
        raw[zips.central(raw) + 8] |= 1

    assert faults_of(zips.forged(make(("a", b"x")), encrypt)) == [("a", "is encrypted")]
    odd = make(("a", b"x"), method=zipfile.ZIP_BZIP2)
    assert faults_of(odd) == [("a", "is packed in a way we do not open (method 12)")]


def test_every_problem_is_told_at_once():
    made = make(
        ("../a", b""), ("b/../../c", b""), ("/d", b""), ("README", b""), ("readme", b""), ("x", b""), ("x/y", b"")
    )
    assert faults_of(made) == [
        ("../a", "leaves its folder"),
        ("b/../../c", "leaves its folder"),
        ("/d", "is absolute"),
        ("x", "is a file and a folder at once"),
        ("readme", "differs from 'README' only in case"),
    ]


def test_folders_that_differ_only_in_case_and_names_that_are_in_it_twice_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        made = make(("a", b"1"), ("a", b"2"), ("Src/x", b""), ("src/y", b""))
    assert faults_of(made) == [("a", "is in it 2 times"), ("src", "differs from 'Src' only in case")]


def test_a_long_list_is_cut_and_says_how_long_it_is():
    with pytest.raises(errors.BadArchive) as refused:
        files_of(make(*((f"/{number}", b"") for number in range(130))))
    assert (len(refused.value.faults), refused.value.more) == (100, 30)
    assert str(refused.value) == "/0 is absolute; /1 is absolute; /2 is absolute; and 127 more."


@pytest.mark.parametrize("raw", [b"", b"PK", b"no zip at all" * 9, b"PK\x05\x06" + b"\0" * 17, b"\0" * 70_000])
def test_what_is_no_zip_is_refused(raw: bytes):
    assert faults_of(io.BytesIO(raw)) == [("", "This is not a zip, or it is damaged.")]


def test_an_empty_zip_and_one_of_nothing_but_junk_are_refused():
    assert faults_of(make()) == [("", "There is no file in it.")]
    assert faults_of(make((".DS_Store", b""))) == [("", "There is no file in it.")]


# --- too much ----------------------------------------------------------------------------------


def test_more_entries_than_ten_thousand_are_refused():
    [(path, reason)] = faults_of(make(*((str(number), b"") for number in range(10_001)), method=zipfile.ZIP_STORED))
    assert path == ""
    assert reason.startswith("It lists more than 10,000 entries")


def test_a_list_that_claims_to_be_huge_is_not_read():
    def claim(raw: bytearray) -> None:
        at = raw.rindex(b"PK\x05\x06")
        raw[at + 12 : at + 16] = struct.pack("<L", directory.MOST_DIRECTORY + 1)

    [(_, reason)] = faults_of(zips.forged(make(("a", b"x")), claim))
    assert reason.startswith("It lists more than")


def test_more_files_than_a_project_takes_are_refused():
    made = make(*((str(number), b"") for number in range(4)))
    assert faults_of(made, Limits(3, 9, 9)) == [("", "It holds 4 files; a project has at most 3.")]


def test_a_bomb_is_refused_by_its_claims_before_anything_is_unpacked():
    made = make(*((f"{number}.bin", b"\0" * 5 * MB) for number in range(3)), ("big.bin", b"\0" * (5 * MB + 1)))
    assert faults_of(made, Limits(9, 5 * MB, 12 * MB)) == [
        ("big.bin", "is larger than 5 MB"),
        ("", "It unpacks to more than 12 MB."),
    ]


def test_a_bomb_by_ratio_is_stopped_while_it_unpacks():
    made = make(*((f"{number}.bin", b"\0" * 5 * MB) for number in range(20)))
    assert len(made.getvalue()) < 0.2 * MB
    began = time.monotonic()
    [(_, reason)] = faults_of(made)
    assert reason == "It unpacks to more than 100 times its size, which no honest archive does."
    assert time.monotonic() - began < 5


def test_entries_that_share_their_bytes_are_refused():
    assert faults_of(zips.overlapping(3)) == [
        ("b", "shares its bytes with another file of the zip"),
        ("c", "shares its bytes with another file of the zip"),
    ]


@pytest.mark.parametrize("offset", [16, 20, 24], ids=["checksum", "packed size", "size"])
def test_an_entry_that_lies_about_itself_is_refused(offset: int):
    def lie(raw: bytearray) -> None:
        raw[zips.central(raw) + offset] ^= 1

    made = make(("a.txt", b"hello" * 100), ("b.txt", b"fine"))
    [(path, reason)] = faults_of(zips.forged(made, lie))
    assert path in ("a.txt", "b.txt")
    assert reason in (_DAMAGED, "shares its bytes with another file of the zip")


_DAMAGED = "is damaged: it is not what the list says"


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(0, 400))
def test_a_damaged_zip_gives_whole_files_or_a_list(noise: bytes, at: int, cut: int):
    raw = make(("g/a.txt", b"hello" * 20), ("g/b/c.txt", b"there")).getvalue()
    damaged = raw[:at] + noise + raw[at + len(noise) : len(raw) - cut % 7]
    with suppress(errors.BadArchive):
        assert set(files_of(io.BytesIO(damaged)).values()) <= {b"hello" * 20, b"there"}


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_a_zip_whose_beginning_is_cut_off_is_refused(cut: int):
    whole = make(("a.txt", b"hi" * 100), ("b.txt", b"b")).getvalue()
    assert faults_of(io.BytesIO(whole[cut:])) == [("a.txt", "begins outside of the zip: it is cut off")]


def test_a_zip_whose_list_claims_to_stand_elsewhere_is_refused():
    whole = bytearray(make(("a.txt", b"hi")).getvalue())
    at = struct.unpack("<I", whole[-6:-2])[0]
    whole[-6:-2] = struct.pack("<I", at + 10)
    assert faults_of(io.BytesIO(whole)) == [("a.txt", "begins outside of the zip: it is cut off")]
