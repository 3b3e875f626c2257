-- Follow-ups that people do: whom to call about what, whose it is, and how it came from one to another. Moments are Unix
-- milliseconds.
-- +goose Up
CREATE TABLE follow_ups (
    id         TEXT NOT NULL PRIMARY KEY,
    source     TEXT NOT NULL UNIQUE,
    about      TEXT NOT NULL,
    phone      TEXT NOT NULL,
    assignee   TEXT NOT NULL,
    state      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX follow_ups_assignee ON follow_ups (assignee, state);
CREATE INDEX follow_ups_state ON follow_ups (state, changed_at);

CREATE TABLE follow_up_moves (
    follow_up TEXT NOT NULL REFERENCES follow_ups (id) ON DELETE CASCADE,
    version   BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    assignee  TEXT NOT NULL,
    note      TEXT NOT NULL,
    PRIMARY KEY (follow_up, version)
);

-- +goose Down
DROP TABLE follow_up_moves;
DROP TABLE follow_ups;
