"""The sessions of a day."""

import numpy as np

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR
from churn_spark.simulate import parameters as p
from churn_spark.simulate.decisions import CANCEL, STAY, Day
from churn_spark.simulate.sessions import draw_sessions
from churn_spark.simulate.users import Users
from tests.simulate.conftest import Block

NUMBER = 100  # of the day: behind all registrations


def sessions_of(users: Users, decision: int, satisfaction: float, free_from: int = 0) -> np.ndarray:
    """The sessions of customers who are all alike."""
    n = len(users.number)
    day = Day(
        customer=np.ones(n, bool),
        satisfaction=np.full(n, satisfaction),
        paid=np.ones(n, bool),
        cancel_hazard=np.zeros(n),
        downgrade_hazard=np.zeros(n),
        decision=np.full(n, decision),
    )
    return draw_sessions(np.random.default_rng(0), users, NUMBER, False, day, np.full(n, free_from))


def test_a_decision_takes_one_short_session_that_starts_early_enough(block: Block) -> None:
    sessions = sessions_of(block.users, CANCEL, satisfaction=3.0)
    assert sessions["user"].tolist() == list(range(len(block.users.number)))
    assert (sessions["start"] // MS_PER_DAY == NUMBER).all()
    assert (sessions["start"] % MS_PER_DAY // MS_PER_HOUR <= p.LAST_HOUR).all()
    assert sessions["songs"].max() == p.LAST_SONGS
    assert not sessions["anonymous"].any()


def test_sessions_of_a_user_follow_one_another_with_a_pause(block: Block) -> None:
    sessions = np.sort(sessions_of(block.users, STAY, satisfaction=2.0), order=["user", "start"])
    gap, same = np.diff(sessions["start"]), np.diff(sessions["user"]) == 0
    assert same.any()
    assert (gap[same] >= p.PAUSE_SECONDS * 1000 + sessions["songs"][:-1][same] * p.SONG_SECONDS * 1000).all()


def test_half_of_the_anonymous_visitors_come_back_and_log_in(block: Block) -> None:
    sessions = sessions_of(block.users, STAY, satisfaction=2.0)
    anonymous, returning = sessions[sessions["anonymous"]], sessions[sessions["returning"]]
    assert 0 < len(returning) < len(anonymous)
    assert set(returning["user"]) <= set(anonymous["user"])


def test_no_session_starts_before_the_user_is_free(block: Block) -> None:
    noon = NUMBER * MS_PER_DAY + 12 * MS_PER_HOUR
    assert sessions_of(block.users, STAY, satisfaction=1.0, free_from=noon)["start"].min() == noon
