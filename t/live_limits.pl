# Limits that change while the server runs: every session follows within two seconds, without restart and reload.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AzaNode;
use GovernorNode;

my $gb = 1 << 30;
my $root = group_machine('live');
my $node = aza_node('live_limits', conf => "aza.root = '$root'\nlog_line_prefix = '%m [%p] %e '");
$node->start;
$node->safe_psql('postgres', $GovernorNode::tables);

sub write_limit { my ($file, $text) = @_; write_group($root, $file, $text); return; }

# Within the two seconds that are promised.
sub follows
{
	my ($session, $sql, $expected, $what) = @_;
	is(answers_within(2, $session, $sql, $expected), $expected, $what);
	return;
}

my $open = $node->background_psql('postgres');
my $chosen = $node->background_psql('postgres');
$chosen->query_safe("SET work_mem = '17MB'");
$node->safe_psql('postgres', "CREATE ROLE tuned LOGIN; ALTER ROLE tuned SET work_mem = '9MB'");
is($open->query_safe('SHOW aza.governor'), 'on', 'the governor is on where a limit is detected');
is($open->query_safe('SHOW work_mem'), '2MB', 'at the start the plan for 1GB holds');

sub pool { return $open->query_safe("SELECT bytes FROM aza_memory_budget() WHERE item = 'for queries now'"); }

my $holder = hold_everything($node);
my ($waiter) = session_in_line($node, $large_query, "SET work_mem = '100MB'");
my $pool = pool();
my $offset = -s $node->logfile;
write_limit('memory.max', 8 * $gb);
follows($open, "SELECT value FROM aza_governor_stats() WHERE name = 'waiting now'", '0', 'a query that waits for memory starts within two seconds');
follows($open, 'SHOW work_mem', '10MB', 'an open session has the new work_mem within two seconds');
is(ended($waiter), '', 'the query that waited runs');
cmp_ok(abs(pool() - $pool - 7 * $gb / 16 * 15), '<', 32 << 20, 'since the pool has grown by what the limit has, less a sixteenth');
$_->quit for $waiter, $holder;
is($open->query_safe('SHOW maintenance_work_mem'), '256MB', 'maintenance_work_mem follows, too');
is($open->query_safe('SHOW effective_cache_size'), '6GB', 'and effective_cache_size');
is($open->query_safe('SHOW aza.detected_memory'), '8GB', 'SHOW aza.detected_memory follows');
is($node->safe_psql('postgres', 'SHOW work_mem'), '10MB', 'a new session has it from the start');
is($chosen->query_safe('SHOW work_mem'), '17MB', 'a SET of the session goes on winning');
is($chosen->query_safe('RESET work_mem; SHOW work_mem'), '10MB', 'and RESET goes to the new plan');
is($node->safe_psql('postgres', 'SHOW work_mem', extra_params => [ '-U', 'tuned' ]), '9MB', 'ALTER ROLE ... SET goes on winning');
is($open->query_safe("SELECT value, planned, status, pending_restart FROM aza_tuning_report() WHERE setting = 'shared_buffers'"),
	'256MB|2GB|applied|t', 'what needs a restart is shown as pending');
is($open->query_safe("SELECT value, planned, status, pending_restart FROM aza_tuning_report() WHERE setting = 'work_mem'"),
	'10MB|10MB|applied|f', 'what follows is not');
is($open->query_safe("SELECT kind, before, after FROM aza_events()"), 'limit|1024MB, CPUs 2|8192MB, CPUs 2', 'aza_events() has it');
my $log = slurp_file($node->logfile, $offset);
is(scalar(() = $log =~ /the limits changed from 1024MB, CPUs 2 to 8192MB, CPUs 2: .*work_mem 2MB -> 10MB/g), 1, 'it is logged once');
like($log, qr/DETAIL:  After a restart: .*shared_buffers 256MB -> 2(048MB|GB)/, 'with what waits for a restart');

my $parallel = "SELECT concat_ws(' ', current_setting('max_parallel_workers_per_gather'), current_setting('max_parallel_maintenance_workers'))";
is($open->query_safe($parallel), '1 1', 'two CPUs: one parallel worker for each query and each index');
is($open->query_safe('BEGIN; SELECT 1'), '1', 'a transaction is open');
write_limit('cpu.max', '800000 100000');
follows($open, 'SHOW max_parallel_workers', '8', 'CPUs are followed, too, in an open transaction');
$open->query_safe('ROLLBACK');
is($open->query_safe('SHOW max_parallel_workers'), '8', 'whose rollback does not undo it');
is($open->query_safe($parallel), '4 4', 'eight CPUs: four for each');
write_limit('cpu.max', '400000 100000');
follows($open, $parallel, '2 2', 'four CPUs: two for each');

reload($node);
is($open->query_safe('SHOW work_mem'), '10MB', 'a reload keeps the new plan');
$node->append_conf('postgresql.conf', "work_mem = '5MB'");
reload($node);
follows($open, 'SHOW work_mem', '5MB', 'a line that a human adds wins');
write_limit('memory.max', 4 * $gb);
follows($open, 'SHOW aza.detected_memory', '4GB', 'when the limit changes again');
is($open->query_safe('SHOW work_mem'), '5MB', 'it goes on winning');

$offset = -s $node->logfile;
write_limit('memory.max', 200 << 20);
follows($open, 'SHOW aza.detected_memory', '200MB', 'a limit may fall below shared memory');
like(slurp_file($node->logfile, $offset),
	qr/WARNING:  the memory limit of 200MB is below the \d+MB of shared memory that the server has taken/, 'which is warned of');
$open->query_safe('SELECT aza_governor_stats_reset()');
is($open->query_safe("SELECT value FROM aza_governor_stats() WHERE name = 'granted'"), '0',
	'with nothing left to deal out a query that needs next to nothing still does not ask');

$open->query_safe('CREATE ROLE app LOGIN');
my @more = map { $node->background_psql('postgres') } 1 .. 2;
my ($rc, $out, $err) = (0, '', '');
for (1 .. 40)
{
	($rc, $out, $err) = $node->psql('postgres', 'SELECT 1', connstr => $node->connstr('postgres') . ' user=app');
	last if $rc != 0;
	sleep 0.1;
}
like($err, qr/FATAL:  too many connections for the server's memory: 4 are open, 0 fit/,
	'connections that the memory cannot carry are refused');
like(slurp_file($node->logfile, $offset), qr/ 53300 FATAL:  too many connections for the server's memory/, 'with SQLSTATE 53300');
like($err, qr/DETAIL:  An idle connection holds \d+ kB here, and the memory limit is 200MB\./, 'the numbers');
like($err, qr/HINT:  Put PgBouncer in front of the server/, 'and the name of what helps');
is($open->query_safe("SELECT value > 0 FROM aza_governor_stats() WHERE name = 'refused connections'"), 't', 'and counted');
my @reserved = map { $node->background_psql('postgres') } 1 .. 3;
like(($node->psql('postgres', 'SELECT 1'))[2], qr/FATAL:  too many connections for the server's memory: 7 are open, 0 fit/,
	'superuser_reserved_connections come on top, for superusers');
$_->quit for @reserved;
$_->quit for $open, $chosen, @more;
$node->stop;
done_testing();
