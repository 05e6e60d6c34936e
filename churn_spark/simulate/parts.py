"""The events of a block in parts, so that a worker holds the lines of one part at a time."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate.blocks import draw_generator
from churn_spark.simulate.clock import end_ms
from churn_spark.simulate.events import draw_events
from churn_spark.simulate.life import live
from churn_spark.simulate.parameters import BROKEN_SHARE
from churn_spark.simulate.users import Users, draw_users

PART_EVENTS = 50_000


class Part(NamedTuple):
    """Some EVENTs of a block, with the users and SESSIONs that they point to."""

    block: int
    number: int  # of the part
    users: Users
    sessions: np.ndarray
    session_ids: np.ndarray  # of each session
    events: np.ndarray
    broken: np.ndarray  # whether the event's line cannot be read


def draw_parts(settings: SimulateSettings, block: int, session_ids: np.ndarray) -> Iterator[Part]:
    """All events of the block before the end of the simulation."""
    users = draw_users(settings, block)
    _, sessions = live(settings, block, users)
    events = draw_events(draw_generator(settings, block, "events"), sessions)
    events = events[events["ts"] < end_ms(settings)]
    broken = draw_generator(settings, block, "broken").random(len(events)) < BROKEN_SHARE
    for number, first in enumerate(range(0, len(events), PART_EVENTS)):
        some = slice(first, first + PART_EVENTS)
        yield Part(block, number, users, sessions, session_ids, events[some], broken[some])
