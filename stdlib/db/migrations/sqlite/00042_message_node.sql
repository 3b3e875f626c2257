-- Which node took a message up last: only that one can say whether it is in a file there.
-- +goose Up
ALTER TABLE messages ADD COLUMN node TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE messages DROP COLUMN node;
