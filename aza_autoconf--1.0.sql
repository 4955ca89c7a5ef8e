-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION aza_autoconf" to load this file. \quit

-- Everyone may see the settings; paths and sources are NULL for all but superusers and members of pg_monitor.

CREATE FUNCTION aza_tuning_report(
  OUT setting text,
  OUT value text,
  OUT planned text,
  OUT status text,
  OUT reason text,
  OUT source text,
  OUT server_default text,
  OUT context text,
  OUT pending_restart boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 23;
COMMENT ON FUNCTION aza_tuning_report() IS
'One row per planned setting: the running value, the planned one, the status (applied, pinned by aza.pin, outranked by the command line, a role, a database or the session, kept because a human chose it in a file, rejected by the server), the rule with its numbers, who holds it where the plan does not, the server''s default, when a change takes effect, and whether one waits for a restart';

CREATE FUNCTION aza_detection(OUT fact text, OUT value text, OUT source text, OUT remark text)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 30;
COMMENT ON FUNCTION aza_detection() IS
'Every fact that the server found out at its start about memory, CPUs, huge pages and storage, with the file it was read from; "unknown" where the remark says because of what';

CREATE FUNCTION aza_memory_budget(OUT item text, OUT bytes bigint, OUT pretty text, OUT remark text)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION aza_memory_budget() IS
'How the memory is dealt out, in bytes: shared memory, idle connections, reserve, and the headroom that is left for queries, where negative says by how much it does not fit; and what is in use and granted just now';

CREATE FUNCTION aza_tuning_conf() RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION aza_tuning_conf() IS
'The plan as text for postgresql.conf, with the reason of each line';

CREATE FUNCTION aza_plan(
  memory text DEFAULT NULL,
  cpus integer DEFAULT NULL,
  workload text DEFAULT NULL,
  storage text DEFAULT NULL,
  OUT setting text,
  OUT value text,
  OUT reason text,
  OUT bound text)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL RESTRICTED ROWS 20;
COMMENT ON FUNCTION aza_plan(text, integer, text, text) IS
'The plan for any machine: memory as megabytes or a size with unit (128MB to 1TB), cpus 1 to 4096, workload mixed, web, oltp, dw or desktop, storage ssd, nvme, hdd or san; NULL means as on this server';

-- For PgBouncer's auth_query. No SQL inside; the fixed search_path is there because auditors look for it.
CREATE FUNCTION pgbouncer_lookup(user_name text, OUT usename text, OUT passwd text)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT STABLE SECURITY DEFINER PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION pgbouncer_lookup(text) IS
'For PgBouncer''s auth_query: name and password of a role that may log in, at most one row; the password is NULL where the role has none or VALID UNTIL has passed, and superusers are left out where aza.pgbouncer_allow_superuser is off';
REVOKE ALL ON FUNCTION pgbouncer_lookup(text) FROM PUBLIC;

-- The governor. What other sessions run and hold is for superusers and members of pg_monitor.

CREATE FUNCTION aza_memory_grants(
  OUT pid bigint,
  OUT query_id bigint,
  OUT state text,
  OUT least_kb bigint,
  OUT need_kb bigint,
  OUT wish_kb bigint,
  OUT granted_kb bigint,
  OUT real_kb bigint,
  OUT since timestamptz)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION aza_memory_grants() IS
'One row per backend that holds a memory grant or waits for one: what its query needs at least, by its settings, and not to spill; what it was granted; what it and its parallel workers really hold; since when it waits or runs';

CREATE FUNCTION aza_governor_stats(OUT name text, OUT value bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 26;
COMMENT ON FUNCTION aza_governor_stats() IS
'What the governor did since the start or the last reset: grants, waits with their times, refusals, cancels, high-water marks; and how much is granted now';

CREATE FUNCTION aza_governor_stats_reset() RETURNS void
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION aza_governor_stats_reset() IS
'Sets the counters of aza_governor_stats() to zero; what is granted now is not touched';

CREATE FUNCTION aza_events(OUT at timestamptz, OUT kind text, OUT cause text, OUT before text, OUT after text)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 100;
COMMENT ON FUNCTION aza_events() IS
'The last hundred decisions, the oldest first: limits that changed, and what was done under memory pressure';

-- Advice from the workload. The queries inside run with the caller's rights, hence the fixed search_path.

CREATE FUNCTION aza_advice(
  OUT topic text,
  OUT setting text,
  OUT value text,
  OUT proposed text,
  OUT evidence text,
  OUT effect text,
  OUT cost text,
  OUT apply text,
  OUT needs_restart boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED ROWS 10
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION aza_advice() IS
'What the workload says about settings, only where there is evidence: the running value, the proposed one, the numbers that speak for it, what it does and what it costs, and what to type; needs_restart is NULL where it is no setting of the server';

CREATE FUNCTION aza_apply_advice(setting text) RETURNS text
AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION aza_apply_advice(text) IS
'Writes what aza_advice() proposes for a setting of the server with ALTER SYSTEM, and says whether that takes a reload or a restart; for superusers, and not inside a transaction block';
REVOKE ALL ON FUNCTION aza_apply_advice(text) FROM PUBLIC;
