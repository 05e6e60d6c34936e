"""A small service of JSON pages, as a support system has it: `uvicorn tests.sources.pages:application`."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from fastapi import FastAPI, HTTPException, Request

TOKEN = "not-a-secret-either"
TICKETS = [
    {"id": number, "customer": "ann" if number % 2 else "bob", "created": f"2026-01-0{number}T10:00:00Z",
     "solved": None, "via": {"channel": "phone"}, "priority": "urgent"}
    for number in range(1, 6)
]  # fmt: skip
PAGE_ROWS = 2

application = FastAPI()
asked: list[int] = []


@application.get("/tickets")
def tickets(request: Request, page: int = 0) -> dict[str, Any]:
    """Page 1 fails when it is asked for first."""
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise HTTPException(401)
    asked.append(page)
    if asked == [0, 1]:
        raise HTTPException(503)
    end = (page + 1) * PAGE_ROWS
    following = f"/tickets?page={page + 1}" if end < len(TICKETS) else None
    return {"tickets": TICKETS[page * PAGE_ROWS : end], "next_page": following}


@application.get("/round")
def round_in_a_circle() -> dict[str, Any]:
    return {"tickets": [], "next_page": "/round"}


@application.get("/elsewhere")
def on_another_server() -> dict[str, Any]:
    return {"tickets": [], "next_page": "http://127.0.0.1:1/tickets"}


@contextmanager
def running() -> Iterator[str]:
    """The service in a process of its own, on a free port of this machine; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "tests.sources.pages:application", "--port", str(port)]
    project = Path(__file__).parents[2]
    server = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/docs").close()
                break
            except URLError:
                assert server.poll() is None, "the service did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
