"""Many lines at once, as Arrow columns."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple

from churn_spark.contract.fields import EXPECTED, FIELDS, NAMES, Field
from churn_spark.contract.line import Line
from churn_spark.contract.strict import StrictDecoder
from churn_spark.contract.tolerant import read_line
from churn_spark.settings.ingest import IngestSettings

ARROW = {
    "text": pa.string(), "id": pa.string(), "ms": pa.int64(), "bigint": pa.int64(), "int": pa.int32(),
    "double": pa.float64(),
}  # fmt: skip


def read_lines(lines: Sequence[bytes], contract: IngestSettings, decoder: StrictDecoder) -> dict[str, pa.Array]:
    """The columns of the lines, in their order.

    - the fields of the contract, under their names
    - `reason`: why the line breaks the contract; null: it keeps it
    - `line`: its text, if it breaks the contract
    - `rescued`: as JSON text, the fields that the contract does not declare or that have another type
    - `unexpected`: values that the contract does not expect, for example `page=Jam, level=gold`
    """
    strict = [decoder.read(raw) for raw in lines]
    others = {place: read_line(lines[place], contract) for place, line in enumerate(strict) if line is None}
    rows = [
        tuple(map(others[place].values.get, NAMES)) if line is None else astuple(line)
        for place, line in enumerate(strict)
    ]
    by_field = zip(*rows, strict=True) if rows else [()] * len(FIELDS)
    columns = {field.name: _column(field, values) for field, values in zip(FIELDS, by_field, strict=True)}
    said = [("reason", "reason"), ("line", "text"), ("rescued", "rescued")]
    columns |= {column: _of_others(len(lines), others, attribute) for column, attribute in said}
    columns["unexpected"] = _unexpected(columns, others)
    return columns


def _column(field: Field, values: Sequence[Any]) -> pa.Array:
    """The values in the field's type; empty text is no value."""
    if field.type == "ms":
        return pa.array([None if value == "" else value for value in values], pa.int64())
    if field.type == "id":
        values = [value if value is None or value.__class__ is str else str(value) for value in values]
    column = pa.array(values, ARROW[field.type])
    return pc.if_else(pc.equal(column, ""), None, column) if field.type in ("text", "id") else column


def _of_others(count: int, others: dict[int, Line], attribute: str) -> pa.Array:
    values: list[str | None] = [None] * count
    for place, line in others.items():
        values[place] = getattr(line, attribute)
    return pa.array(values, pa.string())


def _unexpected(columns: dict[str, pa.Array], others: dict[int, Line]) -> pa.Array:
    named: dict[int, list[str]] = {}
    for name, values in EXPECTED.items():
        column = columns[name]
        known = pc.or_(pc.is_in(column, value_set=pa.array(values)), pc.is_null(column))
        for place in pc.indices_nonzero(pc.invert(known)).to_pylist():
            named.setdefault(place, []).append(f"{name}={column[place]}")
    for place, line in others.items():
        if line.strange is not None:
            named.setdefault(place, []).append(line.strange)
    texts: list[str | None] = [None] * len(columns["page"])
    for place, found in named.items():
        texts[place] = ", ".join(found)
    return pa.array(texts, pa.string())
