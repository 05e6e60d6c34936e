"""What the state in a location tells, so that no table after silver holds a town: the region and the time zone.

There are the four regions of the U.S. Census Bureau. A location ends with its states, and the first of them counts: for
example, `Buffalo, NY` is in NY and `Chicago-Naperville-Elgin, IL-IN-WI` in IL.
"""

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

STATES = {
    "Northeast": "CT ME MA NH RI VT NJ NY PA",
    "Midwest": "IL IN MI OH WI IA KS MN MO NE ND SD",
    "South": "DE FL GA MD NC SC VA DC WV AL KY MS TN AR LA OK TX",
    "West": "AZ CO ID MT NV NM UT WY AK CA HI OR WA",
}
REGIONS = tuple(STATES)
ZONES = {  # names of the IANA Time Zone Database; a state with two zones has that of most of its people
    "America/New_York": "CT ME MA NH RI VT NJ NY PA OH DE FL GA MD NC SC VA DC WV KY",
    "America/Detroit": "MI",
    "America/Indiana/Indianapolis": "IN",
    "America/Chicago": "IL WI IA KS MN MO NE ND SD AL MS TN AR LA OK TX",
    "America/Denver": "CO MT NM UT WY",
    "America/Boise": "ID",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
}
_REGION_OF = {state: region for region, states in STATES.items() for state in states.split()}
_ZONE_OF = {state: zone for zone, states in ZONES.items() for state in states.split()}
_STATE = re.compile(r", ([A-Z]{2})(?:-[A-Z]{2})*$")


def region(location: str | None) -> str | None:
    """The region; None if the location names no state: `Buffalo, NY` is in the Northeast, `Berlin` in none."""
    return _REGION_OF.get(_state(location))


def time_zone(location: str | None) -> str | None:
    """The time zone; None if the location names no state: `Buffalo, NY` has America/New_York, `Berlin` none."""
    return _ZONE_OF.get(_state(location))


def of_each(told: Callable[[str], str | None], locations: pa.ChunkedArray) -> pa.Array:
    """What `told`, which is `region` or `time_zone`, says of each location."""
    distinct = pc.fill_null(locations.cast(pa.string()), "").combine_chunks().dictionary_encode()
    return pa.array(map(told, distinct.dictionary.to_pylist()), pa.string()).take(distinct.indices)


def _state(location: str | None) -> str:
    state = _STATE.search(location or "")
    return state[1] if state else ""
