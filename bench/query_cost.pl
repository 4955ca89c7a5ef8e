# What the extension with its governor on costs queries that need no memory: pgbench's select-only script and one update of
# one row, prepared, with it and without it, the planned values being the same; as instructions of one query, and as
# transactions per second in pairs.
#
# What is looked for is smaller than what chance does. So everything runs on one CPU, where the rate is the work and not how
# clients and server happen to be spread; runs are short, since what else the machine does comes and goes; and two servers
# take turns in having it, with a new start for each turn: where files and memory lie makes some percent.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use BenchTools;
use GovernorNode;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $turns = 8;
my $pairs = 30;            # in each turn
my $transactions = 8000;   # in each run
IPC::Run::run([ 'taskset', '-cp', 0, $$ ], '>', \my $pinned) or die;
$ENV{POSTGRES_MEMORY} = 2048;
$ENV{POSTGRES_CPUS} = 2;
# The framework's nodes log every statement.
my $quiet = "log_statement = none\nlog_connections = off\nlog_disconnections = off\nautovacuum = off";
# In a group with a limit, so that the worker has accounts to read.
my $root = group_machine('costs', 'sys/fs/cgroup/memory.max' => (4 << 30) . "\n");
my @nodes = map { aza_node($_, conf => $quiet) } 'one', 'other';
$nodes[0]->start;
$nodes[0]->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
my $values = $nodes[0]->safe_psql('postgres', 'SELECT aza_tuning_conf()');
$nodes[0]->stop;
$_->append_conf('postgresql.conf', $values) for @nodes;

# The first has the extension from its next start on, the second does not.
sub give_to
{
	my ($with, $without) = @_;
	$with->append_conf('postgresql.conf', "shared_preload_libraries = 'aza_autoconf'\naza.root = '$root'\naza.governor = on");
	$without->append_conf('postgresql.conf', "shared_preload_libraries = ''");
	return;
}

sub pgbench
{
	my ($node, @options) = @_;
	my $output = '';
	IPC::Run::run([ 'pgbench', '-h', $node->host, '-p', $node->port, @options, 'postgres' ], '<', \undef, '>', \$output, '2>&1')
	  or die $output;
	return $output;
}
my $update_script = PostgreSQL::Test::Utils::tempdir() . '/update.sql';
append_to_file($update_script, "\\set aid random(1, 500000)\nUPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;\n");
my %workloads = (select => ['-S'], update => [ '-f', $update_script ]);

sub rate
{
	my ($node, $workload) = @_;
	return pgbench($node, '-n', @{ $workloads{$workload} }, '-M', 'prepared', '-t', $transactions) =~ /^tps = ([\d.]+)/m && $1;
}

for my $node (@nodes)
{
	$node->start;
	pgbench($node, '-iq', '-s', 5);
	$node->stop;
}

# The median of the ratios with / without of one workload, the order within the pairs alternating.
sub median_ratio
{
	my ($workload, $with, $without) = @_;
	pgbench($_, '-n', '-T', 2, @{ $workloads{$workload} }) for $with, $without;    # reads everything into memory
	my @ratios;
	for my $pair (1 .. $pairs)
	{
		my %rate;
		$rate{ $_->name } = rate($_, $workload) for $pair % 2 ? ($with, $without) : ($without, $with);
		push @ratios, $rate{ $with->name } / $rate{ $without->name };
	}
	return median(@ratios);
}
my %of_turns;
for my $turn (1 .. $turns)
{
	my ($with, $without) = $turn % 2 ? @nodes : reverse @nodes;
	give_to($with, $without);
	$_->start for @nodes;
	push @{ $of_turns{$_} }, median_ratio($_, $with, $without) for sort keys %workloads;
	$_->stop for @nodes;
}
# Of each server's turns as much as of the other's.
my %ratio = map { $_ => geometric_mean(@{ $of_turns{$_} }) } keys %of_turns;

# By the extended protocol, as pgbench -M prepared; a table of its own for each count, since updates leave old rows behind.
my %sql = (select => 'SELECT v FROM counted WHERE id = $1', update => 'UPDATE counted SET v = v + 1 WHERE id = $1');

sub instructions
{
	my ($node, $sql, $times) = @_;
	return backend_instructions($node, 'postgres', 'DROP TABLE IF EXISTS counted',
		'CREATE TABLE counted AS SELECT i AS id, 0 AS v FROM generate_series(1, 1000) i', 'ALTER TABLE counted ADD PRIMARY KEY (id)',
		'VACUUM ANALYZE counted', "$sql \\parse one\n", ("\\bind_named one 777 \\g\n") x $times);
}
my %instructions;
give_to(@nodes);
for my $name (sort keys %sql)
{
	$instructions{$name} = [ map { (instructions($_, $sql{$name}, 1200) - instructions($_, $sql{$name}, 200)) / 1000 } @nodes ];
}

keep('query_cost',
	{
		turns => $turns, pairs_in_turn => $pairs, transactions => $transactions,
		(map { ("${_}_tps_ratio" => ratio($ratio{$_}, 1), "${_}_tps_ratio_of_turns" => [ map { ratio($_, 1) } @{ $of_turns{$_} } ]) } keys %ratio),
		(map { my ($with, $without) = @{ $instructions{$_} };
			("${_}_instructions_with" => $with, "${_}_instructions_without" => $without, "${_}_instruction_ratio" => sprintf('%.4f', $with / $without) + 0) }
			keys %instructions)
	},
	(map { sprintf('%s, transactions per second with / without: %.3f (%s; turns of %d pairs of %d transactions)',
		$_, $ratio{$_}, join(', ', map { sprintf '%.3f', $_ } @{ $of_turns{$_} }), $pairs, $transactions) } sort keys %ratio),
	(map { sprintf('instructions of one prepared %s: %.0f with, %.0f without', $_, @{ $instructions{$_} }) } sort keys %instructions));
ok(1, 'measured');
done_testing();
