-- Callers who are owed a call: they asked for one, or waited in a queue when the program died.
-- +goose Up
CREATE TABLE callbacks (
    id         TEXT    NOT NULL PRIMARY KEY, -- call and queue
    call_id    TEXT    NOT NULL,
    queue      TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    since      INTEGER NOT NULL,
    cause      TEXT    NOT NULL,             -- asked, interrupted
    state      TEXT    NOT NULL,             -- new, done
    note       TEXT    NOT NULL,
    done_by    TEXT    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX callbacks_since ON callbacks (state, since);
CREATE INDEX callbacks_call ON callbacks (call_id);

-- +goose Down
DROP TABLE callbacks;
