-- What people and keys see beside queues: groups of agents and districts; and the district of an agent.
-- +goose Up
ALTER TABLE users ADD COLUMN teams TEXT NOT NULL DEFAULT '[]';         -- a JSON list of groups; empty for all
ALTER TABLE users ADD COLUMN districts TEXT NOT NULL DEFAULT '[]';     -- a JSON list; empty for all
ALTER TABLE api_keys ADD COLUMN teams TEXT NOT NULL DEFAULT '[]';      -- as a user's
ALTER TABLE api_keys ADD COLUMN districts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE agents ADD COLUMN district TEXT NOT NULL DEFAULT '';       -- where the agent works; empty for none

-- +goose Down
ALTER TABLE agents DROP COLUMN district;
ALTER TABLE api_keys DROP COLUMN districts;
ALTER TABLE api_keys DROP COLUMN teams;
ALTER TABLE users DROP COLUMN districts;
ALTER TABLE users DROP COLUMN teams;
