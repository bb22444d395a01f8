-- Each station's health by the hour, kept for 90 days: sums (tenths) and how many they are of,
-- extremes (temperature in tenths of a degree); NULL = never said.
CREATE TABLE health_hour (
    station TEXT NOT NULL,
    hour TEXT NOT NULL,  -- UTC
    said INTEGER NOT NULL,
    fps_n INTEGER NOT NULL,
    fps_tenths INTEGER NOT NULL,
    inference_n INTEGER NOT NULL,
    inference_tenths INTEGER NOT NULL,
    temperature_tenths INTEGER,
    throttled INTEGER NOT NULL,
    outbox_depth INTEGER NOT NULL,
    disk_free_mb INTEGER,
    PRIMARY KEY (station, hour)
) STRICT, WITHOUT ROWID;

CREATE INDEX health_by_hour ON health_hour (hour);
