# How long _PG_init takes: between two libraries that write down the time, loaded right before it and right after it.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use BenchTools;
use File::Copy qw(copy);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use Test::More;

my $starts = 101;
my $node = aza_node('init');
for my $place ('before', 'after')
{
	copy("$ENV{AZA_BENCH_FOLDER}/clock_mark.so", "$ENV{AZA_BENCH_FOLDER}/clock_mark_$place.so") or die $!;
}
my ($before, $after) = map { "$ENV{AZA_BENCH_FOLDER}/clock_mark_$_.so" } 'before', 'after';

my (@init, @file);
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'$before, aza_autoconf, $after'");
for (1 .. $starts)
{
	my $output = '';
	IPC::Run::run([ 'postgres', '-D', $node->data_dir ], '<', \undef, '>', \$output, '2>&1');
	my %at = $output =~ /^mark (\w+) (\d+)/mg;
	die $output if $output !~ /aza_autoconf: memory/ or 3 != keys %at;
	push @file, ($at{before} - $at{file}) / 1000;
	push @init, ($at{after} - $at{before}) / 1000;
}
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'aza_autoconf'");
my $instructions = instructions_in($node, '_PG_init');

keep('init_time',
	{
		starts => $starts,
		microseconds => median(@init), least_microseconds => least(@init), microseconds_middle_half => spread(@init),
		file_microseconds => median(@file), instructions => $instructions
	},
	sprintf('_PG_init: %.0f us (middle half %.0f to %.0f, least %.0f, of %d starts), %d instructions',
		median(@init), @{ spread(@init) }, least(@init), $starts, $instructions),
	sprintf('reading the library file before that: %.0f us', median(@file)));
ok(1, 'measured');
done_testing();
