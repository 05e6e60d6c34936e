"""One line read tolerantly: values of another type are cast, and what fits nowhere is rescued or the line's reason."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from churn_spark.clock import midnight_ms
from churn_spark.contract.fields import FIELDS, Field
from churn_spark.contract.line import BLANK, Line, iso_ms, plausible_registration
from churn_spark.settings.ingest import IngestSettings

NOT_UTF8 = "line=not UTF-8"
UTF8_BOM = b"\xef\xbb\xbf"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?Infinity|NaN")
LIMITS = {"bigint": 63, "int": 31}


class _Number(str):
    """A number as it stands in the line, with all its digits."""


class _DuplicateKey(Exception):
    """An object has a key twice: nobody can tell which value counts."""


def read_line(raw: bytes, contract: IngestSettings) -> Line:
    """The line's values, as far as they can be read.

    `reason` is the first that holds of:

    - `blank`: no character.
    - `utf_16`: the file is UTF-16, and not UTF-8.
    - `not_json`: not one JSON object.
    - `duplicate_key`: a key stands twice in an object.
    - `missing_<field>`: a required field is absent, empty, or not of its type.
    - `ts_out_of_range`: outside of [earliest, latest), UTC.
    - `itemInSession_out_of_range`: below 0.
    - `length_out_of_range`: not above 0, or not finite.

    Examples: `{"ts": 15, "ts": 16}` has the reason duplicate_key; of `{"userId": 39.0, ...}` the user is `39.0`; of
    `{"userId": [39], ...}` the user is unknown, and `rescued` is `{"userId": "[39]"}`.
    """
    text, strange = _decoded(raw)
    if not text.strip():
        return Line(reason=BLANK)
    if strange == "utf_16":
        return Line(reason="utf_16", text=text)
    try:
        given = json.loads(
            text, object_pairs_hook=_unique, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
    except _DuplicateKey:
        return Line(reason="duplicate_key", text=text)
    except (ValueError, RecursionError):
        return Line(reason="not_json", text=text)
    if not isinstance(given, dict):
        return Line(reason="not_json", text=text)
    keys = {field.name: field.name for field in FIELDS} | {"appVersion": contract.version_field}
    values = {field.name: _value(field, given.get(keys[field.name])) for field in FIELDS}
    if contract.ts_units.get(str(values["appVersion"])) == "s":
        values["ts"] = _seconds(given.get("ts"))
    reason = _reason(values, contract)
    if reason is not None:
        return Line(reason=reason, text=text)
    if values["registration"] is not None and not plausible_registration(values["registration"], values["ts"]):
        values["registration"] = None
    lost = {
        key: value
        for key, value in given.items()
        if key not in keys.values() or (_given(value) and values[_name(keys, key)] is None)
    }
    rescued = json.dumps({key: _as_text(value) for key, value in lost.items()}, ensure_ascii=False) if lost else None
    return Line({name: value for name, value in values.items() if value is not None}, None, None, rescued, strange)


def _decoded(raw: bytes) -> tuple[str, str | None]:
    """The line as text, and what is odd about its bytes."""
    raw = raw.removeprefix(UTF8_BOM)
    if b"\0" in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.replace(b"\0", b"").lstrip(b"\xff\xfe").decode("utf-8", "replace"), "utf_16"
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), NOT_UTF8


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    given = dict(pairs)
    if len(given) < len(pairs):
        raise _DuplicateKey
    return given


def _name(keys: Mapping[str, str], key: str) -> str:
    return next(name for name, of_line in keys.items() if of_line == key)


def _given(value: Any) -> bool:
    return value is not None and value != ""


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _value(field: Field, value: Any) -> Any:
    """The value as the field's type; None if it is absent, empty, or of another type."""
    if not isinstance(value, str) or value == "":
        return None
    match field.type:
        case "text" | "id":
            return str(value)
        case "double":
            return float(value) if NUMBER.fullmatch(value.strip()) else None
        case "ms":
            number = _value(Field("", "double"), value)
            return (
                iso_ms(value) if number is None else _whole(math.trunc(number), 63) if math.isfinite(number) else None
            )
        case _:
            return _integer(value.strip(), LIMITS[field.type])


def _integer(text: str, bits: int) -> int | None:
    if re.fullmatch(r"[+-]?\d{1,20}", text):
        return _whole(int(text), bits)
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    return _whole(int(number), bits) if number.is_integer() else None


def _whole(number: int, bits: int) -> int | None:
    return number if -(1 << bits) <= number < 1 << bits else None


def _seconds(value: Any) -> int | None:
    """A time in seconds, or ISO text, as ms since epoch."""
    number = _value(Field("", "double"), value)
    if number is None:
        return iso_ms(value) if isinstance(value, str) else None
    return round(number * 1000) if math.isfinite(number) else None


def _reason(values: Mapping[str, Any], contract: IngestSettings) -> str | None:
    for field in FIELDS:
        if field.required and values[field.name] is None:
            return f"missing_{field.name}"
    if not midnight_ms(contract.earliest) <= values["ts"] < midnight_ms(contract.latest):
        return "ts_out_of_range"
    if values["itemInSession"] < 0:
        return "itemInSession_out_of_range"
    length = values["length"]
    if length is not None and not 0 < length < math.inf:
        return "length_out_of_range"
    return None
