# What the extension with its governor on costs queries that need no memory: pgbench's select-only script and one update of
# one row, prepared, with it and without it, the planned values being the same; as instructions of one query, and as
# transactions per second in pairs.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use BenchTools;
use GovernorNode;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Many short pairs: what else the machine does comes and goes within minutes.
my $pairs = 60;
my $seconds = 2;
$ENV{POSTGRES_MEMORY} = 2048;
$ENV{POSTGRES_CPUS} = 2;
# The framework's nodes log every statement.
my $quiet = "log_statement = none\nlog_connections = off\nlog_disconnections = off\nautovacuum = off";
# In a group with a limit, so that the worker has accounts to read.
my $root = group_machine('costs', 'sys/fs/cgroup/memory.max' => (4 << 30) . "\n");
my $with = aza_node('with', conf => "aza.root = '$root'\naza.governor = on\n$quiet");
my $without = aza_node('without', conf => $quiet);
$with->start;
$with->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
$without->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
my $values = $with->safe_psql('postgres', 'SELECT aza_tuning_conf()');
$without->append_conf('postgresql.conf', $values);
$without->start;

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
	return pgbench($node, '-n', @{ $workloads{$workload} }, '-M', 'prepared', '-c', 2, '-T', $seconds) =~ /^tps = ([\d.]+)/m && $1;
}

for my $node ($with, $without)
{
	pgbench($node, '-iq', '-s', 5);
	rate($node, $_) for sort keys %workloads;    # reads everything into memory
}

# Ratios with / without of one workload, the order within the pairs alternating.
sub ratios
{
	my ($workload) = @_;
	my @ratios;
	for my $pair (1 .. $pairs)
	{
		my %rate;
		$rate{ $_->name } = rate($_, $workload) for $pair % 2 ? ($with, $without) : ($without, $with);
		push @ratios, $rate{with} / $rate{without};
	}
	return \@ratios;
}
my %ratios = map { $_ => ratios($_) } sort keys %workloads;
$_->stop for $with, $without;

my $prepare = 'PREPARE one (int) AS SELECT abalance FROM pgbench_accounts WHERE aid = $1';
my %instructions;
for my $node ($with, $without)
{
	my ($few, $many) = map { backend_instructions($node, 'postgres', $prepare, ('EXECUTE one(77777)') x $_) } 200, 1200;
	$instructions{ $node->name } = ($many - $few) / 1000;
}

keep('query_cost',
	{
		pairs => $pairs, seconds => $seconds,
		(map { ("${_}_tps_ratio" => ratio(median(@{ $ratios{$_} }), 1), "${_}_tps_ratio_middle_half" => spread(@{ $ratios{$_} })) } keys %ratios),
		with_instructions => $instructions{with}, without_instructions => $instructions{without},
		instruction_ratio => ratio($instructions{with}, $instructions{without})
	},
	(map { sprintf('%s, transactions per second with / without: %.3f (middle half %.3f to %.3f, of %d pairs of %d s)',
		$_, median(@{ $ratios{$_} }), @{ spread(@{ $ratios{$_} }) }, $pairs, $seconds) } sort keys %ratios),
	sprintf('instructions of one prepared select: %.0f with, %.0f without', $instructions{with}, $instructions{without}));
ok(1, 'measured');
done_testing();
