"""The event contract: which fields a log line has, how they are typed, and what breaks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from churn_spark.clock import midnight_ms
from churn_spark.settings.ingest import IngestSettings

ISO_DATE = r"^\d{4}-\d{2}-\d{2}"


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
    Field("appVersion", "string"),  # under the name that ingest.version_field gives it
)

# The expected values of these fields; a line with another value is kept, and the value is reported.
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "page": (
        "NextSong", "Home", "Thumbs Up", "Thumbs Down", "Add to Playlist", "Add Friend", "Roll Advert", "Error", "Help",
        "About", "Settings", "Save Settings", "Login", "Logout", "Upgrade", "Submit Upgrade", "Downgrade",
        "Submit Downgrade", "Cancel", "Cancellation Confirmation", "Register", "Submit Registration",
    ),
    "auth": ("Logged In", "Logged Out", "Guest", "Cancelled"),
    "level": ("free", "paid"),
    "method": ("GET", "PUT"),
}  # fmt: skip


def parse(lines: DataFrame, contract: IngestSettings) -> DataFrame:
    """Parse `line` under the contract; the other columns of `lines` stay.

    - the fields of FIELDS, typed
    - `reason`: null for a line that keeps the contract. Otherwise the first of these that holds: not_json (not one JSON
      object), missing_<field> (absent, empty or not of its type), ts_out_of_range (outside of [earliest, latest), UTC),
      itemInSession_out_of_range (below 0), length_out_of_range (not above 0, or not finite)
    - `line`: the line, if there is a reason
    - `rescued`: the fields that the contract does not know or that are not of their type, as one JSON object
    - `unexpected`: values of `page`, `auth`, `level` and `method` that the contract does not know

    `rescued` and `unexpected` are null if there is a reason, or nothing to tell.

    Example: a line has `"page": "Jam"` and `"device": "tv"`. `unexpected` is `page=Jam`, `rescued` `{"device":"tv"}`.
    """
    # All fields are read as text and cast afterwards, so that a field of another type does not void its line.
    # The line is put in brackets, so that text after the object voids the line. Without brackets, from_json would stop
    # at the object's end, and a second event on the same line would be lost.
    names = {field.name: field.name for field in FIELDS} | {"appVersion": contract.version_field}
    as_text = ArrayType(StructType([StructField(name, StringType()) for name in names.values()]))
    others = [name for name in lines.columns if name != "line"]
    objects = lines.select("*", F.from_json(F.concat(F.lit("["), "line", F.lit("]")), as_text).alias("objects"))
    fields = objects.select("line", *others, F.when(F.size("objects") == 1, F.col("objects")[0]).alias("fields"))
    texts = fields.select(
        "line",
        *others,
        F.col("fields").isNotNull().alias("is_json"),
        *[F.nullif(F.col("fields")[name], F.lit("")).alias(f"{field}_text") for field, name in names.items()],
    )
    typed = texts.select("*", *[_typed(field, contract.ts_units).alias(field.name) for field in FIELDS])
    reasoned = typed.withColumn("reason", _reason(contract.earliest, contract.latest))
    return reasoned.select(
        *others,
        *names,
        "reason",
        F.when(F.col("reason").isNotNull(), F.col("line")).alias("line"),
        F.when(F.col("reason").isNull(), _rescued(list(names.values()))).alias("rescued"),
        F.when(F.col("reason").isNull(), _unexpected()).alias("unexpected"),
    )


def _typed(field: Field, ts_units: Mapping[str, str]) -> Column:
    text = F.col(f"{field.name}_text")
    number = text.try_cast("double")
    match field.type:
        case "string":
            return text
        case "double":
            return number
        case "ms":
            # Also as 1541044398796.0, 1.541044398796E12 or 2018-11-01T04:33:18Z.
            iso = F.when(text.rlike(ISO_DATE), F.unix_millis(F.try_to_timestamp(text)))
            ms = F.coalesce(number.try_cast("bigint"), iso)  # a double holds every ms exactly, for 285,000 years
            versions = [version for version, unit in ts_units.items() if unit == "s"]
            if field.name != "ts" or not versions:
                return ms
            seconds = F.coalesce(F.round(number * 1000).try_cast("bigint"), iso)
            return F.when(F.col("appVersion_text").isin(versions), seconds).otherwise(ms)
        case _:
            whole = F.when(number == F.floor(number), number.try_cast(field.type))
            return F.coalesce(text.try_cast(field.type), whole)


def _reason(earliest: date, latest: date) -> Column:
    reasons = [F.when(~F.col("is_json"), "not_json")]
    reasons += [F.when(F.col(field.name).isNull(), f"missing_{field.name}") for field in FIELDS if field.required]
    outside = (F.col("ts") < midnight_ms(earliest)) | (F.col("ts") >= midnight_ms(latest))
    reasons += [
        F.when(outside, "ts_out_of_range"),
        F.when(F.col("itemInSession") < 0, "itemInSession_out_of_range"),
        # NaN is above every number in Spark's order.
        F.when((F.col("length") <= 0) | (F.col("length") >= float("inf")), "length_out_of_range"),
    ]
    return F.coalesce(*reasons)


def _rescued(declared: list[str]) -> Column:
    castable = [field for field in FIELDS if not field.required and field.type != "string"]
    uncast = [
        F.when(F.col(field.name).isNull() & F.col(f"{field.name}_text").isNotNull(), field.name) for field in castable
    ]
    has_unknown = F.exists(F.json_object_keys("line"), lambda name: ~name.isin(declared))
    lost = F.map_filter(
        F.from_json("line", "MAP<STRING, STRING>"),
        lambda name, _: ~name.isin(declared) | F.array_contains(F.array_compact(F.array(*uncast)), name),
    )
    return F.when(has_unknown | F.coalesce(*uncast).isNotNull(), F.to_json(lost))


def _unexpected() -> Column:
    values = [
        F.when(~F.col(name).isin(*expected), F.concat(F.lit(f"{name}="), name)) for name, expected in EXPECTED.items()
    ]
    return F.when(F.coalesce(*values).isNotNull(), F.concat_ws(", ", *values))


def kept(parsed: DataFrame) -> DataFrame:
    """The lines that keep the contract, as `bronze.events` has them."""
    columns = [field.name for field in FIELDS]
    return parsed.where("reason IS NULL").select(*columns, "rescued", "source_file", "ingest_batch")


def broken(parsed: DataFrame) -> DataFrame:
    """The lines that break the contract, as `bronze.quarantine` has them."""
    return parsed.where("reason IS NOT NULL").select("line", "reason", "position", "source_file", "ingest_batch")
