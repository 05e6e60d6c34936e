"""One spelling of a user ID, whatever wrote it: logs, text files, columns of numbers, services."""

from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

BLANKS = " \t\r\n\f\v\u00a0\u2007\u200b\u202f\ufeff"
WHOLE = r"^-?\d+\.0*$"
SCIENTIFIC = r"^-?\d(\.\d+)?[eE][+-]?\d{1,2}$"  # as programs print numbers: one digit before the point


def user_id(text: Column, placeholders: Sequence[str]) -> Column:
    """The user ID that a text stands for; null if it is blank or a placeholder such as "guest".

    - Blanks before and after it are dropped.
    - A number is written without a point and an exponent, with all its digits.
    - Placeholders are compared without case, in either spelling.

    Examples: " 39 ", "39.0" and "3.9e1" become "39". "039" and "1.5" stay as they are.
    """
    given = F.btrim(text, F.lit(BLANKS))
    number = given.try_cast("decimal(38, 10)")
    written_out = F.when(number == F.floor(number), F.floor(number).cast("string"))
    spelled = (
        F.when(given.rlike(WHOLE), F.substring_index(given, ".", 1))
        .when(given.rlike(SCIENTIFIC), F.coalesce(written_out, given))
        .otherwise(given)
    )
    nobody = {"", *(placeholder.strip(BLANKS).lower() for placeholder in placeholders)}
    named = ~F.lower(given).isin(*nobody) & ~F.lower(spelled).isin(*nobody)
    return F.when(named, spelled)
