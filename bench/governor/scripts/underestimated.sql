-- The planner knows nothing of abs() and takes a third three times: it expects one of 27 rows that come.
SELECT count(*) FROM (SELECT k, count(*) FROM t WHERE abs(id) > 0 AND abs(k) >= 0 AND abs(g) >= 0 GROUP BY k) x;
SELECT count(*) FROM (SELECT t FROM t WHERE abs(id) > 0 AND abs(k) >= 0 AND abs(g) >= 0 ORDER BY t OFFSET 0) x;
SELECT count(*) FROM t a JOIN (SELECT * FROM t WHERE abs(id) > 0 AND abs(k) >= 0 AND abs(g) >= 0) b ON a.k = b.k;
