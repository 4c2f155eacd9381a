"""What an app begins with is read from the files that boxes are made with."""

from sandboxes import stacks
from sandboxes.packages import templates


def test_every_stack_says_what_it_brings():
    assert templates.brought(stacks.STATIC.template) == {}
    assert {"react", "vite", "typescript"} <= templates.brought(stacks.REACT_VITE.template).keys()
    brought = templates.brought(stacks.PYTHON.template)
    assert "flask" in brought
    assert all(version[0].isdigit() for version in brought.values())
