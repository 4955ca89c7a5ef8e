-- Who may call what, and who sees paths and sources.
BEGIN;
SELECT plan(33);

CREATE ROLE aza_anybody LOGIN;
CREATE ROLE aza_watcher;
GRANT pg_monitor TO aza_watcher;
CREATE ROLE aza_pooler LOGIN;
GRANT EXECUTE ON FUNCTION pgbouncer_lookup(text) TO aza_pooler;

-- by the catalogue
SELECT function_privs_are('public', 'pgbouncer_lookup', ARRAY['text'], 'aza_anybody', '{}'::name[], 'nobody may call the lookup');
SELECT function_privs_are('public', 'pgbouncer_lookup', ARRAY['text'], 'aza_watcher', '{}'::name[], 'nor may pg_monitor');
SELECT function_privs_are('public', 'pgbouncer_lookup', ARRAY['text'], 'aza_pooler', ARRAY['EXECUTE'], 'but the pooler may');
SELECT function_privs_are('public', f, a::name[], 'aza_anybody', ARRAY['EXECUTE'], 'anybody may call ' || f)
  FROM (VALUES ('aza_tuning_report', '{}'), ('aza_detection', '{}'), ('aza_memory_budget', '{}'), ('aza_tuning_conf', '{}'),
               ('aza_plan', '{text,integer,text,text}')) AS v (f, a);
SELECT function_privs_are('public', 'aza_apply_advice', ARRAY['text'], role, '{}'::name[], role || ' may not apply advice')
  FROM (VALUES ('aza_anybody'), ('aza_watcher')) AS v (role);
SELECT is((SELECT string_agg(acl::text, ' ') FROM pg_proc, unnest(proacl) AS acl WHERE proname = 'pgbouncer_lookup'),
  'postgres=X/postgres aza_pooler=X/postgres', 'the lookup''s whole access list');
SELECT function_owner_is('public', 'pgbouncer_lookup', ARRAY['text'], 'postgres', 'the lookup belongs to the superuser who made it');

-- by trying: anybody
SET LOCAL ROLE aza_anybody;
SELECT throws_ok($$SELECT * FROM pgbouncer_lookup('postgres')$$, '42501', 'permission denied for function pgbouncer_lookup',
  'anybody is refused');
SELECT throws_ok($$GRANT EXECUTE ON FUNCTION pgbouncer_lookup(text) TO aza_anybody$$, '42501',
  'permission denied for function pgbouncer_lookup', 'and cannot allow it');
SELECT throws_ok($$ALTER FUNCTION pgbouncer_lookup(text) SECURITY INVOKER$$, '42501',
  'must be owner of function pgbouncer_lookup', 'or change it');
SELECT throws_ok($$SELECT set_config('aza.pgbouncer_allow_superuser', 'on', false)$$, '55P02',
  'parameter "aza.pgbouncer_allow_superuser" cannot be changed now', 'or let superusers in');
SELECT throws_ok($$SHOW aza.memory_limit_path$$, '42501', 'permission denied to examine "aza.memory_limit_path"',
  'a path is hidden from anybody');
SELECT throws_ok($$SHOW aza.detected_memory_source$$, '42501', 'permission denied to examine "aza.detected_memory_source"',
  'and so is a source of memory');
SELECT throws_ok($$SHOW aza.detected_cpus_source$$, '42501', 'permission denied to examine "aza.detected_cpus_source"',
  'and of CPUs');
SELECT is(current_setting('aza.detected_memory'), '2GB', 'the size is not');
SELECT is_empty($$SELECT 1 FROM aza_tuning_report() WHERE source IS NOT NULL$$, 'anybody sees no source in the report');
SELECT isnt_empty($$SELECT 1 FROM aza_tuning_report() WHERE reason <> ''$$, 'but reasons');
SELECT is_empty($$SELECT 1 FROM aza_detection() WHERE source IS NOT NULL OR remark IS NOT NULL$$,
  'anybody sees no source or remark of detection');
SELECT results_eq($$SELECT DISTINCT value FROM aza_detection() WHERE fact = 'memory'$$, ARRAY['2GB'], 'but the values');
SELECT doesnt_match(aza_tuning_conf(), '(^|[ "])/[a-z]', 'no path in the plan as text');
SELECT lives_ok($$SELECT * FROM aza_plan('8GB', 4)$$, 'anybody may ask what if');

-- by trying: pg_monitor
SET LOCAL ROLE aza_watcher;
SELECT is(current_setting('aza.detected_memory_source'), 'POSTGRES_MEMORY', 'pg_monitor sees the source of memory');
SELECT is(current_setting('aza.memory_limit_path'), '', 'and the path, which an override leaves empty');
SELECT results_eq($$SELECT setting, source FROM aza_tuning_report() WHERE status = 'pinned'$$,
  $$VALUES ('default_statistics_target'::text, 'aza.pin'::text)$$, 'and who pinned a setting');
SELECT isnt_empty($$SELECT 1 FROM aza_detection() WHERE source IS NOT NULL$$, 'and sources of detection');
SELECT throws_ok($$SELECT * FROM pgbouncer_lookup('postgres')$$, '42501', 'permission denied for function pgbouncer_lookup',
  'but no password');

-- by trying: the pooler, who is let through to passwords only by this function
SET LOCAL ROLE aza_pooler;
SELECT results_eq($$SELECT usename, passwd FROM pgbouncer_lookup('aza_anybody')$$,
  $$VALUES ('aza_anybody'::text, NULL::text)$$, 'the pooler is answered');
SELECT throws_ok($$SELECT rolpassword FROM pg_authid$$, '42501', 'permission denied for table pg_authid',
  'and reads no password otherwise');

RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
