-- What staff made of a station: the name shown, the group it is in, and since when it is retired.
CREATE TABLE roster (
    station TEXT PRIMARY KEY,
    label TEXT,
    group_name TEXT,
    retired TEXT  -- UTC
) STRICT, WITHOUT ROWID;

-- A change of settings, of one station or of many at once. `whom` is as it was asked for: all,
-- group:NAME or station:ID. `reverts` is the change that it takes back.
CREATE TABLE settings_change (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,  -- UTC
    who TEXT NOT NULL,
    whom TEXT NOT NULL,
    reverts TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX settings_change_by_time ON settings_change (at);

-- What it wants of each station. `keys` is a JSON object: section.key -> [value wanted before,
-- value wanted, value in force before], null = as the station's own file says.
CREATE TABLE settings_change_station (
    change TEXT NOT NULL REFERENCES settings_change (id),
    station TEXT NOT NULL,
    version INTEGER NOT NULL,
    keys TEXT NOT NULL,
    PRIMARY KEY (change, station)
) STRICT, WITHOUT ROWID;

-- What each station said of each version: messages.CfgReported as JSON.
CREATE TABLE settings_answer (
    station TEXT NOT NULL,
    version INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (station, version)
) STRICT, WITHOUT ROWID;
