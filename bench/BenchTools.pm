# What the benchmarks share: medians, instruction counts, and how a result is said and kept.
package BenchTools;

use strict;
use warnings FATAL => 'all';
use Exporter 'import';
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils ();

our @EXPORT = qw(median least spread ratio single_user_instructions instructions_in keep);

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[ $#sorted / 2 ];
}

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

# Instructions of a single-user server that runs these statements. Nothing is tuned in it.
sub single_user_instructions
{
	my ($node, $database, @statements) = @_;
	my $counts = "$ENV{AZA_BENCH_FOLDER}/callgrind.out";
	my $output = '';
	IPC::Run::run([ 'valgrind', '--quiet', '--tool=callgrind', "--callgrind-out-file=$counts",
			'postgres', '--single', '-j', '-D', $node->data_dir, $database ],
		'<', \(join(";\n\n", @statements) . ";\n\n"), '>', \$output, '2>&1') or die $output;
	die $output if $output =~ /ERROR|FATAL/;
	return _collected($counts);
}

# Instructions of a postmaster inside one function and what it calls, from its start until it is ready.
sub instructions_in
{
	my ($node, $function) = @_;
	my ($counts, $output) = ("$ENV{AZA_BENCH_FOLDER}/callgrind.out", '');
	my $server = IPC::Run::start([ 'valgrind', '--quiet', '--tool=callgrind', "--toggle-collect=$function",
			"--callgrind-out-file=$counts", 'postgres', '-D', $node->data_dir ],
		'<', \undef, '>', \$output, '2>&1', IPC::Run::timeout(120));
	$server->pump until $output =~ /ready to accept connections/;
	$server->signal('INT');
	$server->finish;
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
