# The other preload libraries: loaded by the extension, after the plan, and shown as they are.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{POSTGRES_MEMORY} = '2048';
$ENV{POSTGRES_CPUS} = '2';

my $node = aza_node('preload', conf => "aza.preload_libraries = 'pg_stat_statements, auto_explain'");
$node->start;
is(setting($node, 'shared_preload_libraries'), 'aza_autoconf,pg_stat_statements,auto_explain', 'SHOW tells what was loaded');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements; CREATE EXTENSION aza_autoconf');
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM pg_stat_statements'), 't', 'pg_stat_statements works');
is(setting($node, 'auto_explain.log_min_duration'), '-1', 'auto_explain is loaded');
my $offset = -s $node->logfile;
reload($node);
is(setting($node, 'shared_preload_libraries'), 'aza_autoconf,pg_stat_statements,auto_explain', 'also after a reload');
unlike(slurp_file($node->logfile, $offset), qr/parameter "shared_preload_libraries"/, 'of which the server makes no fuss');
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'aza_autoconf,pg_prewarm'");
reload($node);
like(slurp_file($node->logfile, $offset), qr/parameter "shared_preload_libraries" cannot be changed without restarting the server/, "a human's new list waits for a restart");
$node->restart;
is(setting($node, 'shared_preload_libraries'), 'aza_autoconf,pg_prewarm,pg_stat_statements,auto_explain', 'after which both lists are loaded');
is($node->safe_psql('postgres', "SELECT replace(reason, E'\\n', ' ') FROM aza_tuning_report() WHERE setting = 'max_worker_processes'"), '2 x 2 CPUs + 3 for preloaded libraries; at least 8', "and pg_prewarm's leader and worker have room");
# The leader has no database, so that no view shows it; its command line does.
my $postmaster = (slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/)[0];
ok(wait_for_child($postmaster, 'autoprewarm leader'), 'and the leader runs');
$node->stop;

{
	local $ENV{POSTGRES_SHARED_PRELOAD_LIBRARIES} = 'pg_stat_statements';
	$node->start;
	is(setting($node, 'shared_preload_libraries'), 'aza_autoconf,pg_prewarm,pg_stat_statements', 'the variable replaces the list');
	$node->stop;
}

# Libraries that come before the extension have read what the plan changes afterwards.
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'pg_stat_statements,aza_autoconf'");
$offset = -s $node->logfile;
$node->start;
like(slurp_file($node->logfile, $offset), qr/WARNING:  library "pg_stat_statements" is loaded before aza_autoconf\n.*HINT:  Put aza_autoconf first in shared_preload_libraries\./s, 'a library before ours is warned about');
is(setting($node, 'shared_preload_libraries'), 'pg_stat_statements,aza_autoconf,auto_explain', 'and loaded once');
$node->stop;

# A library by path, and one that is named twice.
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'aza_autoconf'");
$node->adjust_conf('postgresql.conf', 'aza.preload_libraries', "'\$libdir/auto_explain, \$libdir/auto_explain, aza_autoconf'");
$node->start;
is(setting($node, 'auto_explain.log_min_duration'), '-1', 'a path is loaded');
$node->stop;
$node->adjust_conf('postgresql.conf', 'aza.preload_libraries', "'/no/such/library'");
like(start_fails($node), qr{FATAL:  library "/no/such/library" named in aza\.preload_libraries does not exist\n.*DETAIL:  There is no such file\.}s, 'a path that is not there stops the start');

sub wait_for_child
{
	my ($parent, $name) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return 1 if (qx(ps --ppid $parent -o args=) // '') =~ /\Q$name\E/;
		select(undef, undef, undef, 0.1);
	}
	return 0;
}

done_testing();
