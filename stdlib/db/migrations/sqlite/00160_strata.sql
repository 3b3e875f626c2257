-- Which stratum of its sample's frame a target is of; '' for one that was not in the frame, '*' for one of a frame
-- without strata.
-- +goose Up
ALTER TABLE campaign_targets ADD COLUMN stratum TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE campaign_targets DROP COLUMN stratum;
