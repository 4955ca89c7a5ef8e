# What each kind of plan node counts towards a query's need: what the planner expects of it, up to what work_mem allows.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

# Without a floor every query with such a node asks, also one that needs next to nothing.
my $node = governor_node('governor_plans', conf => "aza.grant_floor = 0\ncursor_tuple_fraction = 1\nenable_sort = off");
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION own_need() RETURNS bigint LANGUAGE plpgsql PARALLEL RESTRICTED AS
$$ BEGIN RETURN (SELECT need_kb FROM aza_memory_grants() WHERE pid = pg_backend_pid()); END $$;
CREATE TABLE thousand AS SELECT i AS id, i AS v FROM generate_series(1, 1000) i;
CREATE UNIQUE INDEX ON thousand (id);
CREATE TABLE looks AS SELECT i % 1000 AS g FROM generate_series(1, 100000) i;
CREATE TABLE indexed AS SELECT id, k, t FROM t;
CREATE INDEX ON indexed (id);
CREATE INDEX ON indexed (k);
VACUUM ANALYZE;
SQL
is($node->safe_psql('postgres', 'SHOW work_mem'), '1MB', 'each node may take 1MB');
my $mb = 1 << 20;
my $hash = int($mb / 100) * 200;
my $all = 100000;

sub plan_of
{
	my ($query, @settings) = @_;
	return $node->safe_psql('postgres', join('; ', @settings, "EXPLAIN DECLARE c CURSOR FOR $query"));
}

# need_kb of a cursor on the query; its plan, where that does not have the node.
sub need_with
{
	my ($wanted, $query, @settings) = @_;
	my $plan = plan_of($query, @settings);
	return $plan =~ /$wanted/ ? need_of($node, $query, @settings) : $plan;
}

# Beside each row of 4 bytes: 56 in a hash, 104 in a table of groups, 40 in a store.
my ($hashed, $grouped, $stored) = map { 4 + $_ } 56, 104, 40;

my $join = 'SELECT count(*) FROM t a JOIN t b USING (id)';
my @no_other_join = ('SET enable_mergejoin = off', 'SET enable_nestloop = off');
for my $multiplier (1, 4)
{
	is(need_with(qr/Hash Join/, $join, @no_other_join, "SET hash_mem_multiplier = $multiplier"),
		cost(0, [ $all * $hashed, int($mb / 100) * 100 * $multiplier ]), "the hash of a join takes up to work_mem times hash_mem_multiplier = $multiplier");
}

# Parallel: in a shared hash each of the three processes has its part, else each has all.
my $workers = 'SET max_parallel_workers_per_gather = 2; SET max_parallel_workers = 8; SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0';
for ([ 'on', qr/Parallel Hash Join/, $all / 3 ], [ 'off', qr/^(?!.*Parallel Hash).* Hash Join/s, $all ])
{
	my ($shared, $wanted, $rows) = @$_;
	my $query = 'SELECT count(*), (SELECT own_need()) FROM t a JOIN t b USING (id)';
	my $before = join '; ', @no_other_join, $workers, "SET enable_parallel_hash = $shared";
	like($node->safe_psql('postgres', "$before; EXPLAIN $query"), $wanted, "enable_parallel_hash = $shared");
	is($node->safe_psql('postgres', "$before; $query"), "$all|" . cost(2, map { [ int($rows * $hashed), $hash ] } 1 .. 3),
		$shared eq 'on' ? 'each of three processes has a third of a shared hash' : 'or all of one of its own');
}

# Who runs a query runs its subplans: each process has a table of NOT IN, and a hash aggregate below it.
my $in_workers = "$workers; SET min_parallel_table_scan_size = '1MB'";
my $distinct = 'SELECT min(id), (SELECT own_need()) FROM t WHERE id NOT IN (SELECT DISTINCT v FROM thousand)';
like($node->safe_psql('postgres', "$in_workers; EXPLAIN $distinct"), qr/Parallel Seq Scan.*hashed SubPlan.*HashAggregate/s, 'NOT IN in parallel');
is($node->safe_psql('postgres', "$in_workers; $distinct"), '1001|' . cost(2, map { [ 1000 * $grouped, $hash ] } 1 .. 6),
	'each of three processes has all that its subplans need');

is(need_with(qr/HashAggregate/, 'SELECT id FROM t GROUP BY id'), cost(0, [ $all * $grouped, $hash ]), 'a hash aggregate counts its groups');
is(need_with(qr/HashAggregate/, 'SELECT id, avg(k::numeric) FROM t GROUP BY id'), cost(0, [ $all * ($grouped + 4 + 128), $hash ]),
	'with the states of its aggregates');
is(need_with(qr/HashAggregate/, 'SELECT DISTINCT v FROM thousand'), cost(0, [ 1000 * $grouped, $hash ]), 'so does DISTINCT, few of them in full');
is(need_with(qr/HashSetOp Except/, 'SELECT id FROM t EXCEPT SELECT id FROM thousand', 'SET hash_mem_multiplier = 4'),
	cost(0, [ $all * $grouped ]), 'EXCEPT counts the groups of its left side: its table never spills');
is(need_with(qr/HashSetOp Intersect/, 'SELECT id FROM t INTERSECT SELECT id FROM thousand'), cost(0, [ 1000 * $grouped ]),
	'INTERSECT those of its smaller one');
my $thousand = '(SELECT id FROM thousand)';
for my $where (
	[ 'a condition', 'SELECT id FROM t WHERE id NOT IN %s' ],
	[ 'a result', 'SELECT id IN %s FROM t' ],
	[ 'the condition of a join', 'SELECT a.id FROM t a LEFT JOIN looks b ON a.id = b.g AND a.id + b.g NOT IN %s', @no_other_join, 'SET enable_hashjoin = on' ],
	[ 'a one-time filter', 'SELECT id FROM t WHERE random()::int NOT IN %s' ],
	[ 'VALUES', 'VALUES (random()::int IN %s), (true)' ],
	[ 'an argument of a function', 'SELECT i FROM generate_series(1, CASE WHEN random()::int IN %s THEN 1000 END) i' ])
{
	my ($place, $query, @settings) = @$where;
	my @other = $place =~ /join/ ? [ $all * $hashed, $hash ] : $place =~ /function/ ? [ 1000 * $stored, $mb ] : ();
	is(need_with(qr/SubPlan/, sprintf($query, $thousand), @settings), cost(0, [ 1000 * $grouped ], @other),
		"IN (SELECT ...) counts its hash table, which never spills, in $place");
}
is(need_with(qr/Memoize/, 'SELECT a.g, b.v FROM looks a JOIN thousand b ON a.g = b.id', 'SET enable_hashjoin = off', 'SET enable_mergejoin = off'),
	cost(0, [ 1000 * ($grouped + 4), $hash ]), 'Memoize counts an entry for each value that is looked up');

is(need_with(qr/Materialize/, 'SELECT count(*) FROM t a JOIN t b ON a.id < b.id'), cost(0, [ $all * $stored, $mb ]), 'Materialize stores its rows');
is(need_with(qr/WindowAgg/, 'SELECT sum(id) OVER () FROM t'), cost(0, [ $all * $stored, $mb ]), 'so does WindowAgg');
my $with = 'WITH c AS MATERIALIZED (SELECT id, t FROM t WHERE id <= 5000) SELECT count(*) FROM c';
my ($rows) = plan_of($with) =~ /CTE c.*?rows=(\d+)/s;
is(need_with(qr/CTE Scan/, $with), cost(0, [ $rows * (4 + 33 + 40), $mb ]), 'a CTE stores the rows of its query, whatever of them is read');
is(need_with(qr/CTE Scan.*CTE Scan/s, "$with, c d", @no_other_join, 'SET enable_material = off'), cost(0, [ $rows * (4 + 33 + 40), $mb ]), 'and once, however often it is read');
is(need_with(qr/Function Scan/, "SELECT i FROM generate_series(1, $all) i"), cost(0, [ $all * $stored, $mb ]), 'a function');
is(need_with(qr/Table Function Scan/, "SELECT a FROM json_table(jsonb '[1]', '\$[*]' COLUMNS (a int PATH '\$'))"), cost(0, [ 100 * $stored, $mb ]),
	'a table function, of which 100 rows are expected');

# Ten times the first thousand rows, of which a third passes: in two stores of the union, and in that of the CTE.
my $recursive = 1000 + 10 * 3333;
my @stores = map { [ $recursive * $stored, $mb ] } 1 .. 3;
my $union = 'SELECT id + 1 FROM r WHERE id < 10) SELECT id FROM r';
is(need_with(qr/Recursive Union/, "WITH RECURSIVE r AS (SELECT id FROM thousand UNION ALL $union"), cost(0, @stores),
	'WITH RECURSIVE with UNION ALL has two stores, and that of the CTE');
is(need_with(qr/Recursive Union/, "WITH RECURSIVE r AS (SELECT id FROM thousand UNION $union"), cost(0, @stores, [ $recursive * $grouped ]),
	'with UNION also a hash table, which never spills');

my $pages = $node->safe_psql('postgres', "SELECT relpages FROM pg_class WHERE relname = 'indexed'");
cmp_ok($pages, '<', 2500, 'a table of few pages');
for my $word ('And', 'Or')
{
	my $query = 'SELECT t FROM indexed WHERE id < 3000 ' . uc($word) . ' k < 1000';
	my @bitmaps_alone = ('SET enable_seqscan = off', 'SET enable_indexscan = off');
	my @rows = plan_of($query, @bitmaps_alone) =~ /Bitmap Index Scan .*?rows=(\d+)/g;
	is(need_with(qr/Bitmap$word/, $query, @bitmaps_alone), cost(0, map { [ ($_ < $pages ? $_ : $pages) * 56, $mb ] } @rows),
		"Bitmap$word counts the bitmap of each index, with no more entries than the table has pages");
}

# A row in a sort takes 72 bytes more; t alone, by reference, 2.66 times of what is counted.
my $by_reference = int($mb / 100) * 266;
my $sorted = 33 + 72;
my $both = "SELECT id, t FROM indexed ORDER BY id, t";
my @by_index = ('SET enable_seqscan = off');
is(need_with(qr/Incremental Sort/, $both, @by_index), cost(0, [ $all * ($sorted + 4), $mb ]), 'an incremental sort counts all rows');
is(need_with(qr/Limit.*Incremental Sort/s, "$both LIMIT 10", @by_index), cost(0, [ 20 * ($sorted + 4), $mb ]), 'under LIMIT 10 twice ten');
my $sort = 'SELECT t FROM t ORDER BY t';
for ([ 'LIMIT 10', 20 ], [ 'LIMIT 10 OFFSET 40000', 80020 ], [ 'LIMIT 10 OFFSET 90000', $all ], [ 'OFFSET 10', $all ],
	[ 'FETCH FIRST 10 ROWS WITH TIES', $all ], [ 'LIMIT ALL OFFSET 10', $all ], [ 'LIMIT 0', 0 ])
{
	my ($limit, $rows) = @$_;
	is(need_with(qr/Limit.*Sort/s, "$sort $limit"), cost(0, [ $rows * $sorted, $by_reference ]), "of a sort under $limit $rows rows count");
}
is(need_with(qr/Limit.*Result.*Sort/s, 'SELECT t || random() FROM t ORDER BY t LIMIT 10'), cost(0, [ 20 * $sorted, $by_reference ]),
	'so does what is worked out of 10 rows');
my $merged = "SELECT t, (SELECT own_need()) FROM t ORDER BY t LIMIT 1";
like($node->safe_psql('postgres', "$workers; EXPLAIN $merged"), qr/Limit.*Gather Merge.*Sort/s, 'LIMIT above Gather Merge');
like($node->safe_psql('postgres', "$workers; $merged"), qr/\|@{[ cost(2, map { [ 2 * $sorted, $by_reference ] } 1 .. 3) ]}$/, 'bounds the sort of each process');
for ([ 'custom', 20 ], [ 'generic', $all ])
{
	my ($kind, $rows) = @$_;
	is($node->safe_psql('postgres', "SET plan_cache_mode = force_${kind}_plan; PREPARE p (int) AS SELECT own_need() FROM ($sort LIMIT \$1) x LIMIT 1; EXECUTE p (10)"),
		cost(0, [ $rows * $sorted, $by_reference ]), "of a sort under LIMIT \$1 in a $kind plan $rows");
}
$node->stop;
done_testing();
