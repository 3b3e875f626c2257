-- Surveys: versions frozen at launch, responses, answers (kept when the caller hangs up half-way), and dunning results.
-- +goose Up
CREATE TABLE surveys (
    name        TEXT   NOT NULL,
    version     INTEGER NOT NULL,
    definition  TEXT   NOT NULL,
    launched_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

CREATE TABLE survey_responses (
    id          TEXT   NOT NULL PRIMARY KEY,
    survey      TEXT   NOT NULL,
    version     INTEGER NOT NULL,
    phone       TEXT   NOT NULL,
    call_id     TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    started_at  INTEGER NOT NULL,
    answered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX survey_responses_phone ON survey_responses (phone, answered_at);
CREATE INDEX survey_responses_survey ON survey_responses (survey, version);

CREATE TABLE survey_answers (
    response  TEXT   NOT NULL REFERENCES survey_responses (id) ON DELETE CASCADE,
    ordinal   INTEGER NOT NULL,
    question  TEXT   NOT NULL,
    answer    TEXT   NOT NULL,
    recording TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (response, ordinal)
) STRICT;

CREATE TABLE dunning_results (
    tax_id   TEXT   NOT NULL,
    call_id  TEXT   NOT NULL,
    phone    TEXT   NOT NULL,
    reached  INTEGER NOT NULL,
    result   TEXT   NOT NULL,
    promised INTEGER,
    PRIMARY KEY (tax_id, call_id)
) STRICT;
CREATE INDEX dunning_results_reached ON dunning_results (tax_id, reached);

-- +goose Down
DROP TABLE dunning_results;
DROP TABLE survey_answers;
DROP TABLE survey_responses;
DROP TABLE surveys;
