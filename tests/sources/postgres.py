"""A real PostgreSQL server of the tests' own: the one of the system, else the one that PyPI's pgserver brings."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "churn", "not-a-secret"


@dataclass(frozen=True)
class Postgres:
    """A running server with the database `postgres`."""

    port: int

    @property
    def url(self) -> str:
        return f"jdbc:postgresql://127.0.0.1:{self.port}/postgres"

    def run(self, sql: str) -> None:
        address = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        command = [_program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--command={sql}", address]
        subprocess.run(command, check=True, capture_output=True, text=True)


@contextmanager
def running() -> Iterator[Postgres]:
    """A server that listens on a free port of this machine, with an empty database that is gone afterwards."""
    # PostgreSQL refuses to run as root, and nobody else could go into root's folders.
    owner = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        data, password = Path(folder, "data"), Path(folder, "password")
        data.mkdir()
        password.write_text(PASSWORD)
        if owner:
            for path in (folder, data, password):
                shutil.chown(path, owner)
        subprocess.run(
            [_program("initdb"), f"--pgdata={data}", f"--username={USER}", f"--pwfile={password}", "--no-sync",
             "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"],
            check=True, capture_output=True, user=owner, cwd="/",
        )  # fmt: skip
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        options = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off"]
        server = subprocess.Popen([_program("postgres"), *options], stderr=subprocess.DEVNULL, user=owner, cwd="/")
        try:
            _await(server, port)
            yield Postgres(port)
        finally:
            server.terminate()
            server.wait()


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    ready = [_program("pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-t", "1", "-q"]
    while subprocess.run(ready, check=False).returncode:
        assert server.poll() is None, "PostgreSQL did not start"
        time.sleep(0.1)


def _program(name: str) -> str:
    """The newest of Debian's, then the one on the path, then pgserver's."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    bundled = [path for folder in sys.path for path in Path(folder).glob(f"pgserver/pginstall/bin/{name}")]
    found = [*map(str, reversed(versions)), shutil.which(name), *map(str, bundled)]
    return next(program for program in found if program)
