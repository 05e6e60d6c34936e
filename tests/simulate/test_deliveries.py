"""Flaws of the log files."""

import json
from collections import Counter

import pandas as pd
import pytest

from churn_spark.clock import MS_PER_DAY
from churn_spark.simulate.clock import dates
from churn_spark.simulate.deliveries import REQUIRED_FIELDS, deliver
from tests.simulate.conftest import SETTINGS, Block


@pytest.fixture(scope="module")
def rows(block: Block) -> pd.DataFrame:
    """What arrives, in order of arrival."""
    return deliver(SETTINGS, block.part).to_pandas().sort_values(["arrival", "user", "item"], ignore_index=True)


def is_whole(line: str) -> bool:
    try:
        return set(REQUIRED_FIELDS) <= set(json.loads(line))
    except json.JSONDecodeError:
        return False


def test_every_line_arrives_and_few_arrive_twice_word_for_word(rows: pd.DataFrame, block: Block) -> None:
    whole = rows["line"][rows["line"].map(is_whole)]
    assert whole.nunique() == (~block.part.broken).sum()
    assert 0.003 < 1 - whole.nunique() / len(whole) < 0.007


def test_few_lines_are_broken_in_each_of_three_ways(rows: pd.DataFrame, block: Block) -> None:
    broken = rows["line"][~rows["line"].map(is_whole)]
    assert 0.0005 < len(broken) / len(rows) < 0.002

    def way(line: str) -> str:
        if not line.startswith('{"'):
            return "not JSON"
        return "without a field" if line.endswith("}") else "cut short"

    assert set(Counter(map(way, broken))) == {"not JSON", "without a field", "cut short"}


def test_few_lines_are_out_of_order_and_fewer_in_the_next_days_file(rows: pd.DataFrame) -> None:
    once = rows[rows["line"].map(is_whole)].drop_duplicates("line")
    ts = once["line"].map(lambda line: json.loads(line)["ts"])
    assert 0.005 < (ts < ts.cummax()).mean() < 0.02
    belongs = pd.to_datetime(ts, unit="ms").dt.date
    assert 0 < (once["day"] > belongs).mean() < 0.002
    assert not (once["day"] < belongs).any()


def test_nothing_arrives_after_the_last_day(rows: pd.DataFrame) -> None:
    assert rows["arrival"].max() < SETTINGS.days * MS_PER_DAY
    assert rows["day"].max() == dates(SETTINGS, SETTINGS.days - 1)
    assert (rows["day"] == dates(SETTINGS, (rows["arrival"] // MS_PER_DAY).to_numpy())).all()
