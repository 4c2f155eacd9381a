"""Where packages come from, read from real registries and from pages like theirs."""

from urllib.parse import urlsplit

from sandboxes.backends import registries
from sandboxes.wire import hosts


def test_the_registries_themselves_are_on_the_list() -> None:
    found = registries.find()
    assert {urlsplit(url).hostname for url in (found.npm, found.pip) if url} <= hosts.hosts_from_package_managers()


def test_where_an_index_keeps_its_files_is_on_the_list() -> None:
    page = b'<a href="https://files.example/a.whl#sha256=1">a</a> <a href="../b.whl">b</a> <a href="http://plain.example/">'
    assert set(hosts._hosts([("https://index.example/simple", page)])) == {"index.example", "files.example"}


def test_where_an_npm_registry_keeps_its_files_is_on_the_list() -> None:
    page = b'{"dist": {"tarball": "https://tarballs.example/npm.tgz"}}'
    assert set(hosts._hosts([("https://registry.example/", page)])) == {"registry.example", "tarballs.example"}


def test_a_registry_that_did_not_answer_is_still_on_the_list() -> None:
    assert set(hosts._hosts([("https://registry.example/", None)])) == {"registry.example"}


def test_names_and_passwords_are_taken_out_and_only_https_is_kept() -> None:
    assert registries.public("https://me:secret@index.example/simple/?a#b") == "https://index.example/simple/"
    assert registries.public("http://index.example/simple") == ""
    assert registries.public("file:///srv/simple") == ""
