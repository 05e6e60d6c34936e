"""The table of a comparison, for people."""

import pandas as pd

from churn_spark.tuning.comparison import SHOWN, in_markdown


def test_the_table_names_protocol_part_and_candidates() -> None:
    rows = pd.DataFrame([{"part": "imbalance", "candidate": "smote", **dict.fromkeys(SHOWN, 0.5), "f1": float("nan")}])
    title, _, head, rule, row = in_markdown(rows, "retrospective").splitlines()
    assert title == "# Protocol retrospective (for comparison only)"
    assert head.startswith("| imbalance | ROC-AUC |     +- |")
    assert rule.startswith("| --------- | ------: | -----: |")
    assert row.startswith("| smote     |  0.5000 | 0.5000 | 0.5000 |  - |")
