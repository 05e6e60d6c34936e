"""What a room can expect of the rows of a table, in words and in SQL; declared without any library.

Conditions are SQL. As in a CHECK constraint, a row for which the condition is null is as expected.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Expectation:
    """What all expectations say: their meaning `words`, and the `column` beside which Data Docs show them.

    A critical one that fails keeps the rows out; a warning is recorded. `cure` says what to do then, if that is known.
    """

    words: str
    column: str | None = field(default=None, kw_only=True)
    severity: Severity = field(default="critical", kw_only=True)
    cure: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class DeclaredColumns(Expectation):
    """The columns are those that the table declares; this also keeps names of persons out of other tables."""

    words: str = "the columns are those that the table declares"


@dataclass(frozen=True)
class RowsSatisfy(Expectation):
    """The condition holds for all rows but at most `max_share` of them."""

    condition: str
    max_share: float = field(default=0.0, kw_only=True)


@dataclass(frozen=True)
class RowsUnique(Expectation):
    """No two rows agree in all `keys`; at most `max_share` of the rows may repeat the keys of another."""

    keys: Sequence[str]
    max_share: float = field(default=0.0, kw_only=True)


@dataclass(frozen=True)
class ColumnsSatisfy(Expectation):
    """For each column, by name, a condition holds for all rows; one expectation for many columns."""

    conditions: Mapping[str, str]


@dataclass(frozen=True)
class ShareBetween(Expectation):
    """The condition holds for a share from `minimum` to `maximum` of the rows for which `among` holds.

    Rows for which the condition is null do not count. Without any row that counts, all is as expected.
    """

    condition: str
    among: str
    minimum: float
    maximum: float


def present(column: str) -> RowsSatisfy:
    """The column is never null."""
    return RowsSatisfy(f"{column} is never missing", f"{column} IS NOT NULL", column=column)


def one_of(column: str, values: Iterable[str], severity: Severity = "critical") -> RowsSatisfy:
    """The column holds one of the values, or null."""
    words = f"{column} is one of the expected values: {', '.join(values)}"
    return RowsSatisfy(words, f"{column} IN ({in_sql(values)})", column=column, severity=severity)


def one_row_per(keys: Sequence[str]) -> RowsUnique:
    """No two rows have the same keys."""
    return RowsUnique(f"one row per {', '.join(keys)}", keys)


def in_sql(values: Iterable[str]) -> str:
    """The values as a list of SQL literals, for example `'free', 'paid'`."""
    return ", ".join("'" + value.replace("'", "\\'") + "'" for value in values)
