"""One simulated block of users for the tests without Spark."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pytest

from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.decisions import Day
from churn_spark.simulate.life import live
from churn_spark.simulate.parts import Part, draw_parts
from churn_spark.simulate.users import Users, draw_users

SETTINGS = SimulateSettings(users=256, days=60, start=date(2026, 1, 1), seed=7)


class Block(NamedTuple):
    users: Users
    days: Day
    sessions: np.ndarray
    part: Part


@pytest.fixture(scope="session")
def block() -> Block:
    """Two months of 256 users; the sessions bear the numbers 0, 1, ..."""
    users = draw_users(SETTINGS, 0)
    days, sessions = live(SETTINGS, 0, users)
    (part,) = draw_parts(SETTINGS, 0, np.arange(len(sessions)))
    return Block(users, days, sessions, part)
