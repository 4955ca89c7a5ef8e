SELECT count(*) FROM (SELECT k, count(*) FROM t GROUP BY k) x;
SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x;
SELECT count(*) FROM t a JOIN t b ON a.k = b.k;
