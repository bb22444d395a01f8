"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a loopback port."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

PROGRAMS = "/usr/lib/postgresql"


class Postgres:
    """A running server; `made` gives a new database in it. Durability is off: nothing is kept."""

    def __init__(self, port: int, options: str = "-c fsync=off") -> None:
        found = sorted(Path(PROGRAMS).glob("*/bin/initdb"))
        assert found, "PostgreSQL is not installed (Debian: postgresql)"
        # Not in pytest's own folder: that is its user's only, and PostgreSQL refuses to be root.
        folder = Path(tempfile.mkdtemp(prefix="hinge-postgres-"))
        self.bin, self.port, self._data = found[-1].parent, port, folder / "cluster"
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", self._data, "-U", "hub", "-A", "trust", "--no-sync")
        self._options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {options}"
        self.start()

    def start(self) -> None:
        log = self._data.parent / "log"
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-o", self._options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._data.parent, ignore_errors=True)

    def made(self) -> str:
        """The address of a new, empty database."""
        name = f"hub_{uuid.uuid4().hex[:12]}"
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        engine.dispose()
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://hub@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.bin / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # pg_ctl leaves the server the standard output it has itself: a pipe would never end.
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            cwd="/",
            timeout=60,
        )


def running_postgres(port: int) -> Iterator[Postgres]:
    """A server until the generator ends."""
    server = Postgres(port)
    try:
        yield server
    finally:
        server.remove()
