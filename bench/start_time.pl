# A server's start until it is ready, with the extension, and without it but with the same values in its file: in pairs.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use BenchTools;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $pairs = 25;
$ENV{POSTGRES_MEMORY} = 2048;
$ENV{POSTGRES_CPUS} = 2;
my $with = aza_node('with');
$with->start;
$with->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
my $values = $with->safe_psql('postgres', 'SELECT aza_tuning_conf()');
$with->stop;
my $without = aza_node('without');
$without->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$without->append_conf('postgresql.conf', $values);

# Milliseconds until the server says that it is ready.
sub start_of
{
	my ($node) = @_;
	my $output = '';
	my $from = time;
	my $server = IPC::Run::start([ 'postgres', '-D', $node->data_dir ], '<', \undef, '>', \$output, '2>&1',
		IPC::Run::timeout(60));
	$server->pump until $output =~ /ready to accept connections/;
	my $took = (time - $from) * 1000;
	$server->signal('INT');
	$server->finish;
	return $took;
}

my (@with, @without, @ratios);
for my $pair (1 .. $pairs)
{
	# Whoever comes second must not always be the same.
	my %took;
	$took{ $_->name } = start_of($_) for $pair % 2 ? ($with, $without) : ($without, $with);
	push @with, $took{with};
	push @without, $took{without};
	push @ratios, $took{with} / $took{without};
}

keep('start_time',
	{
		pairs => $pairs, with_milliseconds => median(@with), without_milliseconds => median(@without),
		ratio => ratio(median(@ratios), 1), ratio_middle_half => spread(@ratios)
	},
	sprintf('start with the extension: %.1f ms, without it and the same values by hand: %.1f ms', median(@with), median(@without)),
	sprintf('ratio: %.3f (middle half %.3f to %.3f, of %d pairs)', median(@ratios), @{ spread(@ratios) }, $pairs));
ok(1, 'measured');
done_testing();
