"""Which file an import means."""

import pytest

from agents import symbols

TREE = {
    "index.html", "src/main.tsx", "src/App.tsx", "src/state/index.ts", "src/state/tasks.ts", "src/style.css",
    "public/logo.svg", "app.py", "store.py", "shop/__init__.py", "shop/cart.py", "shop/web/views.py", "styles/a.css",
    "styles/b.css",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name", "found"),
    [
        ("src/main.tsx", "./App", "src/App.tsx"),
        ("src/App.tsx", "./state", "src/state/index.ts"),
        ("src/App.tsx", "./state/tasks.js", "src/state/tasks.ts"),
        ("src/state/index.ts", "../style.css", "src/style.css"),
        ("src/App.tsx", "@/state/tasks", "src/state/tasks.ts"),
        ("index.html", "/src/main.tsx", "src/main.tsx"),
        ("index.html", "/logo.svg", "public/logo.svg"),
        ("styles/a.css", "b.css", "styles/b.css"),
        ("src/App.tsx", "react", ""),
        ("src/App.tsx", "../../../etc/passwd", ""),
        ("src/App.tsx", "./App", ""),
        ("app.py", "store", "store.py"),
        ("app.py", "shop.cart", "shop/cart.py"),
        ("app.py", "shop", "shop/__init__.py"),
        ("shop/cart.py", ".", "shop/__init__.py"),
        ("shop/web/views.py", "..cart", "shop/cart.py"),
        ("shop/web/views.py", "....cart", ""),
        ("app.py", "flask", ""),
    ],
)
def test_an_import_means_a_file_of_the_tree_or_none(path: str, name: str, found: str):
    assert symbols.resolve(path, name, TREE) == found
