-- The telephone of a user: from it they may do by codes what their roles let them do with calls.
-- +goose Up
ALTER TABLE users ADD COLUMN phone TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE users DROP COLUMN phone;
