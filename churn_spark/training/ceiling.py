"""The best that a reader of simulated logs could do: a particle filter that knows the simulator's parameters.

A bootstrap particle filter (Gordon, Salmond and Smith 1993, "Novel approach to nonlinear/non-Gaussian Bayesian state
estimation") follows the hidden satisfaction of each customer day by day. It sees what `observed.py` takes from the
logs, and nothing else. It is a benchmark for models and never a feature.
"""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from churn_spark.simulate import parameters as p
from churn_spark.training.observed import Observed

Particles = NDArray[np.float32]  # one row per customer, one column per particle
PerCustomer = NDArray[np.float32]

PARTICLES = 300  # per customer; ten times as many rank customers no better
CHUNK = 256  # customers at once, so that their particles stay in the processor's cache
VISIBLE = 1 - p.ANONYMOUS_SHARE * (1 - p.RETURN_SHARE)  # of the sessions; in the others nobody logs in
MEAN_ERROR_RATE = p.ERROR_RATE * np.exp(p.ERROR_RATE_DEVIATION**2 / 2)  # of the log-normal
COLUMNS = {
    "Thumbs Up": "thumbs_up", "Add to Playlist": "playlist_adds", "Add Friend": "friend_adds", "Help": "help_visits",
    "Settings": "settings_visits", "Upgrade": "upgrade_visits", "Downgrade": "downgrade_visits",
}  # fmt: skip
REACTIONS = [(COLUMNS[page], {"free": free, "paid": paid}, slope) for page, free, paid, slope in p.REACTIONS if slope]

DECIDED = {"upgrade_visits": "upgrades", "downgrade_visits": "downgrades"}  # decisions log one such page each


class Cloud(NamedTuple):
    """What each particle supposes of its customer, and the logarithm of its weight."""

    satisfaction: Particles
    taste: Particles
    activity: Particles  # on the log scale
    log_weight: Particles


def ceiling_scores(shown: Observed, horizon_days: int, seed: int, particles: int = PARTICLES) -> NDArray[np.float64]:
    """For each customer the probability of cancelling within the `horizon_days` that begin at `as_of`.

    The same customers in the same order get the same probabilities from the same seed.
    """
    chunks = [slice(first, first + CHUNK) for first in range(0, len(shown.joined_on), CHUNK)]
    scores = [
        _scores(shown.of(chunk), horizon_days, particles, np.random.default_rng([seed, chunk.start]))
        for chunk in chunks
    ]
    return np.concatenate([np.empty(0), *scores])


def _scores(shown: Observed, horizon_days: int, particles: int, rng: np.random.Generator) -> NDArray[np.float64]:
    cloud = _start(shown, particles, rng)
    for day in range(len(shown.paid)):
        cloud = _resampled(cloud._replace(log_weight=cloud.log_weight + _log_likelihood(cloud, shown, day)), rng)
        cloud = cloud._replace(satisfaction=_next_day(cloud, shown.joined_on, day, _pain(shown, day), rng))
    kept = np.ones_like(cloud.satisfaction)
    paid = shown.paid[-1]
    for day in range(len(shown.paid), len(shown.paid) + horizon_days):
        kept *= 1 - _hazard(p.CANCEL_RATE, p.CANCEL_SLOPE, cloud.satisfaction)
        pain = _expected_pain(cloud, paid)
        cloud = cloud._replace(satisfaction=_next_day(cloud, shown.joined_on, day, pain, rng))
    return np.sum(_weights(cloud) * (1 - kept), axis=1, dtype=np.float64)


def _start(shown: Observed, particles: int, rng: np.random.Generator) -> Cloud:
    shape = (len(shown.joined_on), particles)
    taste = p.TASTE_DEVIATION * rng.standard_normal(shape, np.float32)
    activity = p.SESSIONS_DEVIATION * rng.standard_normal(shape, np.float32)
    return Cloud(taste + _novelty(shown.joined_on, 0), taste, activity, np.zeros(shape, np.float32))


def _next_day(
    cloud: Cloud, joined_on: NDArray[np.int64], day: int, pain: Particles, rng: np.random.Generator
) -> Particles:
    """Satisfaction at the start of the day after `day`."""
    usual = cloud.taste + _novelty(joined_on, day)
    mood = p.MOOD_DEVIATION * rng.standard_normal(usual.shape, np.float32)
    return cloud.satisfaction + p.RETURN_RATE * (usual - cloud.satisfaction) + mood - pain


def _log_likelihood(cloud: Cloud, shown: Observed, day: int) -> Particles:
    """Logarithm of the probability of what the customers did on the day; constant terms are left out."""
    satisfaction, paid = cloud.satisfaction, shown.paid[day]
    sessions = _column(shown.counts["sessions"][day])
    decided = _column(shown.counts["upgrades"][day] + shown.counts["downgrades"][day]) > 0
    change_slope = np.where(paid, p.DOWNGRADE_SLOPE, p.UPGRADE_SLOPE)
    change = _hazard(_column(np.where(paid, p.DOWNGRADE_RATE, p.UPGRADE_RATE)), _column(change_slope), satisfaction)
    stay = np.log1p(-change - _hazard(p.CANCEL_RATE, p.CANCEL_SLOPE, satisfaction))
    mean = _mean_sessions(cloud, paid) * (p.WEEKEND if (shown.first_day + timedelta(day)).weekday() >= 5 else 1)
    undecided = stay + sessions * (p.SESSIONS_SLOPE * satisfaction + cloud.activity) - mean
    likelihood = np.where(decided, _column(change_slope) * satisfaction, undecided)
    likelihood *= _column(shown.joined_on < day)  # before that, the user decides nothing and has no other session
    rows = np.flatnonzero((sessions + _column(shown.counts["songs"][day])) > 0)
    likelihood[rows] += _log_likelihood_of_songs(satisfaction[rows], shown.of(rows), day)
    return likelihood


def _log_likelihood_of_songs(satisfaction: Particles, shown: Observed, day: int) -> Particles:
    """The same of the songs in the sessions, which are geometric, and of what the customers did during them."""
    counts, paid = {name: _column(of_days[day]) for name, of_days in shown.counts.items()}, shown.paid[day]
    songs = counts["songs"]
    rate = 1 / _mean_songs(satisfaction, paid)
    likelihood = np.where(counts["sessions"] > 0, counts["sessions"] * np.log(-np.expm1(-rate)) - songs * rate, 0)
    dislike = np.minimum(p.THUMBS_DOWN_RATE * np.exp(p.THUMBS_DOWN_SLOPE * satisfaction), p.HIGHEST_SHARE)
    disliked = np.minimum(counts["thumbs_down"], songs)
    likelihood += disliked * np.log(dislike) + (songs - disliked) * np.log1p(-dislike)
    for name, shares, slope in REACTIONS:
        share = _column(_by_level(shares, paid)) * np.exp(slope * satisfaction)
        seen = counts[name] - (counts[DECIDED[name]] if name in DECIDED else 0)
        likelihood += np.where(share > 0, slope * seen * satisfaction - songs * share, 0)
    return likelihood


def _resampled(cloud: Cloud, rng: np.random.Generator) -> Cloud:
    """Systematic resampling of the customers whose effective number of particles is below half."""
    weights = _weights(cloud)
    particles = weights.shape[1]
    rows = np.flatnonzero(1 / np.sum(weights**2, axis=1) < particles / 2)
    upper = np.cumsum(weights[rows], axis=1, dtype=np.float64)
    upper /= upper[:, -1:]
    at = (rng.random((len(rows), 1)) + np.arange(particles)) / particles
    row = np.arange(len(rows))[:, None]
    chosen = np.searchsorted((upper + row).ravel(), (at + row).ravel()).reshape(at.shape) - row * particles
    chosen = np.minimum(chosen, particles - 1)
    for values in cloud[:3]:
        values[rows] = np.take_along_axis(values[rows], chosen, axis=1)
    cloud.log_weight[rows] = 0
    return cloud


def _weights(cloud: Cloud) -> Particles:
    weights = np.exp(cloud.log_weight - cloud.log_weight.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _hazard(rate: float | Particles, slope: float | Particles, satisfaction: Particles) -> Particles:
    return np.minimum(rate * np.exp(slope * satisfaction), p.HIGHEST_RATE)


def _novelty(joined_on: NDArray[np.int64], day: int) -> Particles:
    return _column(p.NOVELTY * np.exp(-np.maximum(day - joined_on, 0) / p.NOVELTY_DAYS))


def _mean_sessions(cloud: Cloud, paid: NDArray[np.bool_]) -> Particles:
    of_level = _column(VISIBLE * _by_level(p.SESSIONS_PER_DAY, paid))
    return of_level * np.exp(p.SESSIONS_SLOPE * cloud.satisfaction + cloud.activity)


def _mean_songs(satisfaction: Particles, paid: NDArray[np.bool_]) -> Particles:
    return _column(_by_level(p.SONGS_PER_SESSION, paid)) * np.exp(p.SONGS_SLOPE * satisfaction)


def _pain(shown: Observed, day: int) -> Particles:
    pains = {"errors": p.ERROR_PAIN, "adverts": p.ADVERT_PAIN, "thumbs_down": p.THUMBS_DOWN_PAIN}
    return _column(np.sum([pain * shown.counts[name][day] for name, pain in pains.items()], axis=0))


def _expected_pain(cloud: Cloud, paid: NDArray[np.bool_]) -> Particles:
    dislike = np.minimum(p.THUMBS_DOWN_RATE * np.exp(p.THUMBS_DOWN_SLOPE * cloud.satisfaction), p.HIGHEST_SHARE)
    others = p.ERROR_PAIN * MEAN_ERROR_RATE + p.ADVERT_PAIN * _by_level(p.ADVERT_RATE, paid)
    songs = _mean_sessions(cloud, paid) * _mean_songs(cloud.satisfaction, paid)
    return songs * (p.THUMBS_DOWN_PAIN * dislike + _column(others))


def _by_level(rates: dict[str, float], paid: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(paid, rates["paid"], rates["free"])


def _column(of_customers: NDArray[np.generic]) -> PerCustomer:
    return of_customers.astype(np.float32)[:, None]
