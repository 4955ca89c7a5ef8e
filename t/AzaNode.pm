# A PostgreSQL::Test::Cluster node that finds the staged extension, and a few ways to look at it.
package AzaNode;

use strict;
use warnings FATAL => 'all';
use Exporter 'import';
use File::Path qw(make_path);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(aza_node setting source status start_fails machine reload);

# A new data directory with aza_autoconf preloaded; %options are init()'s, and conf => 'more lines'.
sub aza_node {
	my ($name, %options) = @_;
	my $conf = delete $options{conf} // '';
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(%options);
	# What the framework writes would be a human's choice; initdb's own lines are not.
	$node->adjust_conf('postgresql.conf', 'max_connections', '100');
	$node->adjust_conf('postgresql.conf', 'shared_buffers', '128MB');
	$node->append_conf('postgresql.conf', "$ENV{AZA_STAGED_PATHS}\n") if $ENV{AZA_STAGED_PATHS};
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'aza_autoconf'\n$conf\n");
	return $node;
}

sub setting { my ($node, $name) = @_; return $node->safe_psql('postgres', "SHOW $name"); }

# One column of the report, by a new session.
sub status { my ($node, $name) = @_; return report($node, 'status', $name); }
sub source { my ($node, $name) = @_; return report($node, 'source', $name); }

sub report
{
	my ($node, $column, $name) = @_;
	return $node->safe_psql('postgres', "SELECT $column FROM aza_tuning_report() WHERE setting = '$name'");
}

# Reloads, and waits until new sessions see it.
sub reload
{
	my ($node) = @_;
	my $before = $node->safe_psql('postgres', 'SELECT pg_conf_load_time()');
	$node->reload;
	$node->poll_query_until('postgres', "SELECT pg_conf_load_time() > '$before'") or die 'no reload';
	return;
}

# Tries to start, which must fail; returns what this try wrote to the log.
sub start_fails
{
	my ($node) = @_;
	my $offset = -s $node->logfile // 0;
	return 'the server started' if $node->start(fail_ok => 1);
	return slurp_file($node->logfile, $offset);
}

# machine(name, path => content, ...): a folder for aza.root that holds a machine's /proc and /sys.
sub machine
{
	my ($name, %files) = @_;
	my $root = PostgreSQL::Test::Utils::tempdir() . "/$name";
	while (my ($path, $content) = each %files)
	{
		my ($folder) = "$root/$path" =~ m{(.*)/};
		make_path($folder);
		append_to_file("$root/$path", $content);
	}
	return $root;
}

1;
