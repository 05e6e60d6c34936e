"""The two ways a job ends early on purpose; anything else that is raised is a crash."""


class UserError(Exception):
    """Arguments or settings that cannot work (exit status 2); the message is one sentence with the cure."""


class DataRefused(Exception):
    """Data that the job will not go on with (exit status 3); the message is one sentence with the reason."""
