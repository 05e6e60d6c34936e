"""The life of a block's users, day by day: satisfaction decides what they do, and their sessions change it."""

from datetime import timedelta

import numpy as np
import pyarrow as pa

from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.blocks import draw_generator
from churn_spark.simulate.clock import end_ms
from churn_spark.simulate.decisions import CANCEL, DOWNGRADE, UPGRADE, Day, decide
from churn_spark.simulate.sessions import draw_sessions
from churn_spark.simulate.users import Users, draw_users

STARTS = "block long, session int, server int, start long"


def live(settings: SimulateSettings, block: int, users: Users) -> tuple[Day, np.ndarray]:
    """Simulate a block's users: their hidden state day by day, and their sessions.

    Returns the days as one Day of arrays [days, users], and the SESSIONs, with start in ms since the first day.

    - Satisfaction returns towards the user's taste. It falls with each error, advert and disliked song.
    - The taste of a new account has an extra, the novelty, which wears off.
    - A user is a customer from the day after the registration on.
    """
    rng = draw_generator(settings, block, "life")
    n = len(users.number)
    gone = np.zeros(n, bool)
    paid = users.paid
    free_from = np.zeros(n, np.int64)
    satisfaction = _taste(users, 0)
    days, sessions = [], []
    for number in range(settings.days):
        drifted = settings.concept_drift_day is not None and number >= settings.concept_drift_day
        day = decide(rng, (users.joined_on < number) & ~gone, satisfaction, paid, drifted)
        weekend = (settings.start + timedelta(number)).weekday() >= 5
        drawn = draw_sessions(rng, users, number, weekend, day, free_from)
        days.append(day)
        sessions.append(drawn)
        satisfaction = satisfaction + p.RETURN_RATE * (_taste(users, number) - satisfaction)
        satisfaction += rng.normal(0, p.MOOD_DEVIATION, n) - np.bincount(drawn["user"], _pain(drawn), n)
        gone = gone | (day.decision == CANCEL)
        paid = (paid & (day.decision != DOWNGRADE)) | (day.decision == UPGRADE)
    until_end = np.concatenate(sessions)
    until_end = until_end[until_end["start"] < end_ms(settings)]
    return Day(*map(np.stack, zip(*days, strict=True))), until_end


def session_starts(settings: SimulateSettings, block: int) -> pa.RecordBatch:
    """STARTS rows: for each session of the block the server that numbers it, and its start in ms."""
    users = draw_users(settings, block)
    _, sessions = live(settings, block, users)
    n = len(sessions)
    return pa.RecordBatch.from_pydict({
        "block": np.full(n, block),
        "session": np.arange(n, dtype=np.int32),
        "server": users.server[sessions["user"]].astype(np.int32),
        "start": sessions["start"],
    })  # fmt: skip


def _taste(users: Users, day: int) -> np.ndarray:
    age = np.maximum(day - users.joined_on, 0)
    return users.taste + p.NOVELTY * np.exp(-age / p.NOVELTY_DAYS)


def _pain(sessions: np.ndarray) -> np.ndarray:
    return (
        p.ERROR_PAIN * sessions["errors"]
        + p.ADVERT_PAIN * sessions["adverts"]
        + p.THUMBS_DOWN_PAIN * sessions["thumbs_down"]
    )
