# What the benchmarks share: medians, instruction counts, and how a result is said and kept.
package BenchTools;

use strict;
use warnings FATAL => 'all';
use Exporter 'import';
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils ();

our @EXPORT = qw(median geometric_mean least spread ratio backend_instructions instructions_in keep);

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[ $#sorted / 2 ];
}

sub geometric_mean { my $logs = 0; $logs += log for @_; return exp($logs / @_); }

sub least { my ($least) = sort { $a <=> $b } @_; return $least; }

# The middle half: from the first quartile to the third.
sub spread
{
	my @sorted = sort { $a <=> $b } @_;
	return [ $sorted[ $#sorted / 4 ], $sorted[ $#sorted * 3 / 4 ] ];
}

sub ratio { my ($one, $other) = @_; return sprintf('%.3f', $one / $other) + 0; }

sub _collected
{
	my ($file) = @_;
	my ($count) = PostgreSQL::Test::Utils::slurp_file($file) =~ /^(?:totals|summary): (\d+)/m;
	return $count // die "no count in $file";
}

# A whole server under callgrind, its options first, for as long as the last argument runs.
sub _under_callgrind
{
	my ($node, $counts, $options, $use) = @_;
	# Into a file: nobody reads a pipe while the server is used.
	my $log = "$ENV{AZA_BENCH_FOLDER}/callgrind.log";
	my $server = IPC::Run::start([ 'valgrind', '--quiet', '--tool=callgrind', "--callgrind-out-file=$counts", @$options,
			'postgres', '-D', $node->data_dir ], '<', \undef, '>', $log, '2>&1', IPC::Run::timeout(300));
	for (1 .. 1200)
	{
		last if PostgreSQL::Test::Utils::slurp_file($log) =~ /ready to accept connections/;
		select(undef, undef, undef, 0.1);
	}
	my $used = $use->();
	$server->signal('INT');
	$server->finish;
	return $used;
}

# Instructions of one session's backend that runs these statements, with hooks, workers and the governor.
sub backend_instructions
{
	my ($node, $database, @statements) = @_;
	my $folder = "$ENV{AZA_BENCH_FOLDER}/callgrind";
	mkdir $folder;
	my $said = _under_callgrind($node, "$folder/%p", [], sub { _asked($node, $database, 'SELECT pg_backend_pid()', @statements) });
	my ($pid) = $said =~ /^(\d+)/;
	return _collected("$folder/$pid");
}

sub _asked
{
	my ($node, $database, @statements) = @_;
	my $output = '';
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, $database ],
		'<', \(join(";\n", @statements) . ";\n"), '>', \$output, '2>&1') or die $output;
	return $output;
}

# Instructions of a postmaster inside one function and what it calls, from its start until it is ready.
sub instructions_in
{
	my ($node, $function) = @_;
	my $counts = "$ENV{AZA_BENCH_FOLDER}/callgrind.out";
	_under_callgrind($node, $counts, ["--toggle-collect=$function"], sub { });
	return _collected($counts);
}

# Numbers for machines, sentences for people.
sub keep
{
	my ($name, $numbers, @said) = @_;
	open(my $file, '>', "$ENV{AZA_BENCH_FOLDER}/$name.json") or die $!;
	print $file JSON::PP->new->canonical->encode({ %$numbers, said => \@said });
	close $file;
	return;
}

1;
