# Limits that change while the server runs, in the other modes: with enforce the new plan beats a file's line as the first one
# did, with report nothing is applied.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $gb = 1 << 30;

sub follows
{
	my ($session, $sql, $expected, $what) = @_;
	is(answers_within(2, $session, $sql, $expected), $expected, $what);
	return;
}

my $root = group_machine('enforced');
my $node = aza_node('live_enforce', conf => "aza.root = '$root'\naza.watch_interval = 50ms\naza.mode = 'enforce'\nwork_mem = '9MB'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
my $open = $node->background_psql('postgres');
is($open->query_safe('SHOW work_mem'), '2MB', "enforce: at the start the plan beats a file's line");
write_group($root, 'memory.max', 8 * $gb);
follows($open, 'SHOW work_mem', '10MB', 'enforce: and so does that for another limit, in an open session');
is(setting($node, 'work_mem'), '10MB', 'enforce: and in a new one');
is($open->query_safe("SELECT value, planned, status FROM aza_tuning_report() WHERE setting = 'work_mem'"), '10MB|10MB|applied',
	'enforce: it is reported as applied');
reload($node);
is($open->query_safe('SHOW work_mem') . ' ' . setting($node, 'work_mem'), '10MB 10MB', 'enforce: a reload does not bring the line back');

$node->safe_psql('postgres', "ALTER SYSTEM SET work_mem = '12MB'");
reload($node);
is($open->query_safe('SHOW work_mem') . ' ' . setting($node, 'work_mem'), '12MB 12MB', 'enforce: ALTER SYSTEM wins');
write_group($root, 'memory.max', 4 * $gb);
follows($open, 'SHOW maintenance_work_mem', '128MB', 'enforce: the limit changes again');
is($open->query_safe('SHOW work_mem') . ' ' . setting($node, 'work_mem'), '12MB 12MB', 'enforce: ALTER SYSTEM goes on winning');
is(status($node, 'work_mem'), 'kept', 'enforce: it is reported as kept');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET work_mem');
reload($node);
is($open->query_safe('SHOW work_mem') . ' ' . setting($node, 'work_mem'), '5MB 5MB', 'enforce: without it the plan for the limit of now holds');
$open->quit;
$node->stop;

$root = group_machine('reported');
$node = aza_node('live_report', conf => "aza.root = '$root'\naza.watch_interval = 50ms\naza.mode = 'report'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
$open = $node->background_psql('postgres');
my $values = "SELECT concat_ws(' ', " . join(', ', map { "current_setting('$_')" } qw(work_mem maintenance_work_mem effective_cache_size
	max_parallel_workers max_parallel_workers_per_gather max_parallel_maintenance_workers)) . ')';
my $stock = '4MB 64MB 4GB 8 2 2';
is($open->query_safe($values), $stock, "report: the server's own values");
my $offset = -s $node->logfile;
write_group($root, 'memory.max', 8 * $gb);
follows($open, 'SHOW aza.detected_memory', '8GB', 'report: aza.detected_memory follows the limit');
is($open->query_safe($values), $stock, 'report: and the values stay');
is($node->safe_psql('postgres', $values), $stock, 'report: in a new session, too');
is($open->query_safe("SELECT value, planned, status, pending_restart FROM aza_tuning_report() WHERE setting = 'work_mem'"), '4MB|10MB|kept|f',
	'report: what is planned for it is shown');
is($open->query_safe("SELECT value, planned, status, pending_restart FROM aza_tuning_report() WHERE setting = 'shared_buffers'"), '128MB|2GB|kept|f',
	'report: nothing waits for a restart');
$node->wait_for_log(qr/LOG:  aza_autoconf: the limits changed from 1024MB, CPUs 2 to 8192MB, CPUs 2: nothing\n.*DETAIL:  After a restart: nothing\./, $offset);
write_group($root, 'cpu.max', '600000 100000');
follows($open, 'SHOW aza.detected_cpus', '6', 'report: aza.detected_cpus follows, too');
is($open->query_safe($values), $stock, 'report: and the values stay');
$open->quit;
$node->stop;
done_testing();
