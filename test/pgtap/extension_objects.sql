-- What CREATE EXTENSION makes: exactly these functions, with these signatures and properties.
BEGIN;
SELECT * FROM no_plan();

CREATE TEMP TABLE ours AS
SELECT p.oid, p.proname AS name, p.oid::regprocedure::text AS signature
  FROM pg_proc AS p
  JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'aza_autoconf';

SELECT has_extension('aza_autoconf', 'the extension is there');
SELECT set_eq(
  'SELECT signature FROM ours',
  ARRAY['aza_tuning_report()', 'aza_detection()', 'aza_memory_budget()', 'aza_tuning_conf()',
        'aza_plan(text,integer,text,text)', 'pgbouncer_lookup(text)', 'aza_memory_grants()', 'aza_governor_stats()',
        'aza_governor_stats_reset()', 'aza_events()', 'aza_advice()', 'aza_apply_advice(text)'],
  'the extension has these functions and no other');
SELECT results_eq(
  $$SELECT count(*) FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.deptype = 'e'
     WHERE e.extname = 'aza_autoconf' AND d.classid <> 'pg_proc'::regclass$$,
  ARRAY[0::bigint], 'and no object of another kind');
SELECT ok((SELECT extrelocatable FROM pg_extension WHERE extname = 'aza_autoconf'), 'it can be moved to another schema');
SELECT is((SELECT extversion FROM pg_extension WHERE extname = 'aza_autoconf'),
  (SELECT default_version FROM pg_available_extensions WHERE name = 'aza_autoconf'), 'it has the default version');
SELECT is((SELECT version FROM pg_get_loaded_modules() WHERE module_name = 'aza_autoconf'),
  (SELECT default_version FROM pg_available_extensions WHERE name = 'aza_autoconf'), 'and so has the loaded library');
SELECT is((SELECT trusted FROM pg_available_extension_versions WHERE name = 'aza_autoconf'), false,
  'only a superuser may create it');

SELECT function_returns('aza_tuning_report', '{}'::name[], 'setof record');
SELECT function_returns('aza_detection', '{}'::name[], 'setof record');
SELECT function_returns('aza_memory_budget', '{}'::name[], 'setof record');
SELECT function_returns('aza_tuning_conf', '{}'::name[], 'text');
SELECT function_returns('aza_plan', ARRAY['text', 'integer', 'text', 'text'], 'setof record');
SELECT function_returns('aza_advice', '{}'::name[], 'setof record');
SELECT function_returns('aza_apply_advice', ARRAY['text'], 'text');
SELECT function_returns('pgbouncer_lookup', ARRAY['text'], 'setof record');

-- the columns, by name and type
SELECT is(pg_get_function_arguments('aza_tuning_report()'::regprocedure),
  'OUT setting text, OUT value text, OUT planned text, OUT status text, OUT reason text, OUT source text, '
  'OUT server_default text, OUT context text, OUT pending_restart boolean', 'columns of aza_tuning_report');
SELECT is(pg_get_function_arguments('aza_detection()'::regprocedure),
  'OUT fact text, OUT value text, OUT source text, OUT remark text', 'columns of aza_detection');
SELECT is(pg_get_function_arguments('aza_memory_budget()'::regprocedure),
  'OUT item text, OUT bytes bigint, OUT pretty text, OUT remark text', 'columns of aza_memory_budget');
SELECT is(pg_get_function_arguments('aza_plan(text,integer,text,text)'::regprocedure),
  'memory text DEFAULT NULL::text, cpus integer DEFAULT NULL::integer, workload text DEFAULT NULL::text, '
  'storage text DEFAULT NULL::text, OUT setting text, OUT value text, OUT reason text, OUT bound text',
  'arguments and columns of aza_plan');
SELECT is(pg_get_function_arguments('aza_advice()'::regprocedure),
  'OUT topic text, OUT setting text, OUT value text, OUT proposed text, OUT evidence text, OUT effect text, '
  'OUT cost text, OUT apply text, OUT needs_restart boolean', 'columns of aza_advice');
SELECT is(pg_get_function_arguments('aza_apply_advice(text)'::regprocedure), 'setting text', 'argument of aza_apply_advice');
SELECT is(pg_get_function_arguments('pgbouncer_lookup(text)'::regprocedure),
  'user_name text, OUT usename text, OUT passwd text', 'argument and columns of pgbouncer_lookup');

SELECT volatility_is(name, CASE name WHEN 'pgbouncer_lookup' THEN 'stable' ELSE 'volatile' END) FROM ours ORDER BY name;
SELECT is(proisstrict, name <> 'aza_plan', name || ' is strict, but aza_plan, which takes NULL for "as here"')
  FROM ours JOIN pg_proc USING (oid) ORDER BY name;
SELECT is(prosecdef, name = 'pgbouncer_lookup', name || ' runs with its owner''s rights only if it is the lookup')
  FROM ours JOIN pg_proc USING (oid) ORDER BY name;
SELECT is(proconfig, CASE WHEN name IN ('pgbouncer_lookup', 'aza_advice', 'aza_apply_advice')
                          THEN ARRAY['search_path=pg_catalog, pg_temp'] END,
    name || ' has a search_path of its own only if it is the lookup or advice')
  FROM ours JOIN pg_proc USING (oid) ORDER BY name;
SELECT is(lanname, 'c', name || ' is written in C++ and has no SQL inside')
  FROM ours JOIN pg_proc USING (oid) JOIN pg_language AS l ON l.oid = prolang ORDER BY name;
SELECT matches(obj_description(oid, 'pg_proc'), '^.{40}', name || ' has a comment that says something') FROM ours ORDER BY name;

SELECT * FROM finish();
ROLLBACK;
