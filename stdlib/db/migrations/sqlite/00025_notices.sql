-- Notices, and the knowledge base with its own index of words: pairs of characters, the same on both engines.
-- +goose Up
CREATE TABLE notices (
    number    TEXT   NOT NULL PRIMARY KEY,
    title     TEXT   NOT NULL,
    summary   TEXT   NOT NULL,
    topic     TEXT   NOT NULL,
    published INTEGER NOT NULL,
    expires   INTEGER NOT NULL DEFAULT 0,
    withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notices_published ON notices (published);
CREATE INDEX notices_topic ON notices (topic, published);

CREATE TABLE documents (
    code       TEXT   NOT NULL,
    version    INTEGER NOT NULL,
    state      TEXT   NOT NULL,
    category   TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    keywords   TEXT   NOT NULL,
    summary    TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    number     TEXT   NOT NULL,
    file       TEXT   NOT NULL,
    effective  INTEGER NOT NULL,
    expires    INTEGER NOT NULL DEFAULT 0,
    author     TEXT   NOT NULL,
    reviewer   TEXT   NOT NULL DEFAULT '',
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (code, version)
) STRICT;
CREATE INDEX documents_state ON documents (state, category);

CREATE TABLE document_terms (
    term    TEXT   NOT NULL,
    code    TEXT   NOT NULL,
    version INTEGER NOT NULL,
    weight  INTEGER NOT NULL,
    PRIMARY KEY (term, code, version)
) STRICT;
CREATE INDEX document_terms_document ON document_terms (code, version);

-- +goose Down
DROP TABLE document_terms;
DROP TABLE documents;
DROP TABLE notices;
