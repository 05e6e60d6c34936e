"""Who is a customer: the one rule for features, segments, labels and scores.

A user is gone from the day of a Cancellation Confirmation on, and is back with an event on a later day. Events of the
same day do not bring the user back: a last page often follows the cancellation within seconds.

Example: a user cancels on 5 May at 10:00:00, and opens Home at 10:00:02. The user is no customer as of 6 May. With an
event on 9 May the user is a customer again, as of 10 May.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

GONE = "last_cancellation_ms"  # the column of a tile that is null unless the user left on its day


def gone(tiles: pa.Table) -> NDArray[np.bool_]:
    """Whether the user of each tile is gone at its end, and stays so until the user's next tile."""
    return pc.is_valid(tiles[GONE]).to_numpy()
