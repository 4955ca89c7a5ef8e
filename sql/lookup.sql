-- pgbouncer_lookup: exactly two columns, at most one row
CREATE ROLE aza_plain LOGIN PASSWORD 'x';
CREATE ROLE aza_no_password LOGIN;
CREATE ROLE aza_no_login PASSWORD 'x';
CREATE ROLE aza_expired LOGIN PASSWORD 'x' VALID UNTIL '2000-01-01';
CREATE ROLE aza_valid LOGIN PASSWORD 'x' VALID UNTIL 'infinity';
CREATE ROLE aza_super LOGIN SUPERUSER PASSWORD 'x';
CREATE ROLE "aza odd ""name"" ümlaut" LOGIN;

SELECT l.usename, l.passwd = a.rolpassword AS the_stored_one FROM pgbouncer_lookup('aza_plain') AS l, pg_authid AS a
 WHERE a.rolname = 'aza_plain';
SELECT * FROM pgbouncer_lookup('aza_no_password');
SELECT * FROM pgbouncer_lookup('aza_no_login');
SELECT * FROM pgbouncer_lookup('aza_expired');
SELECT usename, passwd LIKE 'SCRAM-SHA-256$%' AS has_password FROM pgbouncer_lookup('aza_valid');
SELECT usename, passwd LIKE 'SCRAM-SHA-256$%' AS has_password FROM pgbouncer_lookup('aza_super');
SELECT * FROM pgbouncer_lookup('aza odd "name" ümlaut');
SELECT * FROM pgbouncer_lookup('no such role');
SELECT * FROM pgbouncer_lookup('');
SELECT * FROM pgbouncer_lookup(NULL);
SELECT * FROM pgbouncer_lookup('AZA_PLAIN');
SELECT * FROM pgbouncer_lookup(repeat('x', 10000));
SELECT count(*) FROM pgbouncer_lookup('aza_plain'' OR 1=1 --');

-- the same as what the catalogue says, for every role
SELECT rolname FROM pg_authid AS a LEFT JOIN LATERAL pgbouncer_lookup(rolname) AS l ON true
 WHERE (l.usename IS NOT NULL) <> a.rolcanlogin
    OR (a.rolcanlogin AND l.usename <> a.rolname)
    OR (a.rolcanlogin AND l.passwd IS DISTINCT FROM CASE WHEN a.rolvaliduntil < now() THEN NULL ELSE a.rolpassword END);

-- as a column and in a view
SELECT pgbouncer_lookup('aza_no_password');
SELECT (pgbouncer_lookup('aza_no_password')).usename;

-- the choice about superusers is the server's, not a session's (what it does: t/pgbouncer.pl)
SET aza.pgbouncer_allow_superuser = off;

-- a function or operator in the caller's search_path changes nothing
CREATE SCHEMA trap;
CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
CREATE FUNCTION trap.text_eq(text, text) RETURNS bool LANGUAGE sql AS $$ SELECT true $$;
CREATE TABLE trap.pg_authid (rolname text);
SET search_path = trap, pg_catalog, public;
SELECT usename, passwd FROM public.pgbouncer_lookup('aza_expired');
SELECT * FROM public.pgbouncer_lookup('no such role');
RESET search_path;
DROP SCHEMA trap CASCADE;

DROP ROLE aza_plain, aza_no_password, aza_no_login, aza_expired, aza_valid, aza_super, "aza odd ""name"" ümlaut";
