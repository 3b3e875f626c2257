-- How far the day of each agent is written: rows go on from there, whichever server writes them. Unix milliseconds.
-- +goose Up
CREATE TABLE agent_ends (
    agent TEXT NOT NULL PRIMARY KEY,
    ended INTEGER NOT NULL
) STRICT;
INSERT INTO agent_ends (agent, ended) SELECT agent, MAX(ended) FROM agent_segments GROUP BY agent;

-- +goose Down
DROP TABLE agent_ends;
