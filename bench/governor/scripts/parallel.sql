-- Three queries that the planner gives as many workers as the settings allow.
SET max_parallel_workers_per_gather = 4;
SET max_parallel_workers = 8;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT count(*) FROM (SELECT k, count(*) FROM t GROUP BY k) x;
SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x;
SELECT count(*) FROM t a JOIN t b ON a.k = b.k;
