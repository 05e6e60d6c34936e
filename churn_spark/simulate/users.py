"""The users of a block: the data that the logs show, and the hidden traits that drive what they do."""

from typing import NamedTuple

import numpy as np

from churn_spark.clock import MS_PER_DAY
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.blocks import draw_generator, user_numbers
from churn_spark.simulate.catalogue import FIRST_NAMES, LAST_NAMES, LOCATIONS, USER_AGENTS
from churn_spark.simulate.clock import draw_time_of_day


class Users(NamedTuple):
    """One entry per user in each array; days count from the first day of the simulation."""

    number: np.ndarray  # the userId of the logs
    joined_on: np.ndarray  # day of registration, negative before the simulation
    registered: np.ndarray  # ms since the first day, as all times of a block
    old_app_until: np.ndarray  # day from which the user has the newer app; 0 for most
    server: np.ndarray  # which of the servers numbers the user's sessions
    paid: np.ndarray  # level at the start
    taste: np.ndarray  # level that the user's satisfaction returns to
    activity: np.ndarray  # factor on the number of sessions
    error_rate: np.ndarray  # errors per song on the user's device
    gender: np.ndarray  # "F" or "M"
    first_name: np.ndarray
    last_name: np.ndarray
    location: np.ndarray
    user_agent: np.ndarray


def draw_users(settings: SimulateSettings, block: int) -> Users:
    """The users of one block."""
    rng = draw_generator(settings, block, "users")
    number = user_numbers(settings, block)
    n = len(number)
    new = rng.random(n) < p.NEW_SHARE
    joined_on = np.where(new, rng.integers(settings.days, size=n), -rng.integers(1, p.LONGEST_MEMBERSHIP_DAYS, size=n))
    old_app = rng.random(n) < p.OLD_APP_SHARE
    female = rng.random(n) < 0.5
    first_names = np.where(female, rng.choice(FIRST_NAMES["F"], n), rng.choice(FIRST_NAMES["M"], n))
    return Users(
        number=number,
        joined_on=joined_on,
        registered=joined_on * MS_PER_DAY + draw_time_of_day(rng, n) + p.REGISTRATION_SECONDS * 1000,
        old_app_until=old_app * rng.integers(1, settings.days + 1, size=n),
        server=rng.choice(len(p.SERVER_SHARES), n, p=p.SERVER_SHARES),
        paid=~new & (rng.random(n) < p.PAID_SHARE),
        taste=rng.normal(0, p.TASTE_DEVIATION, n),
        activity=rng.lognormal(0, p.SESSIONS_DEVIATION, n),
        error_rate=rng.lognormal(np.log(p.ERROR_RATE), p.ERROR_RATE_DEVIATION, n),
        gender=np.where(female, "F", "M"),
        first_name=first_names,
        last_name=rng.choice(LAST_NAMES, n),
        location=rng.choice(LOCATIONS, n),
        user_agent=rng.choice(USER_AGENTS, n),
    )
