-- Who may use the page. Times are ISO 8601 in UTC; nothing here is a password or lets anybody in:
-- passwords are Argon2 hashes, and of a login's token only its SHA-256 is kept.
CREATE TABLE account (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,  -- viewer or manager
    password_hash TEXT NOT NULL,
    created TEXT NOT NULL,
    disabled TEXT,  -- since when
    first_until TEXT  -- set = the password is a first one, to be replaced before then
) STRICT, WITHOUT ROWID;

CREATE TABLE login (
    token_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name),
    created TEXT NOT NULL,
    seen TEXT NOT NULL,
    expires TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX login_by_account ON login (account);

-- Who did what; `what` is a short name such as settings.changed, `id` sets those of one moment
-- apart. Never holds a secret.
CREATE TABLE audit (
    at TEXT NOT NULL,
    id TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;
