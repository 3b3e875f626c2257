-- Agents: who takes calls, what they do now, and what they did. Moments are Unix milliseconds.
-- +goose Up
CREATE TABLE agents (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    phone      TEXT   NOT NULL,              -- a registered number, or a sip: address
    pin        TEXT   NOT NULL DEFAULT '',   -- argon2id; none if empty
    skills     TEXT   NOT NULL,              -- a JSON object: the level, 1 to 10, by skill
    teams      TEXT   NOT NULL,              -- a JSON list of names
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL
);

-- What an agent asked for last: signed in, signed out, on a break. It outlives a restart.
CREATE TABLE agent_states (
    agent  TEXT   PRIMARY KEY,
    state  TEXT   NOT NULL,  -- ready, break, out
    reason TEXT   NOT NULL,
    since  BIGINT NOT NULL,
    set_by TEXT   NOT NULL
);

-- Each second of an agent in one row, written when it has ended.
CREATE TABLE agent_segments (
    agent   TEXT   NOT NULL,
    began   BIGINT NOT NULL,
    ended   BIGINT NOT NULL,
    state   TEXT   NOT NULL,  -- ring, talk, hold, wrap, ready, break, out, unknown
    reason  TEXT   NOT NULL,
    call_id TEXT   NOT NULL,  -- the call of ring, talk, hold, wrap; else empty
    node    TEXT   NOT NULL,
    PRIMARY KEY (agent, began)
);

-- +goose Down
DROP TABLE agent_segments;
DROP TABLE agent_states;
DROP TABLE agents;
