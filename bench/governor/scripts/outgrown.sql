-- Hash aggregates that outgrow work_mem: more groups than expected, each with an array that grows.
SELECT count(*) FROM (SELECT substr(t, 1, 6) AS s, array_agg(t) FROM t GROUP BY 1) x;
SELECT count(*) FROM (SELECT k, string_agg(t, ',') FROM t GROUP BY k) x;
SELECT count(*) FROM (SELECT DISTINCT t FROM t) x;
