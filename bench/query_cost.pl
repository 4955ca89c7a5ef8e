# What a loaded extension costs a query that has nothing to do with it: pgbench's select-only script, with and without it,
# the planned values being the same; as instructions of one query, and as transactions per second in pairs.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use BenchTools;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $pairs = 15;
my $seconds = 4;
$ENV{POSTGRES_MEMORY} = 2048;
$ENV{POSTGRES_CPUS} = 2;
my $with = aza_node('with');
my $without = aza_node('without');
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
sub rate { my ($node) = @_; return pgbench($node, '-nS', '-M', 'prepared', '-c', 2, '-T', $seconds) =~ /^tps = ([\d.]+)/m && $1; }

for my $node ($with, $without)
{
	pgbench($node, '-iq', '-s', 5);
	rate($node);    # reads everything into memory
}
my (%rates, @ratios);
for my $pair (1 .. $pairs)
{
	my %rate;
	$rate{ $_->name } = rate($_) for $pair % 2 ? ($with, $without) : ($without, $with);
	push @{ $rates{$_} }, $rate{$_} for 'with', 'without';
	push @ratios, $rate{with} / $rate{without};
}
$_->stop for $with, $without;

# In single-user mode the library is loaded, but nothing is tuned: both get the same plans from the same values.
$with->append_conf('postgresql.conf', $values);
my %instructions;
for my $node ($with, $without)
{
	my ($few, $many) = map { single_user_instructions($node, 'postgres',
			('SELECT abalance FROM pgbench_accounts WHERE aid = 77777') x $_) } 200, 1200;
	$instructions{ $node->name } = ($many - $few) / 1000;
}

keep('query_cost',
	{
		pairs => $pairs, seconds => $seconds, with_tps => median(@{ $rates{with} }), without_tps => median(@{ $rates{without} }),
		tps_ratio => ratio(median(@ratios), 1), tps_ratio_middle_half => spread(@ratios),
		with_instructions => $instructions{with}, without_instructions => $instructions{without},
		instruction_ratio => ratio($instructions{with}, $instructions{without})
	},
	sprintf('select-only pgbench, with / without: %.3f (middle half %.3f to %.3f, of %d pairs of %d s; %.0f and %.0f per second)',
		median(@ratios), @{ spread(@ratios) }, $pairs, $seconds, median(@{ $rates{with} }), median(@{ $rates{without} })),
	sprintf('instructions of one such query: %.0f with, %.0f without', $instructions{with}, $instructions{without}));
ok(1, 'measured');
done_testing();
