-- UNION keeps every row in a hash table that does not spill, and there is no last row.
WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT n + 1 FROM r) SELECT count(*) FROM r;
