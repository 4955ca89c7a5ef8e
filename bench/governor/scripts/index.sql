-- Run beside the queries, once.
CREATE INDEX ON t (t, k);
CREATE INDEX ON t (k);
DROP INDEX t_t_k_idx, t_k_idx;
