-- Which server has an agent, and for which call: an agent listed on two is rung by one.
-- +goose Up
CREATE TABLE agent_claims (
    agent   TEXT   NOT NULL PRIMARY KEY,
    epoch   BIGINT NOT NULL,             -- grows with each change: what was begun under an older one counts no more
    node    TEXT   NOT NULL,             -- with the registration, or that claimed the agent last; empty: no server
    boot    TEXT   NOT NULL,             -- which start of it
    call_id TEXT   NOT NULL              -- the call for which the agent is claimed; empty: none
);

-- +goose Down
DROP TABLE agent_claims;
