"""Shares, spreads and entropies of amounts, one for each customer and `as_of`; NaN where they are not known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]  # one for each customer and as_of; NaN where unknown


def ratio(part: Values, whole: Values) -> Values:
    """`part / whole`, NaN where `whole` is 0 or unknown."""
    return np.divide(part, whole, where=whole != 0, out=np.full(len(whole), np.nan))


def spread(count: Values, total: Values, squares: Values) -> tuple[Values, Values]:
    """Mean and population standard deviation of `count` numbers, from their sum and the sum of their squares.

    Example: the numbers 1 and 3 have count 2, total 4 and squares 10: mean 2, deviation 1.
    """
    mean = ratio(total, count)
    return mean, np.sqrt(np.maximum(ratio(squares, count) - mean**2, 0))


def entropy(parts: Sequence[Values]) -> Values:
    """Shannon entropy of amounts, in bits; NaN where all are 0."""
    whole = np.sum(parts, axis=0)
    shares = [ratio(part, whole) for part in parts]
    return np.abs(np.sum([share * np.log2(np.where(share > 0, share, 1)) for share in shares], axis=0))
