# Random load with random trouble: cancels, kills, crashes, limits that change, pressure, a worker that is stopped, reloads and
# restarts. At the end the governor's accounts must be exact. AZA_SOAK_SECONDS and AZA_SOAK_SEED choose; the seed is said, and gives the
# same statements and the same trouble again, though not the same timing.
use strict;
use warnings FATAL => 'all';
use IPC::Run ();
use List::Util qw(min sum0);
use POSIX ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);
use AzaNode;
use GovernorNode;

my $seconds = $ENV{AZA_SOAK_SECONDS} || 25;
my $seed = $ENV{AZA_SOAK_SEED} || int(time) % 100000;
my $clients = 12;
my @statements = (
	'SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x',
	'SELECT count(*) FROM (SELECT k, count(*) FROM t GROUP BY k) x',
	'SELECT count(*) FROM t a JOIN t b ON a.k = b.k',
	'SELECT id FROM small WHERE id = 3',
	'SELECT i FROM many_expected() i ORDER BY i',
	"SET work_mem = '40MB'; SELECT count(*) FROM (SELECT t, id FROM t ORDER BY t OFFSET 0) x",
	'BEGIN; DECLARE c CURSOR FOR SELECT t FROM t ORDER BY t; FETCH 10 FROM c; DECLARE d CURSOR FOR SELECT id FROM t ORDER BY id; FETCH 10 FROM d; COMMIT',
	'BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY id; COMMIT; FETCH 5 FROM c',
	'BEGIN; SAVEPOINT s; SELECT t FROM t ORDER BY t OFFSET 99990; SELECT 1 / 0; ROLLBACK TO s; COMMIT',
	'BEGIN; LOCK TABLE small IN ACCESS EXCLUSIVE MODE; SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x; COMMIT',
	'SELECT sorted_in_function(), id FROM small',
	'CREATE TEMP TABLE x AS SELECT * FROM t; CREATE INDEX ON x (t); DROP TABLE x',
	"SET statement_timeout = '30ms'; SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x",
	"SET aza.grant_timeout = '50ms'; SET aza.grant_timeout_action = fail; SELECT count(*) FROM t a JOIN t b ON a.k = b.k",
	"SET aza.grant_timeout = '50ms'; SELECT count(*) FROM t a JOIN t b ON a.k = b.k",
	'VACUUM ANALYZE small',
	'SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x',
	'SELECT count(*) FROM aza_memory_grants()',
);

srand($seed);
my $root = group_machine('soak');
my $node = aza_node('soak', conf => <<"CONF");
aza.root = '$root'
aza.watch_interval = 100ms
log_statement = none
restart_after_crash = on
CONF
$node->start;
$node->safe_psql('postgres', $GovernorNode::tables);
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION sorted_in_function() RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x); END $$;
VACUUM ANALYZE;
SQL

# One client: statements in sessions of their own until the time is up, whatever becomes of them.
sub client
{
	my ($number, $until) = @_;
	srand($seed * 1000 + $number);
	while (time < $until)
	{
		my $statement = $statements[ int(rand(@statements)) ];
		my ($in, $out) = (join("\n", map { "$_;" } split(/; /, $statement)) . "\n", '');
		my $run = IPC::Run::start([ 'psql', '-Xq', '-h', $node->host, '-p', $node->port, 'postgres' ], '<', \$in, '>', \$out, '2>', \my $said);
		IPC::Run::finish($run);
	}
	POSIX::_exit(0);
}

# A random process of a client, or 0.
sub any_backend
{
	my ($rc, $pids) = $node->psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
		ORDER BY pid");
	my @pids = split /\n/, $pids // '';
	return @pids ? $pids[ int(rand(@pids)) ] : 0;
}

sub signal_backend { my ($signal) = @_; my $pid = any_backend(); return $pid ? kill($signal, $pid) : 0; }

my $kills = 0;
my %trouble = (
	cancel => sub { signal_backend('INT') },
	terminate => sub { signal_backend('TERM') },
	crash => sub { $kills += signal_backend('KILL') },
	limit => sub { write_group($root, 'memory.max', (256 << 20) << int(rand(6))) },
	cpus => sub { write_group($root, 'cpu.max', 100000 * (1 + int(rand(8))) . ' 100000') },
	pressure => sub { write_group($root, 'memory.current', int(rand(1 << 30))) },
	stopped_worker => sub { my $pid = watch_pid($node) or return; kill 'STOP', $pid; sleep 0.3; kill 'CONT', $pid },
	governor_off => sub { $node->append_conf('postgresql.conf', 'aza.governor = ' . (rand() < 0.5 ? 'off' : 'on')); $node->reload },
	restart => sub { $node->stop(rand() < 0.5 ? 'fast' : 'immediate', fail_ok => 1); $node->start(fail_ok => 1) },
);
# How often each comes: a crash or a restart ends all sessions, and would leave little to the others.
my @deck = ((map { ($_) x 6 } 'cancel', 'terminate', 'limit', 'pressure'), (map { ($_) x 2 } 'cpus', 'stopped_worker', 'governor_off'), 'crash', 'restart');

# The server answers again, for at most half a minute.
sub answers
{
	for (1 .. 300)
	{
		my ($rc, $answer) = $node->psql('postgres', 'SELECT 1', timeout => 10, timed_out => \my $late);
		return 1 if $rc == 0 && $answer eq '1';
		sleep 0.1;
	}
	return 0;
}

my $until = time + $seconds;
my @pids = map {
	my $number = $_;
	my $pid = fork // die $!;
	client($number, $until) if $pid == 0;
	$pid;
} 1 .. $clients;
my (%count, $last_said);
$last_said = time;
while (time < $until - 1)
{
	my $what = $deck[ int(rand(@deck)) ];
	last unless answers();
	$trouble{$what}->();
	$count{$what}++;
	sleep rand(0.4);
	next if time - $last_said < 10;
	$last_said = time;
	diag(sprintf('%d s left: %s', $until - time, join(', ', map { "$_ $count{$_}" } sort keys %count)));
}
waitpid $_, 0 for @pids;
diag("seed $seed: " . join(', ', map { "$_ $count{$_}" } sort keys %count));

ok(answers(), 'the server answers at the end');
$node->append_conf('postgresql.conf', 'aza.governor = on');
reload($node);
write_group($root, 'memory.max', 1 << 30);
write_group($root, 'memory.current', 200000000);
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'client backend'")
  or die 'clients are left behind';
is(accounts($node), '0 0 0 0', "the accounts are exact (seed $seed)");
is($node->safe_psql('postgres', 'SELECT count(*) FROM aza_memory_grants() WHERE granted_kb <> 0 OR state <> \'idle\''), '0', 'no grant is left behind');
my $session = $node->background_psql('postgres');
is(answers_within(5, $session, 'SHOW aza.detected_memory', '1GB'), '1GB', 'limits are followed');
$session->quit;
is($node->safe_psql('postgres', $statements[0]), 100000, 'and a sort is served');

my $log = slurp_file($node->logfile);
my @ends = $log =~ /was terminated by signal (\d+)/g;
is(scalar(grep { $_ != 9 } @ends), 0, 'no process ended by a signal that nobody sent') or diag(grep { /terminated by signal/ } split /^/, $log);
cmp_ok(scalar(@ends), '<=', $kills, 'nor more than were killed');
unlike($log, qr/PANIC|TRAP|LWLock.* is not held/, 'and the log has no panic');
$node->stop;
done_testing();
