-- What came of asking callers how an agent served them: one row for each talk with an agent, written when it is known.
-- +goose Up
CREATE TABLE ratings (
    call_id TEXT NOT NULL,
    seq     BIGINT NOT NULL,               -- of the talks of the call, from 1
    at      BIGINT NOT NULL,               -- the talk began; Unix milliseconds
    agent   TEXT NOT NULL,
    queue   TEXT NOT NULL,
    rating  TEXT NOT NULL,                  -- rated, no_input, hung_up, not_invited
    score   BIGINT NOT NULL,               -- of rated, else 0
    PRIMARY KEY (call_id, seq)
);
CREATE INDEX ratings_at ON ratings (at);

-- +goose Down
DROP TABLE ratings;
