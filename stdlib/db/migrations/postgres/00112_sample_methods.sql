-- How the sample of a run was drawn, and by which field of its targets it has strata.
-- +goose Up
ALTER TABLE campaign_runs ADD COLUMN method TEXT NOT NULL DEFAULT 'random';
ALTER TABLE campaign_runs ADD COLUMN strata TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE campaign_runs DROP COLUMN strata;
ALTER TABLE campaign_runs DROP COLUMN method;
