"""The names of the simulated service: people, towns, browsers, and the songs, which are made up."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from churn_spark.simulate.parameters import (
    ARTISTS,
    POPULARITY,
    POPULARITY_SHIFT,
    SONG_SECONDS,
    SONG_SECONDS_DEVIATION,
    SONGS,
)

FIRST_NAMES = {
    "F": [
        "Ada",
        "Amara",
        "Beatrix",
        "Carmen",
        "Chloé",
        "Daria",
        "Elena",
        "Farah",
        "Freya",
        "Greta",
        "Hana",
        "Ines",
        "Isla",
        "Jana",
        "Kaia",
        "Lena",
        "Lucía",
        "Maya",
        "Mina",
        "Nadia",
        "Nora",
        "Olive",
        "Petra",
        "Priya",
        "Rosa",
        "Ruth",
        "Selma",
        "Tessa",
        "Uma",
        "Vera",
        "Wanda",
        "Yara",
        "Yuki",
        "Zoë",
    ],
    "M": [
        "Adam",
        "Amir",
        "Anton",
        "Bruno",
        "Caleb",
        "Dario",
        "Elias",
        "Emil",
        "Felix",
        "Gabriel",
        "Hugo",
        "Ivan",
        "Jonas",
        "José",
        "Kai",
        "Karim",
        "Leo",
        "Liam",
        "Marco",
        "Milo",
        "Nico",
        "Noah",
        "Omar",
        "Otto",
        "Pavel",
        "Quinn",
        "Rafael",
        "René",
        "Samir",
        "Theo",
        "Uri",
        "Viktor",
        "Wren",
        "Yusuf",
    ],
}
LAST_NAMES = [
    "Abbott",
    "Alvarez",
    "Barnes",
    "Becker",
    "Castillo",
    "Chen",
    "Dalton",
    "Diaz",
    "Eriksen",
    "Farmer",
    "Fischer",
    "Garcia",
    "Gibson",
    "Haddad",
    "Hansen",
    "Hughes",
    "Ibrahim",
    "Jensen",
    "Johnson",
    "Kim",
    "Kowalski",
    "Larsen",
    "Lopez",
    "Marsh",
    "Mendoza",
    "Müller",
    "Nakamura",
    "Nguyen",
    "Okafor",
    "O'Brien",
    "Patel",
    "Pérez",
    "Quist",
    "Reyes",
    "Rossi",
    "Sato",
    "Schmidt",
    "Silva",
    "Singh",
    "Tanaka",
    "Torres",
    "Underwood",
    "Vargas",
    "Weber",
    "Williams",
    "Xu",
    "Young",
    "Zimmermann",
]
LOCATIONS = (
    "Anchorage, AK", "Atlanta-Sandy Springs-Roswell, GA", "Austin-Round Rock, TX", "Baltimore-Columbia-Towson, MD",
    "Birmingham-Hoover, AL", "Boston-Cambridge-Newton, MA-NH", "Buffalo-Cheektowaga-Niagara Falls, NY",
    "Charlottesville, VA", "Chicago-Naperville-Elgin, IL-IN-WI", "Cincinnati, OH-KY-IN", "Cleveland-Elyria, OH",
    "Columbus, OH", "Dallas-Fort Worth-Arlington, TX", "Denver-Aurora-Lakewood, CO", "Detroit-Warren-Dearborn, MI",
    "El Paso, TX", "Eugene, OR", "Grand Rapids-Wyoming, MI", "Houston-The Woodlands-Sugar Land, TX",
    "Indianapolis-Carmel-Anderson, IN", "Kansas City, MO-KS", "Las Vegas-Henderson-Paradise, NV",
    "Los Angeles-Long Beach-Anaheim, CA", "Madison, WI", "Memphis, TN-MS-AR",
    "Miami-Fort Lauderdale-West Palm Beach, FL",
    "Minneapolis-St. Paul-Bloomington, MN-WI", "Nashville-Davidson--Murfreesboro--Franklin, TN",
    "New Orleans-Metairie, LA", "New York-Newark-Jersey City, NY-NJ-PA", "Omaha-Council Bluffs, NE-IA",
    "Orlando-Kissimmee-Sanford, FL", "Philadelphia-Camden-Wilmington, PA-NJ-DE-MD", "Phoenix-Mesa-Scottsdale, AZ",
    "Pittsburgh, PA", "Portland-Vancouver-Hillsboro, OR-WA", "Raleigh, NC", "Rochester, NY",
    "Sacramento--Roseville--Arden-Arcade, CA", "Salt Lake City, UT", "San Antonio-New Braunfels, TX",
    "San Diego-Carlsbad, CA", "San Francisco-Oakland-Hayward, CA", "San Jose-Sunnyvale-Santa Clara, CA",
    "Seattle-Tacoma-Bellevue, WA", "St. Louis, MO-IL", "Tampa-St. Petersburg-Clearwater, FL", "Tucson, AZ",
    "Washington-Arlington-Alexandria, DC-VA-MD-WV", "Wichita, KS",
)  # fmt: skip
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
USER_AGENTS = (  # some contain quotation marks, as in the public logs
    f'"Mozilla/5.0 (Windows NT 6.1; WOW64) {_WEBKIT} Chrome/36.0.1985.143 Safari/537.36"',
    f'"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_4) {_WEBKIT} Chrome/36.0.1985.143 Safari/537.36"',
    f'"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} Chrome/37.0.2062.94 Safari/537.36"',
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/5.0 (Windows NT 6.3; WOW64; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:31.0) Gecko/20100101 Firefox/31.0",
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)",
    '"Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) '
    'Version/7.0 Mobile/11D257 Safari/9537.53"',
    '"Mozilla/5.0 (iPad; CPU OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) '
    'Version/7.0 Mobile/11D257 Safari/9537.53"',
)
_ADJECTIVES = [
    "Amber",
    "Blue",
    "Broken",
    "Crooked",
    "Distant",
    "Electric",
    "Empty",
    "Faded",
    "Golden",
    "Hidden",
    "Hollow",
    "Lonely",
    "Midnight",
    "Paper",
    "Quiet",
    "Restless",
    "Scarlet",
    "Silver",
    "Slow",
    "Velvet",
    "Wandering",
    "Wild",
    "Winter",
    "Zoë's",
]
_NOUNS = [
    "Arrows",
    "Bridge",
    "Café",
    "Clouds",
    "Engine",
    "Fire",
    "Garden",
    "Harbor",
    "Highway",
    "Horizon",
    "Island",
    "Letters",
    "Lions",
    "Mirror",
    "Moon",
    "Mountain",
    "Parade",
    "River",
    "Shadow",
    "Signal",
    "Sparrow",
    "Stranger",
    "Tower",
    "Waltz",
]


class Songs(NamedTuple):
    """The catalogue, most popular song first."""

    title: list[str]
    artist: list[str]
    seconds: np.ndarray  # length of each song
    popularity: np.ndarray  # cumulative share of all plays: of this song and of the songs before it, up to 1


@lru_cache(maxsize=1)
def songs() -> Songs:
    """The same songs for every seed."""
    rng = np.random.default_rng(0)
    artists = [_phrase(rng, "The {} {}", number) for number in range(ARTISTS)]
    plays = np.arange(1 + POPULARITY_SHIFT, 1 + POPULARITY_SHIFT + SONGS) ** -POPULARITY
    return Songs(
        title=[_phrase(rng, "{} {}", number) for number in range(SONGS)],
        artist=[artists[number] for number in rng.integers(ARTISTS, size=SONGS)],
        seconds=np.round(rng.lognormal(np.log(SONG_SECONDS), SONG_SECONDS_DEVIATION, SONGS), 5),
        popularity=np.cumsum(plays) / plays.sum(),
    )


def _phrase(rng: np.random.Generator, pattern: str, number: int) -> str:
    """Two random words, and a volume where the words alone would often repeat."""
    words = pattern.format(_ADJECTIVES[rng.integers(len(_ADJECTIVES))], _NOUNS[rng.integers(len(_NOUNS))])
    volume = number // (len(_ADJECTIVES) * len(_NOUNS))
    return f"{words} Vol. {volume + 1}" if volume else words
