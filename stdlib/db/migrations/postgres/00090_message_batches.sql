-- The run of a campaign that a message is one of.
-- +goose Up
ALTER TABLE messages ADD COLUMN batch TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_batch ON messages (batch, call_id) WHERE batch <> '';

-- +goose Down
DROP INDEX messages_batch;
ALTER TABLE messages DROP COLUMN batch;
