-- Emergency closures: opening hours that are closed whatever their schedule says. Moments are Unix milliseconds.
-- +goose Up
CREATE TABLE closures (
    id        INTEGER PRIMARY KEY,
    hours     TEXT    NOT NULL,           -- a name of the program's, or empty for all
    begins    INTEGER NOT NULL,
    ends      INTEGER NOT NULL,           -- 0: until it is lifted
    words     TEXT    NOT NULL,           -- what callers are told, a JSON object by language
    set_at    INTEGER NOT NULL,
    set_by    TEXT    NOT NULL,
    lifted_at INTEGER NOT NULL DEFAULT 0,
    lifted_by TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX closures_in_force ON closures (ends) WHERE lifted_at = 0;

-- +goose Down
DROP TABLE closures;
