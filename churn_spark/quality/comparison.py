"""Whether two computations give the same values: which values differ, are missing, or are extra.

The three are counted as in Chronon's consistency job.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

TOLERANCE = 1e-9  # relative
DIFFERENT = ["mismatched", "missing", "extra"]


def differences(table: pd.DataFrame, others: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """For each column (`feature`) how many rows of either, matched by index, were `compared`, and how many differ.

    - mismatched: both have a value. Numbers differ by more than 1e-9 of the larger; other values are not equal.
    - missing: only the table has a value.
    - extra: only the others have a value.

    Example: the table has 1, 1, null and the others 1, 2, 3: compared 3, mismatched 1, missing 0, extra 1.
    """
    ours, theirs = table[list(names)].align(others[list(names)], join="outer", axis=0)
    has, also_has = ours.notna(), theirs.notna()
    counts = {
        "mismatched": pd.Series({name: int(_far(ours[name], theirs[name]).sum()) for name in names}, dtype="int64"),
        "missing": (has & ~also_has).sum(),
        "extra": (also_has & ~has).sum(),
    }
    return pd.DataFrame({"compared": len(ours), **counts}).rename_axis("feature").reset_index()


def _far(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(ours) and pd.api.types.is_numeric_dtype(theirs):
        return (ours - theirs).abs() > TOLERANCE * np.maximum(ours.abs(), theirs.abs())
    return ours.notna() & theirs.notna() & (ours != theirs)
