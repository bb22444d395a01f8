"""The staff page's accounts from the command line: for the first one, and for lost passwords.

A password is asked for without echo, or read from standard input (one line): never an argument,
which every program on this machine could read.

Example: station hub user add desk --role viewer
Example: station hub user password desk
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from station.errors import StationError

if TYPE_CHECKING:
    from station.hub.accounts import Accounts, Role
    from station.settings import Settings

WHO = "command line"


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do, with whom."""
    parser.description, parser.formatter_class = __doc__, argparse.RawDescriptionHelpFormatter
    doings = parser.add_subparsers(dest="doing", required=True, metavar="DOING")
    for doing, about in (
        ("add", "a new account"),
        ("password", "a new password; ends the account's logins"),
        ("role", "viewer or manager"),
        ("disable", "switch an account off, at once"),
        ("enable", "switch it on again"),
        ("list", "all accounts"),
    ):
        one = doings.add_parser(doing, help=about)
        one.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS)
        if doing != "list":
            one.add_argument("name", metavar="NAME")
        if doing == "add":
            one.add_argument("--role", default="manager", metavar="viewer|manager")
        if doing == "role":
            one.add_argument("role", metavar="viewer|manager")


def execute(settings: "Settings", args: argparse.Namespace) -> int:
    """Do it. Raises StationError for what cannot be done."""
    from station.hub.accounts import Accounts, RefusedError, named, role_named
    from station.hub.database import DatabaseError, database_of, reason

    database = database_of(settings)
    accounts = Accounts(database)
    try:
        if args.doing == "list":
            return _list(accounts)
        name = named(args.name)
        if name is None:
            raise StationError(f"{args.name}: a name is of letters, digits, . and -, at most 32.")
        role = role_named(args.role) if args.doing in ("add", "role") else None
        print(_done(accounts, args.doing, name, role))
    except RefusedError as error:
        raise StationError(f"{args.name}: {REFUSALS[error.why]}.") from error
    except DatabaseError as error:
        raise StationError(f"{database}: {reason(error)}.") from error
    finally:
        database.close()
    return 0


REFUSALS = {
    "exists": "there is an account of this name already",
    "unknown": "there is no account of this name; `station hub user list` shows all",
    "last_manager": "this is the last manager; make another one first",
    "not_first": "there is an account already",
}


def _done(accounts: "Accounts", doing: str, name: str, role: "Role | None") -> str:
    if doing == "add" and role is not None:
        if accounts.get(name):
            raise StationError(f"{name}: {REFUSALS['exists']}.")
        accounts.add(name, role, _new_hash(name))
        accounts.note(WHO, "user.added", f"{name}, {role}")
        return f"{name} is a {role} now."
    if doing == "password":
        if accounts.get(name) is None:
            raise StationError(f"{name}: {REFUSALS['unknown']}.")
        accounts.set_password(name, _new_hash(name))
        accounts.note(WHO, "user.password", name)
        return f"{name} has a new password and is logged out everywhere."
    if doing == "role" and role is not None:
        accounts.set_role(name, role)
        accounts.note(WHO, "user.role", f"{name}, {role}")
        return f"{name} is a {role} now."
    if doing == "disable":
        accounts.disable(name)
        accounts.note(WHO, "user.disable", name)
        return f"{name} is switched off and logged out everywhere."
    accounts.enable(name)
    accounts.note(WHO, "user.enable", name)
    return f"{name} is switched on."


def _list(accounts: "Accounts") -> int:
    rows = accounts.listed()
    for row in rows:
        state = "switched off" if row.account.disabled else f"{row.logins} login(s)"
        seen = f", last seen {row.seen:%Y-%m-%d %H:%M} UTC" if row.seen else ""
        print(f"{row.account.name:<20} {row.account.role:<8} {state}{seen}")
    if not rows:
        print("Nobody has an account yet.")
    return 0


def _new_hash(name: str) -> str:
    from station.hub.passwords import SHORTEST, Passwords, problem_with

    password = _asked(f"New password of {name} (at least {SHORTEST} characters): ")
    if problem := problem_with(password, name, str):
        raise StationError(problem.rstrip("."))
    passwords = Passwords()
    try:
        return passwords.hash(password)
    finally:
        passwords.close()


def _asked(question: str) -> str:
    import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        first = getpass.getpass(question)
        again = getpass.getpass("The same again: ")
    except EOFError:
        raise StationError("No password was given.") from None
    if first != again:
        raise StationError("The two are not the same; nothing was changed.")
    return first
