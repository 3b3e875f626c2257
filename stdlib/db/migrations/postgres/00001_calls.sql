-- +goose Up
-- A call, from its first ring to its end. Moments are Unix milliseconds.
CREATE TABLE calls (
    id        TEXT    PRIMARY KEY,
    node      TEXT    NOT NULL,          -- the machine that ran it
    boot      TEXT    NOT NULL,          -- and which start of the program there
    direction TEXT    NOT NULL,          -- in, out
    caller    TEXT    NOT NULL,          -- the other party's number
    number    TEXT    NOT NULL,          -- the number that was dialled
    program   TEXT    NOT NULL,          -- hash of the compiled program
    flow      TEXT    NOT NULL,          -- the flow that the number enters
    lang      TEXT    NOT NULL,
    started   BIGINT  NOT NULL,
    answered  BIGINT,
    ended     BIGINT,
    path      TEXT    NOT NULL DEFAULT '',  -- the flows it went through
    result    TEXT,                      -- how it ended; interrupted if the program died meanwhile
    ended_by  TEXT,                      -- local, remote, timeout, …
    sip       INTEGER,                   -- final SIP status, if it was refused
    q850      INTEGER,                   -- Q.850 cause
    agent     TEXT,
    topic     TEXT,
    rating    TEXT,                      -- rated, no_input, hung_up, not_invited
    score     INTEGER,
    data      TEXT    NOT NULL DEFAULT '{}'  -- call data, a JSON object without secrets
);
CREATE INDEX calls_by_time ON calls (started);
CREATE INDEX calls_by_caller ON calls (caller, started);
CREATE INDEX calls_by_number ON calls (number, started);
CREATE INDEX calls_open ON calls (node) WHERE ended IS NULL;

-- What happened in a call, in order. seq is the call's own count.
CREATE TABLE call_events (
    call_id TEXT    NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq     BIGINT  NOT NULL,
    at      BIGINT  NOT NULL,
    kind    TEXT    NOT NULL,
    pos     TEXT    NOT NULL DEFAULT '',    -- where in the flow's source: file:line:column
    data    TEXT    NOT NULL DEFAULT '{}',  -- a JSON object without secrets
    PRIMARY KEY (call_id, seq)
);

-- A leg: the caller, an agent, a number it was transferred to.
CREATE TABLE call_legs (
    call_id  TEXT    NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    leg      INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    number   TEXT    NOT NULL,
    agent    TEXT,
    started  BIGINT  NOT NULL,
    answered BIGINT,
    ended    BIGINT,
    cause    TEXT,
    sip      INTEGER,
    q850     INTEGER,
    PRIMARY KEY (call_id, leg)
);
CREATE INDEX call_legs_by_agent ON call_legs (agent, started);

-- A milestone of the flow that a call passed, for statistics.
CREATE TABLE milestones (
    call_id TEXT   NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    name    TEXT   NOT NULL,
    pos     TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (call_id, seq)
);
CREATE INDEX milestones_by_name ON milestones (name, at);

-- +goose Down
DROP TABLE milestones;
DROP TABLE call_legs;
DROP TABLE call_events;
DROP TABLE calls;
