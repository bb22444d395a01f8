-- Times are ISO 8601 in UTC. `received` of a session of a person is cut to the hour, like the hour
-- the station gives: no exact time of a person is kept anywhere.

CREATE TABLE station (
    id TEXT PRIMARY KEY,
    gym TEXT,
    state TEXT,
    boot TEXT,
    birth TEXT,
    since TEXT,
    heard TEXT NOT NULL,
    info TEXT,
    health TEXT
) STRICT;

-- Every birth a station has announced, so that the will of a replaced one is known as late.
CREATE TABLE birth (
    station TEXT NOT NULL,
    birth TEXT NOT NULL,
    PRIMARY KEY (station, birth)
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
    id INTEGER PRIMARY KEY,
    gym TEXT NOT NULL,
    k INTEGER NOT NULL,
    until TEXT NOT NULL,
    totals TEXT NOT NULL
) STRICT;

-- `hour` is the hour counted for: the station's where its clock can be trusted, else the hub's.
-- `event` is the payload as it came. `report` is the closed report that holds the session.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    station TEXT NOT NULL,
    gym TEXT,
    source TEXT NOT NULL,
    hour TEXT NOT NULL,
    received TEXT NOT NULL,
    event TEXT NOT NULL,
    report INTEGER REFERENCES report (id)
) STRICT;

CREATE INDEX session_by_hour ON session (source, hour, gym);
CREATE INDEX session_open ON session (gym, received) WHERE report IS NULL AND source = 'camera';

CREATE INDEX report_by_gym ON report (gym, id);

-- Payloads of a newer schema than this hub knows, kept until a newer hub reads them.
CREATE TABLE aside (
    station TEXT NOT NULL,
    leaf TEXT NOT NULL,
    id TEXT NOT NULL,
    v INTEGER NOT NULL,
    received TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (station, leaf, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE unreadable (
    station TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    latest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
