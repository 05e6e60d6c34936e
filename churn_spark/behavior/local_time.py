"""The hour of the day where the customer lives."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from churn_spark.clock import MS_PER_HOUR

Ints = NDArray[np.int64]

HOURS_PER_DAY = 24
SPAN = 1 << 32  # above any hour since epoch: zone * SPAN + hour tells pairs of zone and hour apart


def local_hours(ms: Ints, zones: pa.Array) -> Ints:
    """Hour of the day, 0 to 23, of each time (ms since epoch) in its time zone; in UTC where the zone is null.

    The zone's offset is that of the hour in which the time lies, so daylight saving time counts.

    Example: 1 March 2026 4:30 UTC is 23 in America/New_York, and 1 April 4:30 UTC is 0 there.
    """
    zone = pc.fill_null(zones, "UTC").dictionary_encode()
    names = zone.dictionary.to_pylist()
    hour = ms // MS_PER_HOUR
    pairs, place = np.unique(zone.indices.to_numpy().astype(np.int64) * SPAN + hour, return_inverse=True)
    local = [_local_hour(names[pair // SPAN], pair % SPAN) for pair in pairs.tolist()]
    return np.array(local, np.int64)[place]


@lru_cache(maxsize=1 << 18)
def _local_hour(zone: str, hour: int) -> int:
    """Hour of the day in the zone when the `hour` since epoch begins."""
    return datetime.fromtimestamp(hour * (MS_PER_HOUR // 1000), UTC).astimezone(ZoneInfo(zone)).hour
