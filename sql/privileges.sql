-- What an ordinary role sees: the settings, but no path and no source.
CREATE ROLE aza_nobody;
CREATE ROLE aza_monitor;
GRANT pg_monitor TO aza_monitor;

SET ROLE aza_nobody;
SELECT count(*) > 15 AS settings, count(source) AS sources FROM aza_tuning_report();
SELECT fact, value, source, remark FROM aza_detection() WHERE fact = 'memory';
SELECT count(source) AS sources, count(remark) AS remarks FROM aza_detection();
SELECT count(*) FROM aza_memory_budget();
SELECT value FROM aza_plan('2GB', 2) WHERE setting = 'shared_buffers';
SHOW aza.detected_memory;
SHOW aza.memory_limit_path;
SHOW aza.detected_memory_source;
SELECT * FROM pgbouncer_lookup('postgres');

SET ROLE aza_monitor;
SELECT setting, source FROM aza_tuning_report() WHERE status = 'pinned';
SELECT fact, value, source FROM aza_detection() WHERE fact = 'memory';
SHOW aza.detected_memory_source;
SELECT * FROM pgbouncer_lookup('postgres');

RESET ROLE;
GRANT EXECUTE ON FUNCTION pgbouncer_lookup(text) TO aza_nobody;
SET ROLE aza_nobody;
SELECT count(*) FROM pgbouncer_lookup('aza_nobody');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION pgbouncer_lookup(text) FROM aza_nobody;
DROP ROLE aza_nobody, aza_monitor;

-- everything that the extension made has a comment, and the lookup is closed to the public
SELECT p.oid::regprocedure, obj_description(p.oid, 'pg_proc') IS NOT NULL AS described, p.proacl
  FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aza_autoconf' ORDER BY 1::text;
SELECT prosecdef, proconfig, prorows FROM pg_proc WHERE oid = 'pgbouncer_lookup(text)'::regprocedure;

DROP EXTENSION aza_autoconf;
CREATE EXTENSION aza_autoconf;
DROP EXTENSION aza_autoconf;
