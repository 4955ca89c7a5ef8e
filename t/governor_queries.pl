# Which queries ask for memory, and that each gives it back whatever way it ends: cursors, COPY, prepared statements,
# functions, parallel queries, aggregates, two-phase commit.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $node = governor_node('governor_queries', conf => 'max_prepared_transactions = 2');
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION own_grant() RETURNS text LANGUAGE plpgsql PARALLEL RESTRICTED AS
$$ BEGIN RETURN (SELECT concat_ws('|', state, need_kb, granted_kb) FROM aza_memory_grants() WHERE pid = pg_backend_pid()); END $$;
CREATE FUNCTION sorted_rows() RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT count(*) FROM (SELECT t FROM t ORDER BY t DESC OFFSET 0) x); END $$;
CREATE FUNCTION sorted_in_sql() RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM (SELECT t FROM t ORDER BY t DESC OFFSET 0) x $$;
CREATE FUNCTION loops() RETURNS int LANGUAGE plpgsql AS $$
DECLARE r record; n int := 0;
BEGIN
  FOR r IN SELECT t FROM t ORDER BY t LOOP
    IF n < 3 THEN PERFORM sorted_rows(); END IF;
    n := n + 1;
  END LOOP;
  RETURN n;
END $$;
SQL

my $sort = 'SELECT t FROM t ORDER BY t';
my $sum = "SELECT count(*) FROM ($sort OFFSET 0) x";

# How many grants statements took, and what they answered.
sub grants_of
{
	my ($sql) = @_;
	$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
	my $answer = $node->safe_psql('postgres', $sql);
	return stat_of($node, 'granted') . ' ' . accounts($node) . ($answer eq '' ? '' : " $answer");
}

# work_mem of 1MB in a sort of t alone, which counts 24 of the 64 bytes that a row takes; and 100000 rows of 33 and 72 bytes.
my $by_reference = int((1 << 20) / 100) * 266;
my $rows = 100000 * (33 + 72);
my $one = cost(0, [ $rows, $by_reference ]);

my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('BEGIN');
$session->query_safe("DECLARE c CURSOR WITH HOLD FOR $sort");
like($session->query_safe('SELECT own_grant()'), qr/^granted\|$one\|\d{5,}$/, 'an open cursor holds a grant, also before it is fetched from');
$session->query_safe('FETCH 10 FROM c');
like($session->query_safe('SELECT own_grant()'), qr/^granted\|$one\|/, 'and between fetches');
is($session->query_safe('SHOW work_mem'), '1MB', 'which changes nothing for what runs between them');
$session->query_safe('COMMIT');
is(accounts($node), '0 0 0 0', 'WITH HOLD: the commit stores the rows and gives the grant back');
$session->query_safe('MOVE FORWARD 99980 FROM c');
is($session->query_safe("FETCH ALL FROM c; CLOSE c") =~ tr/\n//, 9, 'and the rows are all there afterwards');

$session->query_safe("BEGIN; DECLARE c CURSOR FOR $sort; SAVEPOINT s; DECLARE d CURSOR FOR $sort; DECLARE e CURSOR FOR $sort");
is($session->query_safe("SELECT value FROM aza_governor_stats() WHERE name = 'granted now, bytes'") > 0, 1, 'three cursors hold grants');
my $all = stat_of($node, 'granted now, bytes');
$session->query_safe('CLOSE d');
my $two = stat_of($node, 'granted now, bytes');
$session->query_safe('ROLLBACK TO s');
my $first = stat_of($node, 'granted now, bytes');
ok($all > $two && $two > $first && $first > 0, 'CLOSE gives one back, a rollback to a savepoint those since then');
$session->query_safe('COMMIT');
is(accounts($node), '0 0 0 0', 'and the commit the last one');

$session->query_safe("BEGIN; DECLARE c CURSOR FOR $sort; INSERT INTO small VALUES (11); PREPARE TRANSACTION 'two'");
is(accounts($node), '0 0 0 0', 'PREPARE TRANSACTION gives the grants back');
$session->query_safe("ROLLBACK PREPARED 'two'");

is(grants_of("COPY ($sort) TO '/dev/null'"), '1 0 0 0 0', 'COPY (SELECT ...) TO asks');
is(grants_of("CREATE TEMP TABLE x AS $sort"), '1 0 0 0 0', 'so does CREATE TABLE AS');
is(grants_of("EXPLAIN $sort") =~ s/ Sort.*//sr, '0 0 0 0 0', 'but not EXPLAIN alone');
is(grants_of("PREPARE p AS $sum; EXECUTE p; EXECUTE p; EXECUTE p"), "3 0 0 0 0 100000\n100000\n100000", 'each EXECUTE asks');
is(grants_of("$sum \\bind \\g"), '1 0 0 0 0 100000', 'so does the extended protocol');
is(grants_of("\\set FETCH_COUNT 100\nSELECT t FROM ($sort LIMIT 20000) x WHERE t IS NULL"), '1 0 0 0 0', 'and a result that is fetched in chunks');
is(grants_of('SELECT sorted_rows()'), '1 0 0 0 0 100000', 'a query in a function');
is(grants_of('SELECT sorted_in_sql(), sorted_in_sql()'), '2 0 0 0 0 100000|100000', 'in SQL functions, each');
is(grants_of('SELECT loops()'), '4 0 0 0 0 100000', 'a loop over a query, and the queries in it');
is(grants_of("DO \$\$ BEGIN FOR i IN 1 .. 3 LOOP PERFORM sorted_rows(); COMMIT; END LOOP; END \$\$"), '3 0 0 0 0',
	'procedural code that commits on its way');

# Two workers and the leader, each with a sort of its own.
my $parallel = 'SET max_parallel_workers_per_gather = 2; SET max_parallel_workers = 8; SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET debug_parallel_query = off';
is(grants_of("$parallel; SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x"), '1 0 0 0 0 100000', 'parallel workers take no grants of their own');
my $plan = $node->safe_psql('postgres', "$parallel; EXPLAIN (ANALYZE, COSTS OFF) $sum");
like($plan, qr/Workers Launched: 2/, 'two of them');
my ($settings, $least) = split /\|/, $node->safe_psql('postgres', "$parallel;
	SELECT count(DISTINCT w), min(pg_size_bytes(w)) FROM (SELECT t, current_setting('work_mem') AS w FROM t ORDER BY t) x");
is($settings, 1, "they have their leader's work_mem");
cmp_ok($least, '>', 1 << 20, 'which is what it was granted');
my $need = "SELECT own_grant() FROM ($sort OFFSET 1) x LIMIT 1";
# The planner expects less of the leader, which collects the rows as well.
my $share = int(100000 / 2.4 + 0.5) * (33 + 72);
my $three = cost(2, map { [ $share, $by_reference ] } 1 .. 3);
like($node->safe_psql('postgres', "$parallel; $need"), qr/^granted\|$three\|/, 'and their need is counted: that of three processes');
like($node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $need"), qr/^granted\|$one\|/, 'instead of once');

my $off = 'SET enable_presorted_aggregate = off';
# What array_agg() and its like keep, which no setting bounds: 32 bytes of text, as the planner guesses, twice, and 24 beside each.
my $kept = 100000 * (2 * 32 + 24);
is(need_of($node, 'SELECT array_agg(t) FROM t'), cost(0, [ $kept, $kept ]), 'array_agg() counts with every row');
is(need_of($node, 'SELECT json_agg(t) FROM t'), cost(0, [ $kept, $kept ]), 'so does json_agg()');
is(need_of($node, 'SELECT avg(id::numeric) FROM t'), '', 'but no aggregate whose state keeps its size');
is(need_of($node, 'SELECT count(DISTINCT t) FROM t', $off, "SET work_mem = '64MB'"), cost(0, [ $rows, 64 << 20 ]), 'DISTINCT in an aggregate counts as a sort');
is(need_of($node, "SELECT string_agg(t, ',' ORDER BY t) FROM t", $off), cost(0, [ $rows, 1 << 20 ], [ $kept, $kept ]), 'so does ORDER BY, up to work_mem');
is(need_of($node, 'SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY t) FROM t'), $one, 'and WITHIN GROUP');
my $wide = 100000 * (37 + 72);
is(need_of($node, 'SELECT count(DISTINCT t), count(DISTINCT id) FROM t', $off),
	cost(0, [ $wide, int((1 << 20) / 100) * 266 ], [ $wide, 1 << 20 ]), 'each of them');
is(need_of($node, 'SELECT count(*) FROM t HAVING count(DISTINCT t) > 1', $off), $one, 'also in HAVING');
my $wider = 100000 * (41 + 72);
is(need_of($node, 'SELECT count(DISTINCT t) FROM t GROUP BY ROLLUP (id % 2, id % 3)', $off),
	cost(0, [ $wider, 1 << 20 ], map { [ $wider, int((1 << 20) / 100) * 300 ] } 1 .. 3),
	'grouping sets sort side by side: the three, and the sort below them');
is(need_of($node, 'SELECT k, count(DISTINCT t) FROM t GROUP BY k', $off, "SET work_mem = '64MB'", 'SET enable_hashagg = off'),
	cost(0, [ $wide, 64 << 20 ]), 'a group at a time: with 30000 groups it adds next to nothing to the sort below');
is($node->safe_psql('postgres', "$off; SELECT count(DISTINCT t), count(DISTINCT id) FROM t"), '100000|100000', 'and the query runs');
is(accounts($node), '0 0 0 0', 'with exact accounts at the end');
$session->quit;
$node->stop;
done_testing();
