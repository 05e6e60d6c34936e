"""The truth apart from the logs."""

import pandas as pd
import pytest

from churn_spark.simulate.clock import epoch_ms
from churn_spark.simulate.truth import true_events, true_hazards
from tests.simulate.conftest import SETTINGS, Block


@pytest.fixture(scope="module")
def events(block: Block) -> pd.DataFrame:
    return true_events(SETTINGS, block.part).to_pandas()


def test_exactly_one_row_per_event(events: pd.DataFrame, block: Block) -> None:
    assert len(events) == len(block.part.events)
    assert not events.duplicated(["ts", "sessionId", "itemInSession", "page"]).any()
    assert (events["ts"] == epoch_ms(SETTINGS) + block.part.events["ts"]).all()


def test_all_cases_occur_and_only_given_ones_are_logged(events: pd.DataFrame) -> None:
    assert set(events["case"]) == {
        "given",
        "before_login",
        "logged_out",
        "after_logout",
        "registration",
        "anonymous",
        "broken",
    }
    assert (events["logged"] == (events["case"] == "given")).all()


def test_each_case_is_what_its_name_says(events: pd.DataFrame) -> None:
    readable = events[events["case"] != "broken"]
    named = readable.groupby("sessionId")["logged"]
    before, after = named.cummax(), named.transform(lambda logged: logged[::-1].cummax()[::-1])
    of = {case: (before[readable["case"] == case], after[readable["case"] == case]) for case in set(readable["case"])}
    assert not of["anonymous"][0].any() and not of["anonymous"][1].any()
    assert not of["before_login"][0].any() and of["before_login"][1].mean() > 0.99
    assert of["logged_out"][0].all() and of["logged_out"][1].mean() > 0.99
    assert of["after_logout"][0].all() and not of["after_logout"][1].any()


def test_one_hazard_per_customer_and_day(block: Block) -> None:
    hazards = true_hazards(SETTINGS, 0).to_pandas()
    assert len(hazards) == block.days.customer.sum()
    assert not hazards.duplicated(["userId", "day"]).any()
    assert ((hazards["cancel_hazard"] > 0) & (hazards["cancel_hazard"] < 1)).all()


def test_nobody_has_a_hazard_after_cancelling() -> None:
    hazards = true_hazards(SETTINGS, 0).to_pandas().sort_values("day").groupby("userId")
    cancelled = hazards["cancelled"]
    assert cancelled.any().sum() > 0
    assert (cancelled.any() == cancelled.last()).all()
