-- Callbacks are called by the servers themselves: which one does, what is shown and spoken, and no number twice at once.
-- Those of before were called by hand, and nobody knows which of them have been.
-- +goose Up
UPDATE callbacks SET state = 'task' WHERE state = 'new';
ALTER TABLE callbacks ADD COLUMN shown TEXT NOT NULL DEFAULT '';
ALTER TABLE callbacks ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE callbacks ADD COLUMN node TEXT NOT NULL DEFAULT '';
ALTER TABLE callbacks ADD COLUMN boot TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX callbacks_live ON callbacks (number) WHERE state = 'calling';

-- +goose Down
UPDATE callbacks SET state = 'new' WHERE state <> 'done';
DROP INDEX callbacks_live;
ALTER TABLE callbacks DROP COLUMN boot;
ALTER TABLE callbacks DROP COLUMN node;
ALTER TABLE callbacks DROP COLUMN lang;
ALTER TABLE callbacks DROP COLUMN shown;
