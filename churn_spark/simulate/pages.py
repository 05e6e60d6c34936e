"""The pages of the service and the states of authentication, each numbered by its place in the list."""

PAGES = (  # page, HTTP method, HTTP status
    ("NextSong", "PUT", 200),
    ("Home", "GET", 200),
    ("Thumbs Up", "PUT", 307),
    ("Thumbs Down", "PUT", 307),
    ("Add to Playlist", "PUT", 200),
    ("Add Friend", "PUT", 307),
    ("Roll Advert", "GET", 200),
    ("Error", "GET", 404),
    ("Help", "GET", 200),
    ("About", "GET", 200),
    ("Settings", "GET", 200),
    ("Save Settings", "PUT", 307),
    ("Login", "PUT", 307),
    ("Logout", "PUT", 307),
    ("Upgrade", "GET", 200),
    ("Submit Upgrade", "PUT", 307),
    ("Downgrade", "GET", 200),
    ("Submit Downgrade", "PUT", 307),
    ("Cancel", "PUT", 307),
    ("Cancellation Confirmation", "GET", 200),
    ("Register", "GET", 200),
    ("Submit Registration", "PUT", 307),
)
PAGE = {name: number for number, (name, _, _) in enumerate(PAGES)}

AUTHS = ("Logged In", "Logged Out", "Guest", "Cancelled")
AUTH = {name: number for number, name in enumerate(AUTHS)}
