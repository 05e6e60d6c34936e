"""Sums that forget: what lies `half_life` days back counts half, twice as far back a quarter.

Example: a user has 4 songs on 1 May and 1 song on 8 May. With a half-life of 7 days, the sum as of 8 May's own day is
4 / 2 + 1 = 3.
"""

import numpy as np
from numpy.typing import NDArray

from churn_spark.behavior.formulas import Values

Ints = NDArray[np.int64]
Step = tuple[int, Values]


def decay_steps(user: Ints, day: Ints, half_life: float) -> list[Step]:
    """Steps of 1, 2, 4, ... tiles back, with the weight of the tile that far back for each tile from `step` on.

    `user` and `day` are those of tiles in order of user and day. The weight is 0.5 ** (days between / half_life) within
    a user and 0 across users. The last step reaches across the user with the most tiles.

    Example: days 1, 8 and 15 of one user, half_life 7, give the steps (1, [0.5, 0.5]) and (2, [0.25]).
    """
    most = int(np.bincount(user).max(initial=0))
    steps = []
    for step in (1 << power for power in range(max(most - 1, 0).bit_length())):
        same = user[step:] == user[:-step]
        steps.append((step, np.exp2((day[:-step] - day[step:]) / half_life, where=same, out=np.zeros(len(same)))))
    return steps


def decayed_sums(amounts: Ints, steps: list[Step]) -> Values:
    """For each tile the decayed sum of the user's amounts up to it, as of the tile's own day.

    The sums double their reach with every step (Hillis and Steele 1986, Data parallel algorithms). No weight exceeds 1,
    so years overflow nothing. A tile adds the same numbers in the same order, whatever other users are there.
    """
    sums = amounts.astype(np.float64)
    for step, weight in steps:
        sums[step:] += weight * sums[:-step]
    return sums


def decayed_days(days: Values, half_life: float) -> Values:
    """The decayed sum of 1 for each of the last `days` days before `as_of`, at least 1 day: a geometric series.

    Example: with half_life 1, 3 days are 1/2 + 1/4 + 1/8.
    """
    weight = np.exp2(-1 / half_life)
    return weight * (1 - np.exp2(-np.maximum(days, 1) / half_life)) / (1 - weight)
