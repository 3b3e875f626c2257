-- How many complete responses a survey may have, how many it has, and how many places are kept for those who are being
-- asked; which responses keep one.
-- +goose Up
ALTER TABLE surveys ADD COLUMN quota BIGINT NOT NULL DEFAULT 0;
ALTER TABLE surveys ADD COLUMN completed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE surveys ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0;
ALTER TABLE survey_responses ADD COLUMN holds BIGINT NOT NULL DEFAULT 0;
CREATE INDEX survey_responses_holds ON survey_responses (survey, version) WHERE holds = 1;

-- +goose Down
DROP INDEX survey_responses_holds;
ALTER TABLE survey_responses DROP COLUMN holds;
ALTER TABLE surveys DROP COLUMN reserved;
ALTER TABLE surveys DROP COLUMN completed;
ALTER TABLE surveys DROP COLUMN quota;
