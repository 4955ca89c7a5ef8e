# What the governor shows: of queries within others the outermost, what a session really holds, and how much was ever granted
# and how many ever waited at once.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('shown');
my $node = aza_node('governor_views', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nautovacuum = off\ncompute_query_id = on");
$node->start;
$node->safe_psql('postgres', $GovernorNode::tables);
$node->safe_psql('postgres', 'VACUUM ANALYZE');
$node->safe_psql('postgres', <<"SQL");
CREATE FUNCTION alone() RETURNS text LANGUAGE plpgsql AS
\$\$ BEGIN RETURN (SELECT concat_ws('|', query_id, state, need_kb, granted_kb) FROM aza_memory_grants() WHERE pid = pg_backend_pid()); END \$\$;
CREATE FUNCTION beside_another() RETURNS text LANGUAGE plpgsql AS
\$\$ DECLARE c CURSOR FOR $large_query; BEGIN OPEN c; RETURN alone(); END \$\$;
SQL

# Of a query that sorts and calls the function: id, state, need and grant, as the function sees them.
sub shown_in { my ($function) = @_; return split /\|/, $node->safe_psql('postgres', query_with($function)); }
sub query_with { my ($function) = @_; return "SELECT $function() FROM (SELECT t FROM t ORDER BY t OFFSET 1) x LIMIT 1"; }
sub id_of { my ($query) = @_; return $node->safe_psql('postgres', "EXPLAIN (VERBOSE) $query") =~ /Query Identifier: (-?\d+)/ ? $1 : 'none'; }

my ($id, $state, $need, $granted) = shown_in('alone');
is("$id $state", id_of(query_with('alone')) . ' granted', "a grant is shown with its query's id");
my ($outer_id, $outer_state, $outer_need, $both) = shown_in('beside_another');
is("$outer_id $outer_state", id_of(query_with('beside_another')) . ' granted', 'while a query in a function asks, too, the id is that of the outermost');
is($outer_need, $need, 'and so is the need');
# Twice the plan's work_mem of 2MB, and 18MB.
is($both - $granted, 22 << 10, 'what is granted is the sum of both');
is(grant_of($node, $node->safe_psql('postgres', 'SELECT pg_backend_pid()'), 'count(*)'), 0, 'nothing is shown afterwards');

my $looking = $node->background_psql('postgres');
my $holder = hold($node, 20);
my $pid = $holder->query_safe('SELECT pg_backend_pid()');
guard_looks($node);
cmp_ok(grant_of($node, $pid, 'real_kb'), '<', 20000, 'a session that was granted more than it uses: what it really holds is less');
$holder->query_safe("SELECT length(set_config('test.kept', repeat('x', 60 << 20), false))");
is(answers_within(2, $looking, "SELECT real_kb > 60000 FROM aza_memory_grants() WHERE pid = $pid", 't'), 't', 'one that holds 60MB: it is more');
cmp_ok(abs(grant_of($node, $pid, 'real_kb') - process_kb($pid)), '<', 1024, 'and what the kernel says of its process');
$holder->query_safe('COMMIT');

$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
$holder->quit;
my ($first, $second) = (hold($node, 20), hold($node, 30));
$second->query_safe('COMMIT');
my $third = hold($node, 24);
is(stat_of($node, 'granted now, bytes'), 44 << 20, '44MB are granted');
is(stat_of($node, 'most granted at once, bytes'), 50 << 20, 'and 50MB were at most');
is(stat_of($node, 'most waiting at once'), 0, 'nobody has waited');
$_->query_safe('COMMIT') for $first, $third;

my $everything = hold_everything($node);
my @waiters = map { [ session_in_line($node, $large_query, "SET work_mem = '100MB'") ] } 1 .. 3;
for my $waiter (@waiters[0, 1])
{
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($waiter->[1])");
	like(ended($waiter->[0]), qr/canceling statement due to user request/, 'one of three gives up');
}
is(stat_of($node, 'waiting now'), 1, 'one waits');
is(stat_of($node, 'most waiting at once'), 3, 'and three did at most');
is(stat_of($node, 'most granted at once, bytes'), stat_of($node, 'granted now, bytes'), 'all that there is has never been granted before');
$everything->query_safe('COMMIT');
is(ended($waiters[2][0]), '', 'the last one runs');
is(accounts($node), '0 0 0 0', 'the accounts are exact');
$_->quit for $looking, $first, $second, $third, $everything, map { $_->[0] } @waiters;
$node->stop;
done_testing();
