"""Features and figures in plain words, for readers who know the customers and not the model."""

import math
import re
from typing import NamedTuple

from churn_spark.model_card import CardFeature

DESCRIPTION = re.compile(r"(?P<meaning>.+) \((?P<unit>[^()]+)\)(?:; last (?P<window>\d+) days)?(?:; null .+)?")
PLAINER = (  # patterns in meanings, and what is said instead, in this order
    (re.compile(r"^\(new - old\).* new: (events|revenue) of the last 30.*"), r"Change in \1 against the month before"),
    (re.compile(r"^1 / \(1 \+ standard deviation.*"), "Regularity of the sessions"),
    (re.compile(r"(, 5 songs added; both|; both|, each) times 0\.5 \*\* \(days before `as_of` / (\d+)\)"),
     r" lately (those of \2 days ago count half)"),
    (re.compile(r", UTC(?: where no location tells|,)|, over 3$|, but at most the 99th percentile.*"), ""),
    (re.compile(r": .*"), ""),
    (re.compile(r"^1 (?:if|for) (.*?)(?:, 0 if .*)?$"), r"\1"),
    (re.compile(r" before `as_of`| of the day before as_of.*"), ""),
    (re.compile(r"; .*"), ""),
)  # fmt: skip
YES_OR_NO = "yes or no"
CODES = re.compile(r"(?:^|, )(\d) ([^,(]+)(?= \(|,|$)")


class Words(NamedTuple):
    """What a feature tells, with its window, and the unit of its values."""

    subject: str
    unit: str


def in_words(feature: CardFeature) -> Words:
    """A feature in plain words, from its description; a description of another form is taken as it is.

    Example: "Sessions begun (sessions); last 7 days" gives "Sessions begun, last 7 days" and the unit "sessions".
    """
    found = DESCRIPTION.fullmatch(feature.description)
    if not found:
        return Words(feature.description or feature.name, "")
    meaning = found["meaning"]
    for pattern, plain in PLAINER:
        meaning = pattern.sub(plain, meaning)
    window = (
        f", last {found['window']} days"
        if found["window"] and not re.search(r"last \d|in \d+ days|month before", meaning)
        else ""
    )
    return Words(meaning[:1].upper() + meaning[1:] + window, found["unit"])


def value_in_words(feature: CardFeature, value: float) -> str:
    """A value with its unit, if the subject does not name it; a share as a percentage, NaN as "unknown"."""
    if math.isnan(value):
        return "unknown"
    subject, unit = in_words(feature)
    first = unit.split(" ")[0]
    told = first == "money" or first.lower() in subject.lower()  # "Sessions begun: 2" needs no unit
    return value_alone(feature, value) + ("" if told or named_values(feature) or _is_share(unit) else f" {unit}")


def value_alone(feature: CardFeature, value: float) -> str:
    """A known value without its unit; empty between two values that have names."""
    named = named_values(feature)
    if named:
        return named[int(value)] if value in range(len(named)) else ""
    return percent(value) if _is_share(in_words(feature).unit) else number(value)


def named_values(feature: CardFeature) -> tuple[str, ...]:
    """The names of the values 0, 1 and so on: levels, yes or no, or those in the description; empty without names.

    Example: "Contract: 0 monthly, 1 up to a year (rank)" gives ("monthly", "up to a year").
    """
    if feature.levels or in_words(feature).unit == YES_OR_NO:
        return feature.levels or ("no", "yes")
    codes = CODES.findall(feature.description.partition(": ")[2])
    return tuple(name for _, name in codes) if len(codes) > 1 and codes[0][0] == "0" else ()


def _is_share(unit: str) -> bool:
    return unit.startswith("share") or unit == "probability"


def number(value: float) -> str:
    """A number with thousands apart and at most three digits that matter.

    Example: 12345.6 gives "12,346", 0.1234 gives "0.123" and 3.0 gives "3".
    """
    if value == 0 or abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share as a percentage; one digit more where the share is small."""
    return f"{100 * share:.{1 if 0 < abs(share) < 0.1 else 0}f} %"
