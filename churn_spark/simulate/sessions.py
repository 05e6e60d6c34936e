"""The sessions of a day: their users, starts, numbers of songs, and numbers of mishaps."""

import numpy as np

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR
from churn_spark.simulate import parameters as p
from churn_spark.simulate.clock import draw_time_of_day
from churn_spark.simulate.decisions import CANCEL, STAY, Day
from churn_spark.simulate.users import Users

SESSION = np.dtype([
    ("user", np.int64),  # place in the block
    ("start", np.int64),  # ms
    ("songs", np.int64),
    ("errors", np.int64),
    ("adverts", np.int64),
    ("thumbs_down", np.int64),
    ("paid", np.bool_),  # level at the start
    ("satisfaction", np.float64),
    ("decision", np.int64),  # carried out in this session
    ("registering", np.bool_),
    ("anonymous", np.bool_),  # the user never logs in
    ("returning", np.bool_),  # the user comes back after an anonymous session, to log in
])  # fmt: skip
_SONG_MS = int(1000 * p.SONG_SECONDS * np.exp(p.SONG_SECONDS_DEVIATION**2 / 2))  # mean of the log-normal


def draw_sessions(
    rng: np.random.Generator, users: Users, number: int, weekend: bool, day: Day, free_from: np.ndarray
) -> np.ndarray:
    """SESSIONs of day `number`, with start in ms since the first day.

    No session starts before the user's entry in `free_from` (same clock). The entry is moved behind the drawn sessions.
    A user who registers or decides something does so in the only session of that day.
    """
    registering = users.joined_on == number
    single = registering | (day.decision != STAY)
    mean = by_level(p.SESSIONS_PER_DAY, day.paid) * users.activity * (p.WEEKEND if weekend else 1)
    count = rng.poisson(mean * np.exp(p.SESSIONS_SLOPE * day.satisfaction) * day.customer)
    user = np.repeat(np.arange(len(count)), np.where(single, 1, count))
    sessions = np.zeros(len(user), SESSION)
    sessions["user"] = user
    sessions["paid"] = day.paid[user]
    sessions["satisfaction"] = day.satisfaction[user]
    sessions["decision"] = day.decision[user]
    sessions["registering"] = registering[user]
    sessions["anonymous"] = (rng.random(len(user)) < p.ANONYMOUS_SHARE) & ~single[user]
    _draw_songs(rng, sessions, users.error_rate[user])
    time = draw_time_of_day(rng, len(user))
    time = np.where(day.decision[user] != STAY, time % ((p.LAST_HOUR + 1) * MS_PER_HOUR), time)
    first_page = users.registered[user] - p.REGISTRATION_SECONDS * 1000
    sessions["start"] = np.where(registering[user], first_page, number * MS_PER_DAY + time)
    sessions = np.concatenate([sessions, _returns(rng, sessions, users.error_rate)])
    _space_out(sessions, free_from)
    return sessions


def _returns(rng: np.random.Generator, sessions: np.ndarray, error_rate: np.ndarray) -> np.ndarray:
    """The sessions of visitors who come back soon after an anonymous session, and log in."""
    visits = sessions[sessions["anonymous"]]
    returns = visits[rng.random(len(visits)) < p.RETURN_SHARE]
    returns["anonymous"], returns["returning"] = False, True
    returns["start"] += (1000 * (p.PAUSE_SECONDS + rng.exponential(p.RETURN_SECONDS, len(returns)))).astype(np.int64)
    _draw_songs(rng, returns, error_rate[returns["user"]])
    return returns


def _draw_songs(rng: np.random.Generator, sessions: np.ndarray, error_rate: np.ndarray) -> None:
    """Fill in songs, errors, adverts and thumbs_down."""
    satisfaction, paid = sessions["satisfaction"], sessions["paid"]
    mean = by_level(p.SONGS_PER_SESSION, paid) * np.exp(p.SONGS_SLOPE * satisfaction)
    songs = np.minimum(rng.exponential(mean).astype(np.int64), p.MOST_SONGS)
    songs = np.where(sessions["decision"] != STAY, np.maximum(songs, 1), songs)
    songs = np.where(sessions["decision"] == CANCEL, np.minimum(songs, p.LAST_SONGS), songs)
    sessions["songs"] = songs = np.where(sessions["anonymous"], 0, songs)
    dislike = p.THUMBS_DOWN_RATE * np.exp(p.THUMBS_DOWN_SLOPE * satisfaction)
    sessions["errors"] = rng.binomial(songs, np.minimum(error_rate, p.HIGHEST_SHARE))
    sessions["adverts"] = rng.binomial(songs, by_level(p.ADVERT_RATE, paid))
    sessions["thumbs_down"] = rng.binomial(songs, np.minimum(dislike, p.HIGHEST_SHARE))


def _space_out(sessions: np.ndarray, free_from: np.ndarray) -> None:
    """Move sessions to a later start where they overlap, so that a pause lies between a user's sessions."""
    order = np.lexsort([sessions["start"], sessions["user"]])
    user = sessions["user"][order]
    nth = np.arange(len(user)) - np.searchsorted(user, user)  # of the user's sessions on this day
    for n in range(nth.max(initial=-1) + 1):
        place = order[nth == n]
        user_n = sessions["user"][place]
        sessions["start"][place] = np.maximum(sessions["start"][place], free_from[user_n])
        length = sessions["songs"][place] * _SONG_MS + p.PAUSE_SECONDS * 1000
        free_from[user_n] = sessions["start"][place] + length


def by_level(rate: dict[str, float], paid: np.ndarray) -> np.ndarray:
    """The rate of each user or session, by whether it is paid."""
    return np.where(paid, rate["paid"], rate["free"])
