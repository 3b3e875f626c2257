-- What was heard before calls of campaigns ended without an answer: raw evidence, and the sound of it as A-law of 8,000
-- samples a second. Announcements that nobody knows are sorted by their sound: kin is the call of the first that sounds
-- alike. Announcements that the bureau has named are kept with their sound. Moments are Unix milliseconds.
-- +goose Up
CREATE TABLE campaign_early (
    call_id TEXT NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    tone    TEXT NOT NULL,
    class   TEXT NOT NULL,
    name    TEXT NOT NULL,
    spoke   INTEGER NOT NULL,
    kin     TEXT NOT NULL,
    clip    BLOB NOT NULL
) STRICT;
CREATE INDEX campaign_early_kin ON campaign_early (kin, at) WHERE spoke = 1 AND class = '';
CREATE INDEX campaign_early_at ON campaign_early (at);

CREATE TABLE announcements (
    id       TEXT NOT NULL PRIMARY KEY,
    class    TEXT NOT NULL,
    name     TEXT NOT NULL,
    sound    BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL
) STRICT;

-- +goose Down
DROP TABLE announcements;
DROP TABLE campaign_early;
