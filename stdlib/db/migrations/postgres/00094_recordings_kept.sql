-- What a recording is of and where it lies; who holds it back from being deleted; that it was deleted, and by whom.
-- +goose Up
ALTER TABLE recordings ADD COLUMN kind TEXT NOT NULL DEFAULT 'call';  -- call, step, voicemail
ALTER TABLE recordings ADD COLUMN node TEXT NOT NULL DEFAULT '';      -- on whose disk; empty: written down before this
ALTER TABLE recordings ADD COLUMN held_at BIGINT NOT NULL DEFAULT 0;  -- 0: not held
ALTER TABLE recordings ADD COLUMN held_by TEXT NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN held_why TEXT NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0;  -- the row stays, and who has listened
ALTER TABLE recordings ADD COLUMN deleted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN deleted_why TEXT NOT NULL DEFAULT '';
ALTER TABLE recording_plays ADD COLUMN how TEXT NOT NULL DEFAULT 'play';  -- play, export
CREATE INDEX recordings_kept ON recordings (kind, made_at) WHERE deleted_at = 0;
CREATE INDEX recordings_leftover ON recordings (node) WHERE deleted_at > 0 AND file <> '';

-- +goose Down
DROP INDEX recordings_leftover;
DROP INDEX recordings_kept;
ALTER TABLE recording_plays DROP COLUMN how;
ALTER TABLE recordings DROP COLUMN deleted_why;
ALTER TABLE recordings DROP COLUMN deleted_by;
ALTER TABLE recordings DROP COLUMN deleted_at;
ALTER TABLE recordings DROP COLUMN held_why;
ALTER TABLE recordings DROP COLUMN held_by;
ALTER TABLE recordings DROP COLUMN held_at;
ALTER TABLE recordings DROP COLUMN node;
ALTER TABLE recordings DROP COLUMN kind;
