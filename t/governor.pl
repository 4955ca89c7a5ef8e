# Memory grants: who gets how much, who waits, who need not, and that the accounts are exact afterwards.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $node = governor_node('governor', conf => 'restart_after_crash = on');
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION sets() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET work_mem = '7MB'; RETURN 1; END $$;
CREATE FUNCTION sets_local() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET LOCAL work_mem = '7MB'; RETURN 1; END $$;
CREATE FUNCTION nested() RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT count(*) FROM (SELECT t FROM t ORDER BY t DESC OFFSET 0) x); END $$;
CREATE FUNCTION own_grant() RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT granted_kb FROM aza_memory_grants() WHERE pid = pg_backend_pid()); END $$;
SQL

my $sort = 'SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x';
my $failing = 'SELECT 1 / (count(*) - 100000) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x';

sub sort_method
{
	my ($settings, @more) = @_;
	return $node->safe_psql('postgres', "$settings EXPLAIN (ANALYZE, COSTS OFF) $sort", @more) =~ /Sort Method: (.*?)  / ? $1 : 'none';
}

is(accounts($node), '0 0 0 0', 'at the start nothing is granted');

$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
$node->safe_psql('postgres', 'SELECT * FROM small ORDER BY id') for 1 .. 3;
is(stat_of($node, 'granted'), 0, 'small queries run without a grant');

is(sort_method(''), 'quicksort', 'a sort that would spill is given the memory not to');
is(stat_of($node, 'raised above the settings'), 1, 'which is counted');
is($node->safe_psql('postgres', "$sort; SHOW work_mem"), "100000\n1MB", 'work_mem is as before afterwards');
is(sort_method("SET work_mem = '2MB';"), 'external merge', 'an explicit SET is left alone');
is(sort_method("SET aza.govern_explicit = on; SET work_mem = '2MB';"), 'quicksort', 'unless aza.govern_explicit is on');
$node->safe_psql('postgres', "CREATE ROLE chosen SUPERUSER LOGIN; ALTER ROLE chosen SET work_mem = '2MB'");
is(sort_method('', extra_params => [ '-U', 'chosen' ]), 'external merge', 'and so is ALTER ROLE ... SET');
sub sort_method_with
{
	my ($conf) = @_;
	$node->append_conf('postgresql.conf', $conf);
	reload($node);
	return sort_method('');
}
is(sort_method_with('aza.max_query_memory = 0'), 'external merge', 'with aza.max_query_memory = 0 nothing is raised');
# The sort wants 10,500,000 bytes for 100000 rows, and 2MB beside it: 12.01MB.
is(sort_method_with("aza.max_query_memory = '10MB'"), 'external merge', 'nor beyond an aza.max_query_memory of 10MB');
is(sort_method_with("aza.max_query_memory = '12MB'"), 'external merge', 'or 12MB');
is(sort_method_with("aza.max_query_memory = '13MB'"), 'quicksort', 'but within 13MB');
is(sort_method_with('aza.max_query_memory = -1'), 'quicksort', 'and within the default');

# The sort needs 2.7MB without its overhead, the two nodes of the other query 16MB; a 64th of the pool is between 3 and 6MB.
$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
is(sort_method_with("aza.grant_floor = '64MB'") . ' ' . stat_of($node, 'granted'), 'external merge 0', 'with aza.grant_floor = 64MB the sort runs without a grant');
$node->safe_psql('postgres', "SET work_mem = '8MB'; $large_query");
is(stat_of($node, 'granted'), 1, 'but what needs more than a 64th of the pool asks');
is(sort_method_with('aza.grant_floor = 1024') . ' ' . stat_of($node, 'granted'), 'quicksort 2', 'and with the default the sort does, too');

$node->psql('postgres', $failing);
is(accounts($node), '0 0 0 0', 'an error gives the grant back');
is($node->safe_psql('postgres', <<'SQL'), '1MB', 'so do errors that a subtransaction catches');
DO $$
BEGIN
  FOR i IN 1 .. 20 LOOP
    BEGIN
      PERFORM 1 / (count(*) - 100000) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x;
    EXCEPTION WHEN division_by_zero THEN NULL;
    END;
  END LOOP;
END $$;
SHOW work_mem;
SQL
is(accounts($node), '0 0 0 0', 'with exact accounts');

my $from_sorted = 'FROM (SELECT t FROM t ORDER BY t OFFSET 0) x LIMIT 1';
is($node->safe_psql('postgres', "SELECT sets() $from_sorted; SHOW work_mem"), "1\n7MB", 'a SET in a function that a governed query calls stays');
is($node->safe_psql('postgres', "SELECT sets_local() $from_sorted; SHOW work_mem"), "1\n1MB", 'and a SET LOCAL there ends');
is($node->safe_psql('postgres', "SELECT nested() $from_sorted; SHOW work_mem"), "100000\n1MB", 'a nested query runs, and leaves work_mem alone');
is($node->safe_psql('postgres', <<'SQL'), '32MB', 'utility statements leave maintenance_work_mem alone afterwards');
CREATE INDEX ON t (t);
VACUUM t;
REINDEX TABLE t;
CLUSTER t USING t_t_idx;
DROP INDEX t_t_idx;
SHOW maintenance_work_mem;
SQL
is(accounts($node), '0 0 0 0', 'and give back what they were granted');

my $holder = hold_everything($node);
my ($waiter, $pid) = session_in_line($node, $sort);
is($node->safe_psql('postgres', "SELECT state, granted_kb FROM aza_memory_grants() WHERE pid = $pid"), 'waiting|0',
	'a query that does not fit waits, as wait event Extension:AzaMemoryGrant');
is($node->safe_psql('postgres', 'SELECT count(*) FROM small'), 10, 'a small query does not');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
like(ended($waiter), qr/canceling statement due to user request/, 'the wait can be canceled');
$waiter->quit;
is(stat_of($node, 'waiting now'), 0, 'which leaves the line');

($waiter, $pid) = session_in_line($node, $sort, "SET statement_timeout = '2s'");
like(ended($waiter), qr/canceling statement due to statement timeout/, 'statement_timeout ends the wait');
$waiter->quit;

($waiter, $pid) = session_in_line($node, $sort);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
is(stat_of($node, 'waiting now'), 0, 'a session that is terminated in the line leaves it');
eval { $waiter->quit };

($waiter, $pid) = session_in_line($node, $sort, "SET aza.grant_timeout = '2s'", 'SET aza.grant_timeout_action = fail');
my $error = ended($waiter);
like($error, qr/ERROR:  no memory became free for the query in time/, 'aza.grant_timeout_action = fail: an error');
like($error, qr/HINT:  Raise aza.grant_timeout, run fewer queries at once, or give the server more memory/, 'with a hint');
$waiter->quit;
is($node->safe_psql('postgres', <<'SQL'), '53200', 'with SQLSTATE 53200');
SET aza.grant_timeout = '300ms';
SET aza.grant_timeout_action = fail;
CREATE TEMP TABLE state (s text);
DO $$ BEGIN PERFORM count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x;
EXCEPTION WHEN out_of_memory THEN INSERT INTO state VALUES (SQLSTATE); END $$;
SELECT s FROM state;
SQL
is($node->safe_psql('postgres', "SET aza.grant_timeout = '300ms'; SET aza.grant_timeout_action = run; $sort"), 100000,
	'aza.grant_timeout_action = run: it runs');

($waiter, $pid) = session_in_line($node, $sort);
$holder->query_safe('COMMIT');
is(ended($waiter), '', 'when memory becomes free the first in line runs');
$waiter->quit;
$holder->quit;
is(accounts($node), '0 0 0 0', 'and the accounts are exact');

# With some 50MB left for a query that would need 146MB.
my $free = $node->safe_psql('postgres', "SELECT bytes >> 20 FROM aza_memory_budget() WHERE item = 'for queries now'");
$holder = hold($node, 2 * int($free / 2) - 50);
my $seen = "SELECT current_setting('work_mem') AS w, own_grant() AS granted_kb, i FROM many_expected() i ORDER BY i";
$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
my ($lowered, $granted) = split /\|/, $node->safe_psql('postgres', "SET aza.govern_explicit = on; SET work_mem = '64MB'; SELECT pg_size_bytes(w) / 1024, granted_kb FROM ($seen) x");
cmp_ok($lowered, '>=', 1024, 'where less is free than a query needs, it runs with a lower work_mem, of at least 1MB');
cmp_ok($lowered, '<', 64 * 1024, 'and below the setting');
is($lowered, int(($granted - 2048) / 2), 'with which its two nodes stay within its grant, less the 2MB beside them');
is(stat_of($node, 'lowered below the settings'), 1, 'which is counted');
($waiter, $pid) = session_in_line($node, "CREATE TEMP TABLE seen AS $seen", "SET work_mem = '64MB'");
is(grant_of($node, $pid, 'state, need_kb, granted_kb'), 'waiting|' . 146 * 1024 . '|0', 'an explicit SET waits for all that it may take');
$holder->query_safe('COMMIT');
is(ended($waiter), '', 'until that is free');
is($waiter->query_safe('SELECT w, granted_kb FROM seen'), '64MB|' . 146 * 1024, 'and runs with what was set');
is(stat_of($node, 'lowered below the settings'), 1, 'without being lowered');
$_->quit for $waiter, $holder;
is(accounts($node), '0 0 0 0', 'and the accounts are exact');

# The waiter holds a lock that the holder of the memory wants: neither could ever go on.
$holder = hold_everything($node);
($waiter, $pid) = session_in_line($node, $sort, 'BEGIN', 'LOCK TABLE small IN ACCESS EXCLUSIVE MODE');
my $start = time;
$holder->query_until(qr/wants/, "\\echo wants\nSELECT count(*) FROM small;\n\\echo ended\n");
is(ended($waiter), '', 'a waiter that holds a lock which others want starts at once');
$waiter->query_safe('COMMIT');
$holder->query_until(qr/ended/, '');
ok(time - $start < 20, 'so that both come to their end');
$waiter->quit;
is($holder->query_safe($sort), 100000, 'a session that holds a grant does not wait for another one');
$holder->query_safe('COMMIT');
$holder->quit;
is(accounts($node), '0 0 0 0', 'what came from the reserve is back');

$holder = hold_everything($node);
kill 'KILL', $node->safe_psql('postgres', 'SELECT pid FROM aza_memory_grants()');
$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'no restart';
is(accounts($node), '0 0 0 0', 'a crash restart begins clean');
eval { $holder->quit };
is(sort_method(''), 'quicksort', 'and governs as before');

$node->append_conf('postgresql.conf', 'aza.governor = off');
reload($node);
is(sort_method(''), 'external merge', 'aza.governor = off, by a reload');

$node->safe_psql('postgres', 'CREATE ROLE nobody LOGIN; CREATE ROLE monitor LOGIN IN ROLE pg_monitor');
for my $function (qw(aza_memory_grants aza_governor_stats aza_governor_stats_reset aza_events))
{
	my ($rc, $out, $err) = $node->psql('postgres', "SELECT * FROM $function()", extra_params => [ '-U', 'nobody' ]);
	like($err, qr/permission denied for function $function/, "$function is not for everybody");
	is($node->psql('postgres', "SELECT * FROM $function()", extra_params => [ '-U', 'monitor' ]), 0, 'but for pg_monitor');
}
$node->stop;
done_testing();
