-- Where the administration of a node answers, so that the others can pass on what only that node can do.
-- +goose Up
ALTER TABLE nodes ADD COLUMN web TEXT NOT NULL DEFAULT '';  -- http://10.0.0.2:8080; empty if it is not known

-- +goose Down
ALTER TABLE nodes DROP COLUMN web;
