"""After a test that commits, its database is emptied of what it wrote.

Django's own way empties every table, whether anything is in it or not, and then makes anew what the migrations had
made; of some seventy tables a test writes into five. What holds rows before the first test is left alone.
"""

from collections.abc import Collection

from django.db import connection, transaction
from django.test import TransactionTestCase

_tables: list[str] = []


def begin() -> None:
    """Before the first test: which tables tests will fill."""
    names = connection.introspection.table_names()
    _tables[:] = sorted(set(names) - _filled(names))
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]  # private, and so not in the stubs


def _empty(_: TransactionTestCase) -> None:
    """References are checked where a transaction ends, so that the order does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in _filled(_tables):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")


def _filled(names: Collection[str]) -> set[str]:
    looks = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return {name for (name,) in cursor.fetchall()}
