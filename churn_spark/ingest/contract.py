"""The event contract: which fields a log line has, how they are typed, and what breaks it."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MS_PER_DAY = 86_400_000
NOT_JSON = "_not_json"


@dataclass(frozen=True)
class Field:
    """A field of a log line: its name, its type (`ms`: ms since epoch), and whether a line must have it."""

    name: str
    type: str
    required: bool = False


FIELDS = (
    Field("ts", "ms", required=True),
    Field("sessionId", "bigint", required=True),
    Field("itemInSession", "int", required=True),
    Field("page", "string", required=True),
    Field("auth", "string", required=True),
    Field("method", "string"),
    Field("status", "int"),
    Field("level", "string"),
    Field("userId", "string"),
    Field("registration", "ms"),
    Field("gender", "string"),
    Field("firstName", "string"),
    Field("lastName", "string"),
    Field("location", "string"),
    Field("userAgent", "string"),
    Field("artist", "string"),
    Field("song", "string"),
    Field("length", "double"),
)


def parse(lines: DataFrame, earliest: date, latest: date) -> DataFrame:
    """Parse `line` under the contract and add its typed fields, `rescued` and `reason`.

    `rescued` holds the fields that the contract does not know as a JSON object, null without any. `reason` is null
    for a line that keeps the contract; otherwise the first that holds of: not_json, missing_<field> (absent, empty
    or not of its type), ts_out_of_range (outside of [earliest, latest), UTC), itemInSession_out_of_range (below 0),
    length_out_of_range (not above 0).
    """
    # All fields are read as text and cast afterwards: a field of another type than usual must not void its line.
    as_text = ", ".join(f"{field.name} STRING" for field in FIELDS) + f", {NOT_JSON} STRING"
    parsed = lines.select("*", F.from_json("line", as_text, {"columnNameOfCorruptRecord": NOT_JSON}).alias("fields"))
    typed = parsed.select(
        *lines.columns,
        _rescued().alias("rescued"),
        _is_json().alias("is_json"),
        *[_typed(field).alias(field.name) for field in FIELDS],
    )
    return typed.withColumn("reason", _reason(earliest, latest)).drop("is_json")


def _is_json() -> Column:
    return F.col("fields").isNotNull() & F.col(f"fields.{NOT_JSON}").isNull()


def _typed(field: Field) -> Column:
    text = F.nullif(F.trim(f"fields.{field.name}"), F.lit(""))
    match field.type:
        case "string":
            return text
        case "double":
            return text.try_cast("double")
        case "ms":
            # Also as 1541044398796.0, 1.541044398796E12 or 2018-11-01T04:33:18Z.
            return F.coalesce(text.try_cast("double").try_cast("bigint"), F.unix_millis(F.try_to_timestamp(text)))
        case _:
            number = text.try_cast("double")
            return F.when(number == F.floor(number), number.try_cast(field.type))


def _rescued() -> Column:
    known = F.array(*[F.lit(field.name) for field in FIELDS])
    unknown = F.size(F.array_except(F.json_object_keys("line"), known)) > 0
    fields = F.from_json("line", "MAP<STRING, STRING>")
    return F.when(unknown, F.to_json(F.map_filter(fields, lambda name, _: ~F.array_contains(known, name))))


def _reason(earliest: date, latest: date) -> Column:
    def day_ms(day: date) -> int:
        return (day - date(1970, 1, 1)).days * MS_PER_DAY

    reasons = [F.when(~F.col("is_json"), "not_json")]
    reasons += [F.when(F.col(field.name).isNull(), f"missing_{field.name}") for field in FIELDS if field.required]
    outside = (F.col("ts") < day_ms(earliest)) | (F.col("ts") >= day_ms(latest))
    reasons += [
        F.when(outside, "ts_out_of_range"),
        F.when(F.col("itemInSession") < 0, "itemInSession_out_of_range"),
        F.when(F.col("length") <= 0, "length_out_of_range"),
    ]
    return F.coalesce(*reasons)


def kept(parsed: DataFrame) -> DataFrame:
    """The lines that keep the contract, as `bronze.events` has them."""
    return parsed.where("reason IS NULL").drop("line", "reason")


def broken(parsed: DataFrame) -> DataFrame:
    """The lines that break the contract, as `bronze.quarantine` has them."""
    return parsed.where("reason IS NOT NULL").select("line", "reason", "source_file", "ingest_batch")
