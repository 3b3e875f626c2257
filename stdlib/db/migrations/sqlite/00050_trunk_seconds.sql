-- How long calls of ours talked over each trunk on a day, on all servers together: for the ceiling of minutes.
-- +goose Up
CREATE TABLE trunk_seconds (
    trunk   TEXT    NOT NULL,
    day     TEXT    NOT NULL,            -- 2026-11-29
    seconds INTEGER  NOT NULL,
    PRIMARY KEY (trunk, day)
) STRICT;

-- +goose Down
DROP TABLE trunk_seconds;
