"""Sentences about values of a source that do not fit: where the row is, and what it says, but never who it is about."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.settings.sources import SourceSettings
from churn_spark.table import Table

PLACE = "_churn_spark_place"
SHOWN_CHARACTERS = 60
OF_FIRST_PART = 1 << 33  # monotonically_increasing_id counts the rows of the first part below it


def with_place(rows: DataFrame, table: Table, source: SourceSettings) -> DataFrame:
    """Add the column `PLACE`, which tells where a row is without its user ID.

    - By its key, if the table has another one than the user ID: "the row with ticket_id 't1'".
    - Else by its number, not counting a header, if the source is one file: "row 3".
    - Else by its file: "a row of march.csv".
    """
    files = rows.inputFiles()
    number = F.monotonically_increasing_id()
    if len(files) > 1:
        place = F.concat(F.lit("a row of "), F.substring_index(F.input_file_name(), "/", -1))
    else:
        place = F.when(F.lit(bool(files)) & (number < OF_FIRST_PART), F.concat(F.lit("row "), number + 1))
        place = F.coalesce(place, F.lit("a row"))
    key = next((key for key in table.keys if key not in ("user_id", table.timestamp_key)), None)
    expression = source.columns.get(key) if key else None
    if expression is not None:
        place = F.coalesce(F.concat(F.lit(f"the row with {key} '"), shown(F.expr(expression)), F.lit("'")), place)
    return rows.withColumn(PLACE, place)


def shown(value: Column) -> Column:
    """The value as a sentence shows it: on one line, and not too long; null if it is blank."""
    text = F.trim(F.regexp_replace(value.cast("string"), r"\s+", " "))
    return F.when(text != "", F.left(text, F.lit(SHOWN_CHARACTERS)))


def refusal(*words: str | Column) -> Column:
    """A column that fails the query with the sentence that the words make."""
    return F.raise_error(F.concat(*[F.lit(word) if isinstance(word, str) else word for word in words]))
