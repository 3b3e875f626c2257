-- Wrong PINs of an agent in a row, and until when (Unix milliseconds) none is looked at.
-- +goose Up
ALTER TABLE agents ADD COLUMN wrong BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN locked_until BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE agents DROP COLUMN locked_until;
ALTER TABLE agents DROP COLUMN wrong;
