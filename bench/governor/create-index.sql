\set r random(1, 4)
\if :r = 1
CREATE INDEX CONCURRENTLY ON t (t, k);
\else
SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x;
\endif
