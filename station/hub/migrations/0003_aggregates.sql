-- Sums of sessions by the hour, exact, kept for good, and the weeks that are made of them. Single
-- sessions are purged after a time (hub.raw_days); `counted` ones are in the sums.

CREATE TABLE session_with_counted (
    id TEXT PRIMARY KEY,
    station TEXT NOT NULL,
    gym TEXT,
    source TEXT NOT NULL,
    hour TEXT NOT NULL,
    received TEXT NOT NULL,
    event TEXT NOT NULL,
    counted INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO session_with_counted (id, station, gym, source, hour, received, event)
SELECT id, station, gym, source, hour, received, event FROM session;

DROP TABLE session;
DROP TABLE report;
ALTER TABLE session_with_counted RENAME TO session;

CREATE INDEX session_by_hour ON session (source, hour);
CREATE INDEX session_waiting ON session (station) WHERE counted = 0;

-- Each session counts once: by its commonest pattern, by its shares of clean reps (in thousandths,
-- summed over as many sessions as have such a share). `hour` is in an open week (station.hub.weeks).
CREATE TABLE hourly (
    source TEXT NOT NULL,
    gym TEXT NOT NULL,
    station TEXT NOT NULL,
    hour TEXT NOT NULL,  -- UTC
    sessions INTEGER NOT NULL,
    hinge INTEGER NOT NULL,
    squat INTEGER NOT NULL,
    stoop INTEGER NOT NULL,
    unclear INTEGER NOT NULL,
    clean_n INTEGER NOT NULL,
    clean_permille INTEGER NOT NULL,
    halves_n INTEGER NOT NULL,
    first_permille INTEGER NOT NULL,
    second_permille INTEGER NOT NULL,
    PRIMARY KEY (source, gym, station, hour)
) STRICT, WITHOUT ROWID;

CREATE INDEX hourly_by_hour ON hourly (source, hour);

CREATE TABLE hourly_fault (
    source TEXT NOT NULL,
    gym TEXT NOT NULL,
    station TEXT NOT NULL,
    hour TEXT NOT NULL,  -- UTC
    fault TEXT NOT NULL,
    sessions INTEGER NOT NULL,  -- in which it was seen at all
    PRIMARY KEY (source, gym, station, hour, fault)
) STRICT, WITHOUT ROWID;

CREATE INDEX hourly_fault_by_hour ON hourly_fault (source, hour);

-- Sessions of a gym's hours as they were, whichever week they count in: today's number.
CREATE TABLE gym_hour (
    source TEXT NOT NULL,
    hour TEXT NOT NULL,  -- UTC
    gym TEXT NOT NULL,
    sessions INTEGER NOT NULL,
    PRIMARY KEY (source, hour, gym)
) STRICT, WITHOUT ROWID;

-- Finished weeks (station.hub.weeks.Week): of people they never change.
CREATE TABLE week (
    source TEXT NOT NULL,
    gym TEXT NOT NULL,
    starts TEXT NOT NULL,  -- a Monday, local
    k INTEGER NOT NULL,
    totals TEXT NOT NULL,  -- JSON
    stations TEXT NOT NULL,  -- JSON
    hours TEXT NOT NULL,  -- JSON
    PRIMARY KEY (source, gym, starts)
) STRICT, WITHOUT ROWID;

-- The first week of people that is not closed.
CREATE TABLE open_week (
    source TEXT PRIMARY KEY,
    starts TEXT NOT NULL  -- a Monday, local
) STRICT, WITHOUT ROWID;

-- Simulated weeks that changed since they were summed.
CREATE TABLE stale_week (
    gym TEXT NOT NULL,
    starts TEXT NOT NULL,  -- a Monday, local
    PRIMARY KEY (gym, starts)
) STRICT, WITHOUT ROWID;

-- Sessions that were purged, for a year: one that is sent again counts once all the same.
CREATE TABLE seen (
    id TEXT PRIMARY KEY,
    purged TEXT NOT NULL  -- a day, UTC
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_by_day ON seen (purged);
