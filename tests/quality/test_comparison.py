"""What differs between two computations of the same features."""

import pandas as pd

from churn_spark.quality.comparison import differences

NONE = None


def test_mismatched_missing_and_extra_are_counted_apart() -> None:
    table = pd.DataFrame({"a": [1.0, 1.0, 1.0, NONE, NONE, 0.0]}, index=list("uvwxyz"))
    others = pd.DataFrame({"a": [1 + 1e-10, 1 + 1e-8, NONE, 2.0, NONE, 0.0]}, index=list("uvwxyz"))
    assert differences(table, others, ["a"]).to_dict("records") == [
        {"feature": "a", "compared": 6, "mismatched": 1, "missing": 1, "extra": 1}
    ]


def test_texts_differ_where_they_are_not_equal() -> None:
    table = pd.DataFrame({"a": ["F", "F", None, "M"]}, index=list("uvwx"))
    others = pd.DataFrame({"a": ["F", "M", "F", None]}, index=list("uvwx"))
    assert differences(table, others, ["a"]).to_dict("records") == [
        {"feature": "a", "compared": 4, "mismatched": 1, "missing": 1, "extra": 1}
    ]


def test_a_customer_whom_only_one_side_has_counts_too() -> None:
    table, others = pd.DataFrame({"a": [1.0]}, index=["u"]), pd.DataFrame({"a": [1.0, 2.0]}, index=["v", "w"])
    [found] = differences(table, others, ["a"]).to_dict("records")
    assert (found["compared"], found["missing"], found["extra"]) == (3, 1, 2)
