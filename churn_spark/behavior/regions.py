"""The census region of a location, so that no table after silver holds a town.

There are the four regions of the U.S. Census Bureau. A location ends with its states, and the first of them counts: for
example, `Buffalo, NY` is in NY and `Chicago-Naperville-Elgin, IL-IN-WI` in IL.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

STATES = {
    "Northeast": "CT ME MA NH RI VT NJ NY PA",
    "Midwest": "IL IN MI OH WI IA KS MN MO NE ND SD",
    "South": "DE FL GA MD NC SC VA DC WV AL KY MS TN AR LA OK TX",
    "West": "AZ CO ID MT NV NM UT WY AK CA HI OR WA",
}
REGIONS = tuple(STATES)
_REGION_OF = {state: region for region, states in STATES.items() for state in states.split()}
_STATE = re.compile(r", ([A-Z]{2})(?:-[A-Z]{2})*$")


def region(location: str | None) -> str | None:
    """The region; None if the location names no state: `Buffalo, NY` is in the Northeast, `Berlin` in none."""
    state = _STATE.search(location or "")
    return _REGION_OF.get(state[1]) if state else None


def regions(locations: pa.ChunkedArray) -> pa.Array:
    """The region of each location."""
    distinct = pc.fill_null(locations.cast(pa.string()), "").combine_chunks().dictionary_encode()
    return pa.array(map(region, distinct.dictionary.to_pylist()), pa.string()).take(distinct.indices)
