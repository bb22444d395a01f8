"""Accounts of the staff's page, their logins, and the log of what was done: in the hub's database.

A login is a random token of 256 bits that only its browser has; the database keeps its SHA-256, so
who steals the database cannot log in with it. A login ends 12 hours after its last use, and after
7 days at the latest.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa

from station.errors import StationError
from station.hub.database import Database
from station.hub.store import Clock, utc_now

Role = Literal["viewer", "manager"]
ROLES: tuple[Role, ...] = get_args(Role)

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly `seen` is kept: a write for every request would be too many."""
FIRST_PASSWORD_LASTS = timedelta(days=7)
LOG_KEPT = timedelta(days=365)
LONGEST_NAME = 32


class RefusedError(Exception):
    """What is wanted of an account is not possible; `why` is one of the literals below."""

    def __init__(self, why: Literal["exists", "unknown", "last_manager", "not_first"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Account:
    """One account; times aware, UTC. `first_until`: the password is a first one, good till then."""

    name: str
    role: Role
    password_hash: str
    created: datetime
    disabled: datetime | None
    first_until: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as the Users page lists it."""

    account: Account
    logins: int
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class Login:
    """Who a token stands for, right now."""

    account: Account
    token_hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: datetime
    id: str
    who: str
    what: str
    detail: str
    address: str


def named(text: str) -> str | None:
    """The account name that was typed, small; None when it cannot be one."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    fits = 0 < len(name) <= LONGEST_NAME and name[0].isalnum()
    return name if fits and all(c.isalnum() or c in "._-" for c in name) else None


class Accounts:
    """Every method opens the database on its own, in any thread; raises DatabaseError."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database, self._now = database, now

    def any(self) -> bool:
        """Whether there is any account yet."""
        with self._database.reading() as db:
            return db.execute(sa.text("SELECT 1 FROM account LIMIT 1")).first() is not None

    def get(self, name: str) -> Account | None:
        """The account of this name."""
        with self._database.reading() as db:
            return _get(db, name)

    def listed(self) -> list[Listed]:
        """All accounts, by name."""
        with self._database.reading() as db:
            rows = db.execute(
                sa.text(
                    "SELECT a.*, count(l.token_hash) AS logins, max(l.seen) AS seen"
                    " FROM account a LEFT JOIN login l ON l.account = a.name"
                    " AND l.seen > :idle AND l.expires > :now"
                    " GROUP BY a.name, a.role, a.password_hash, a.created, a.disabled,"
                    " a.first_until ORDER BY a.name"
                ),
                self._limits(),
            ).all()
        return [Listed(_account(row), row.logins, _time(row.seen)) for row in rows]

    def add(
        self, name: str, role: Role, password_hash: str, *, first: bool = False, only: bool = False
    ) -> None:
        """A new account. `first`: its password must be replaced; `only`: there must be no other.

        Raises RefusedError ("exists", "not_first").
        """
        with self._changing() as db:
            if only and db.execute(sa.text("SELECT 1 FROM account LIMIT 1")).first():
                raise RefusedError("not_first")
            if _get(db, name):
                raise RefusedError("exists")
            db.execute(
                sa.text(
                    "INSERT INTO account (name, role, password_hash, created, first_until)"
                    " VALUES (:name, :role, :hash, :now, :first)"
                ),
                {
                    "name": name,
                    "role": role,
                    "hash": password_hash,
                    "now": _text(self._now()),
                    "first": self._first_until(first),
                },
            )

    def set_password(self, name: str, password_hash: str, *, first: bool = False) -> None:
        """Replace the password and end every login of the account. Raises RefusedError."""
        self._change(
            name,
            "password_hash = :hash, first_until = :first",
            {"hash": password_hash, "first": self._first_until(first)},
        )

    def set_role(self, name: str, role: Role) -> None:
        """Raises RefusedError ("unknown", "last_manager"); ends every login of the account."""
        self._change(name, "role = :role", {"role": role})

    def disable(self, name: str) -> None:
        """Let it in no more, at once. Raises RefusedError ("unknown", "last_manager")."""
        self._change(name, "disabled = :now", {"now": _text(self._now())})

    def enable(self, name: str) -> None:
        """Let it in again. Raises RefusedError."""
        self._change(name, "disabled = NULL", {})

    def end_logins(self, name: str) -> None:
        """Log the account out everywhere. Raises RefusedError."""
        self._change(name, "name = name", {})

    def renew_hash(self, name: str, was: str, password_hash: str) -> None:
        """The same password hashed anew, unless it has been changed meanwhile."""
        with self._database.writing() as db:
            db.execute(
                sa.text(
                    "UPDATE account SET password_hash = :hash"
                    " WHERE name = :name AND password_hash = :was"
                ),
                {"name": name, "was": was, "hash": password_hash},
            )

    def log_in(self, name: str) -> str:
        """A new login of the account; its token, kept nowhere here."""
        token = secrets.token_urlsafe(32)
        now = self._now()
        with self._database.writing() as db:
            db.execute(
                sa.text("INSERT INTO login VALUES (:hash, :name, :now, :now, :expires)"),
                {
                    "hash": hashed(token),
                    "name": name,
                    "now": _text(now),
                    "expires": _text(now + LONGEST),
                },
            )
        return token

    def log_out(self, token: str) -> None:
        """End the login of this token, if there is one."""
        with self._database.writing() as db:
            db.execute(sa.text("DELETE FROM login WHERE token_hash = :h"), {"h": hashed(token)})

    def who(self, token: str, *, use: bool = True) -> Login | None:
        """Whose token this is, if it is good now; `use`: this counts as a use of the login."""
        return self.who_has(hashed(token), use=use)

    def who_has(self, token_hash: str, *, use: bool = False) -> Login | None:
        """As `who`, by the token's hash."""
        now = self._now()
        with self._database.reading() as db:
            row = db.execute(
                sa.text(
                    "SELECT a.*, l.seen AS seen FROM login l JOIN account a ON a.name = l.account"
                    " WHERE l.token_hash = :hash AND l.seen > :idle AND l.expires > :now"
                    " AND a.disabled IS NULL"
                ),
                {"hash": token_hash} | self._limits(),
            ).first()
        if row is None:
            return None
        if use and now - datetime.fromisoformat(row.seen) > SEEN_EVERY:
            with self._database.writing() as db:
                db.execute(
                    sa.text("UPDATE login SET seen = :now WHERE token_hash = :hash"),
                    {"now": _text(now), "hash": token_hash},
                )
        return Login(_account(row), token_hash)

    def tidy(self) -> None:
        """Forget logins that have ended, and the log of more than a year ago."""
        with self._database.writing() as db:
            db.execute(
                sa.text("DELETE FROM login WHERE seen <= :idle OR expires <= :now"), self._limits()
            )
            db.execute(
                sa.text("DELETE FROM audit WHERE at < :before"),
                {"before": _text(self._now() - LOG_KEPT)},
            )

    def note(self, who: str, what: str, detail: str = "", address: str = "") -> None:
        """Write into the log that `who` did `what`, now."""
        with self._database.writing() as db:
            db.execute(
                sa.text("INSERT INTO audit VALUES (:at, :id, :who, :what, :detail, :address)"),
                {
                    "at": self._now().isoformat(timespec="microseconds"),
                    "id": secrets.token_hex(4),
                    "who": who,
                    "what": what,
                    "detail": detail,
                    "address": address,
                },
            )

    def log(self, limit: int, before: tuple[str, str] | None = None) -> list[Entry]:
        """Newest first, those older than the entry `before` (its time as text, and id)."""
        at, id_ = before or ("9", "")
        with self._database.reading() as db:
            rows = db.execute(
                sa.text(
                    "SELECT at, id, who, what, detail, address FROM audit"
                    " WHERE at < :at OR (at = :at AND id < :id)"
                    " ORDER BY at DESC, id DESC LIMIT :limit"
                ),
                {"at": at, "id": id_, "limit": limit},
            ).all()
        return [Entry(datetime.fromisoformat(row.at), *row[1:]) for row in rows]

    def _change(self, name: str, setting: str, values: dict[str, Any]) -> None:
        """Change one account and end its logins; somebody must stay who can manage."""
        with self._changing() as db:
            if _get(db, name) is None:
                raise RefusedError("unknown")
            managed = _managers(db)
            db.execute(
                sa.text(f"UPDATE account SET {setting} WHERE name = :name"), {"name": name} | values
            )
            if managed and not _managers(db):
                raise RefusedError("last_manager")
            db.execute(sa.text("DELETE FROM login WHERE account = :name"), {"name": name})

    @contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        """One transaction, with no other one that changes accounts beside it."""
        with self._database.writing() as db:
            if self._database.postgres:
                db.execute(sa.text("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE"))
            yield db

    def _first_until(self, first: bool) -> str | None:
        return _text(self._now() + FIRST_PASSWORD_LASTS) if first else None

    def _limits(self) -> dict[str, str]:
        now = self._now()
        return {"now": _text(now), "idle": _text(now - IDLE)}


def hashed(token: str) -> str:
    """What the database keeps of a token. No salt, no stretching: it has 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def role_named(text: str) -> Role:
    """Raises StationError for what is no role."""
    for role in ROLES:
        if text == role:
            return role
    raise StationError(f"{text}: is no role; there are {' and '.join(ROLES)}.")


def _managers(db: sa.Connection) -> int:
    count: int = db.execute(
        sa.text("SELECT count(*) FROM account WHERE role = 'manager' AND disabled IS NULL")
    ).scalar_one()
    return count


def _get(db: sa.Connection, name: str) -> Account | None:
    row = db.execute(sa.text("SELECT * FROM account WHERE name = :name"), {"name": name}).first()
    return None if row is None else _account(row)


def _account(row: Any) -> Account:
    return Account(
        name=row.name,
        role=role_named(row.role),
        password_hash=row.password_hash,
        created=datetime.fromisoformat(row.created),
        disabled=_time(row.disabled),
        first_until=_time(row.first_until),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
