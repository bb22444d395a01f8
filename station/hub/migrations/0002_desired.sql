-- What the hub wants of each station's settings: whole documents, who wanted them and when.
CREATE TABLE desired (
    station TEXT NOT NULL,
    version INTEGER NOT NULL,
    config TEXT NOT NULL,  -- messages.Config as JSON
    who TEXT NOT NULL,
    at TEXT NOT NULL,  -- UTC
    PRIMARY KEY (station, version)
) STRICT, WITHOUT ROWID;

-- What each station said last of them: messages.CfgReported as JSON.
CREATE TABLE reported (
    station TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    received TEXT NOT NULL  -- UTC
) STRICT, WITHOUT ROWID;
