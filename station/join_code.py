"""How a station and a hub that have never met come to trust each other, by a code that staff type.

The hub shows a code of 12 characters (27 letters and digits: 57 bits), good for ten minutes and
for one station. Both sides stretch it by scrypt to the same key, which never travels:

1. The station makes up its password, 256 random bits that never leave it, and asks with what
   mosquitto keeps of one, a hash, and a proof: HMAC-SHA256 under the key over that hash.
2. The hub checks the proof, enters the hash, and answers with the station's id, where the broker
   is and the certificate of the gym's own authority, and a proof over these and the question.
3. The station checks that proof before it believes a word, and trusts that authority from then on.

Nothing secret is sent, so who listens learns nothing; who can change what is sent, on plain HTTP
too, can make it fail but not make it lie: neither side takes what was not proven with the code,
the two directions cannot be exchanged, and the answer belongs to one question only. A wrong guess
costs one of ten tries; searching all codes for a recorded proof takes 10^17 scrypts (16 MB, 50 to
80 ms each), and would have to be done within the ten minutes: the code protects nothing after.

Limits: who sees the code before it is used can join in the station's place or pose as the hub; who
reads the hub's `joining.json` in those ten minutes can as well (it holds the stretched key). Anyone
in the network can use up the ten tries, and staff then make another code.
"""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Annotated, Literal

from pydantic import Field

from station.errors import StationError
from station.messages import Message, StationId

ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
LENGTH, GROUP = 12, 4
_LOOKALIKES = str.maketrans({"B": "8", "S": "5", "Z": "2", "U": "V"})
"""What is not in ALPHABET but may be read for what is. 0, O, 1, I, L stand for nothing."""

_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**25, "dklen": 32}
_PURPOSE = b"hinge-station join 1"

ITERATIONS, SALT_BYTES = 101, 12
"""mosquitto's own: few are enough, since what is hashed has 256 random bits."""

PasswordHash = Annotated[
    str, Field(pattern=rf"^\$7\${ITERATIONS}\$[A-Za-z0-9+/]{{16}}\$[A-Za-z0-9+/]{{86}}==$")
]
Proof = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Ask(Message):
    """What the station sends: POST /join."""

    v: Literal[1] = 1
    password_hash: PasswordHash
    proof: Proof


class Answer(Message):
    """What the hub says. `host` None: the broker is where the station reached the hub."""

    v: Literal[1] = 1
    station: StationId
    host: str | None = Field(max_length=255)
    port: int = Field(ge=1, le=65535)
    ca: str = Field(max_length=16_384, description="PEM")
    proof: Proof


def new() -> str:
    """A random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """The code in groups, for people."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def typed(text: str) -> str:
    """The code that somebody typed, in whatever groups and case. Raises StationError."""
    kept = "".join(letter for letter in text.upper() if letter not in "- \t").translate(_LOOKALIKES)
    if len(kept) != LENGTH:
        raise StationError(f"The code has {LENGTH} letters and digits, not {len(kept)}.")
    if strange := [letter for letter in kept if letter not in ALPHABET]:
        raise StationError(f"No code has the character {strange[0]!r}; look at it again.")
    return kept


def key_of(code: str) -> bytes:
    """The key that both sides have of a code; takes some 50 ms and 16 MB on purpose."""
    return hashlib.scrypt(code.encode(), salt=_PURPOSE, **_SCRYPT)


def ask(key: bytes, password: str) -> Ask:
    """The question, proven."""
    password_hash = hash_for_mosquitto(password)
    return Ask(password_hash=password_hash, proof=_proof(key, "station", password_hash))


def asked_rightly(key: bytes, question: Ask) -> bool:
    """Whether who asks knows the code; takes as long for a wrong one."""
    return hmac.compare_digest(question.proof, _proof(key, "station", question.password_hash))


def answer(
    key: bytes, question: Ask, *, station: str, host: str | None, port: int, ca: str
) -> Answer:
    """The answer, proven. Raises pydantic's ValidationError for a value that none may have."""
    proof = _answer_proof(key, question, station, host, port, ca)
    return Answer(station=station, host=host, port=port, ca=ca, proof=proof)


def answered_rightly(key: bytes, question: Ask, said: Answer) -> bool:
    """Whether the answer is of who knows the code, and to this question."""
    proof = _answer_proof(key, question, said.station, said.host, said.port, said.ca)
    return hmac.compare_digest(said.proof, proof)


def _answer_proof(
    key: bytes, question: Ask, station: str, host: str | None, port: int, ca: str
) -> str:
    return _proof(key, "hub", question.proof, station, host, port, ca)


def _proof(key: bytes, *parts: str | int | None) -> str:
    # JSON keeps the parts apart: no two lists of them are the same bytes.
    return hmac.new(key, _PURPOSE + json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def hash_for_mosquitto(password: str) -> str:
    """What mosquitto's password file keeps of a password: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
