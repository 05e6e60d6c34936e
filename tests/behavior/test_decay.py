"""Decayed sums: equal to their definition, and to the last bit the same in every batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_spark.behavior.decay import decay_steps, decayed_days, decayed_sums
from churn_spark.behavior.formulas import Values

# For each user the days with a tile, over 30 years, and what each tile adds.
users = st.lists(st.dictionaries(st.integers(0, 11_000), st.integers(0, 1000), min_size=1, max_size=12), min_size=1)
half_lives = st.sampled_from([3, 7, 14, 30])


def of_users(tiles: list[dict[int, int]], half_life: float) -> list[Values]:
    """The decayed sums of each user, computed for all users at once."""
    user = np.repeat(np.arange(len(tiles)), [len(days) for days in tiles])
    day = np.array([day for days in tiles for day in sorted(days)])
    amounts = np.array([days[day] for days in tiles for day in sorted(days)])
    sums = decayed_sums(amounts, decay_steps(user, day, half_life))
    return [sums[user == number] for number in range(len(tiles))]


@given(tiles=users, half_life=half_lives)
def test_a_sum_is_that_of_its_definition(tiles: list[dict[int, int]], half_life: float) -> None:
    for days, sums in zip(tiles, of_users(tiles, half_life), strict=True):
        for day, found in zip(sorted(days), sums, strict=True):
            naive = sum(
                amount * 0.5 ** ((day - before) / half_life) for before, amount in days.items() if before <= day
            )
            assert found == pytest.approx(naive, rel=1e-12)


@given(tiles=users, half_life=half_lives)
def test_other_users_change_no_bit(tiles: list[dict[int, int]], half_life: float) -> None:
    for days, among_others in zip(tiles, of_users(tiles, half_life), strict=True):
        assert of_users([days], half_life)[0].tobytes() == among_others.tobytes()


def test_thirty_years_of_daily_tiles_neither_overflow_nor_drift() -> None:
    [sums] = of_users([dict.fromkeys(range(11_000), 1)], 3)
    assert sums[-1] == pytest.approx(1 / (1 - 0.5 ** (1 / 3)), rel=1e-14)


@given(days=st.integers(1, 2000), half_life=half_lives)
def test_decayed_days_are_the_sum_of_their_weights(days: int, half_life: float) -> None:
    expected = sum(0.5 ** (ago / half_life) for ago in range(1, days + 1))
    assert decayed_days(np.array([float(days)]), half_life) == pytest.approx([expected], rel=1e-12)
