-- The report of a server of 2GB and 2 CPUs, one setting pinned and one chosen in the file.
CREATE EXTENSION aza_autoconf;
SHOW aza.detected_memory;
SHOW aza.detected_memory_source;
SHOW aza.detected_cpus;
SHOW aza.detected_cpus_source;
SHOW aza.memory_limit_path;
SHOW aza.mode;
SHOW aza.workload;
SHOW aza.storage;

-- regress.conf is the temporary server's postgresql.conf, whose line numbers are initdb's affair
SELECT setting, value, planned, status, reason, regexp_replace(source, ':\d+$', ':N') AS source, server_default, context, pending_restart
  FROM aza_tuning_report() WHERE setting <> 'huge_pages';
SELECT setting, value, planned, status, server_default FROM aza_tuning_report() WHERE setting = 'huge_pages';

-- what runs is what was planned
SHOW shared_buffers;
SHOW effective_cache_size;
SHOW maintenance_work_mem;
SHOW work_mem;
SHOW max_connections;
SHOW max_wal_size;

-- a session's SET goes on winning, and says so
SET work_mem = '9MB';
SELECT value, planned, status, source FROM aza_tuning_report() WHERE setting = 'work_mem';
RESET work_mem;
SELECT value, planned, status, source FROM aza_tuning_report() WHERE setting = 'work_mem';
SET work_mem TO DEFAULT;
SHOW work_mem;

-- detection: the values, not this machine's files
SELECT fact, value, source FROM aza_detection() WHERE fact IN ('memory', 'CPUs') ORDER BY 1;
SELECT count(*) > 10 AS many FROM aza_detection();

-- the budget adds up
SELECT item, pretty, remark FROM aza_memory_budget() WHERE item IN ('memory', 'per connection', 'connections');
SELECT sum(bytes) FILTER (WHERE item = 'memory') =
       sum(bytes) FILTER (WHERE item IN ('shared memory', 'connections', 'reserve', 'headroom')) AS adds_up
  FROM aza_memory_budget();
SELECT pg_size_bytes(current_setting('shared_memory_size')) = bytes AS as_the_server_says
  FROM aza_memory_budget() WHERE item = 'shared memory';

-- the plan as a file holds every planned setting once
SELECT count(*) AS lines, count(DISTINCT name) AS names
  FROM regexp_matches(aza_tuning_conf(), '^(\w+) = ', 'gn') AS m, LATERAL (SELECT m[1] AS name) AS n
 WHERE name IN (SELECT setting FROM aza_tuning_report());

-- every setting of ours is described, and read-only ones cannot be set
SELECT name, unit, context, vartype, short_desc, extra_desc FROM pg_settings WHERE name LIKE 'aza.%' ORDER BY name;

-- the governor's defaults; that of aza.governor follows the machine
SELECT name, boot_val, enumvals FROM pg_settings
 WHERE name ~ '^aza\.(govern_|grant_|max_query_|watch_|pressure_)' ORDER BY name;
SET aza.detected_memory = '1GB';
SET aza.mode = 'report';
SET aza.no_such_setting = 1;
