-- Results of dunning by the call they are of, and promises by their day.
-- +goose Up
CREATE INDEX dunning_results_call ON dunning_results (call_id);
CREATE INDEX dunning_results_promised ON dunning_results (promised) WHERE promised IS NOT NULL;

-- +goose Down
DROP INDEX dunning_results_promised;
DROP INDEX dunning_results_call;
