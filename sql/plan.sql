-- aza_plan: every row of the sizing table, for 2 CPUs
SELECT m AS memory,
       max(value) FILTER (WHERE setting = 'shared_buffers') AS shared_buffers,
       max(value) FILTER (WHERE setting = 'effective_cache_size') AS effective_cache_size,
       max(value) FILTER (WHERE setting = 'maintenance_work_mem') AS maintenance_work_mem,
       max(value) FILTER (WHERE setting = 'work_mem') AS work_mem,
       max(value) FILTER (WHERE setting = 'max_connections') AS max_connections
  FROM (VALUES (512), (1024), (2048), (4096), (8192), (16384), (32768), (65536)) AS machines (m),
       LATERAL aza_plan(m::text, 2)
 GROUP BY m ORDER BY m;

-- with no argument it is this server's plan
SELECT p.setting, p.value, r.planned FROM aza_plan() AS p FULL JOIN aza_tuning_report() AS r USING (setting)
 WHERE p.value IS DISTINCT FROM r.planned;

-- any workload, storage and unit, in any case
SELECT setting, value, reason, bound FROM aza_plan('8GB', 8, 'DW', 'nvme');
SELECT setting, value FROM aza_plan(workload => 'desktop', storage => 'hdd', memory => '1 GB', cpus => 1)
 WHERE setting IN ('max_connections', 'shared_buffers', 'random_page_cost', 'max_parallel_workers_per_gather');

-- too small for its connections: by how much, and how many would fit
SELECT count(*) FROM aza_plan('128MB', 1);

-- what was typed wrong
SELECT * FROM aza_plan('2 gigs');
SELECT * FROM aza_plan('0');
SELECT * FROM aza_plan('-1');
SELECT * FROM aza_plan('64MB');
SELECT * FROM aza_plan('2TB');
SELECT * FROM aza_plan('99999999999999999999');
SELECT * FROM aza_plan('');
SELECT * FROM aza_plan('2GB', 0);
SELECT * FROM aza_plan('2GB', 5000);
SELECT * FROM aza_plan('2GB', 2, 'web shop');
SELECT * FROM aza_plan('2GB', 2, 'web', 'floppy');
