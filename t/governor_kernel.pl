# What the kernel counts of the group: processes that it killed are told once, in the log and in aza_events(), also when
# the kill was what made the server start over.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('counted', 'sys/fs/cgroup/memory.events' => "low 0\nhigh 2\nmax 3\noom 1\noom_kill 5\n");
my $node = aza_node('governor_kernel', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nrestart_after_crash = on");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
$node->wait_for_log(qr/LOG:  aza_autoconf watches the memory in use without the kernel's pressure triggers\n.*DETAIL:  There is no cgroup v2 with a memory.pressure whose limit counts\./);
ok(1, 'where there are no pressure triggers a line says so');

sub counts
{
	return $node->safe_psql('postgres', "SELECT string_agg(value::text, ' ') FROM aza_governor_stats() WHERE name LIKE 'kernel: %'");
}

sub wait_for_counts
{
	my ($expected, $what) = @_;
	my $session = $node->background_psql('postgres');
	is(answers_within(5, $session, "SELECT string_agg(value::text, ' ') FROM aza_governor_stats() WHERE name LIKE 'kernel: %'", $expected),
		$expected, $what);
	$session->quit;
	return;
}

my $events = "SELECT string_agg(concat_ws('|', kind, cause, before, after), ' ') FROM aza_events()";
write_group($root, 'memory.events', "low 0\nhigh 6\nmax 10\noom 1\noom_kill 5");
wait_for_counts('0 7 4 0', 'what the group counts from the first look on is added up');
is($node->safe_psql('postgres', $events), '', 'kills from before the start are not told');

my $offset = -s $node->logfile;
write_group($root, 'memory.events', "low 0\nhigh 6\nmax 10\noom 1\noom_kill 6");
wait_for_counts('1 7 4 0', 'a kill is counted');
is($node->safe_psql('postgres', $events), 'oom kill|/sys/fs/cgroup/memory.events|5 kills|6 kills', 'and is an event');
my $log = slurp_file($node->logfile, $offset);
like($log, qr/WARNING:  the kernel killed 1 process of the server's group for lack of memory\n.*DETAIL:  \/sys\/fs\/cgroup\/memory.events has counted 6 since the group was made; the limit is 1024MB.\n.*HINT:  Give the server more memory, or lower max_connections or aza.max_query_memory/,
	'and a warning with advice in the log');
is(scalar(() = $log =~ /the kernel killed/g), 1, 'once');

# Of a backend, as the kernel does it: the server starts over, and its shared memory with it.
$offset = -s $node->logfile;
my $victim = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $victim->query_safe('SELECT pg_backend_pid()');
write_group($root, 'memory.events', "low 0\nhigh 6\nmax 12\noom 1\noom_kill 8");
kill 'KILL', $pid;
$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
$node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM aza_events()') or die;
is($node->safe_psql('postgres', 'SELECT count(*) FROM aza_events()'), 1, 'after a crash restart there is the one event');
$log = slurp_file($node->logfile, $offset);
is(scalar(() = $log =~ /the kernel killed 2 processes of the server's group/g), 1, 'kills that crash the server are told, too, and once');
eval { $victim->quit };

write_group($root, 'memory.events', 'nonsense');
write_group($root, 'memory.current', '300000000');
is($node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()'), '', 'a reset');
write_group($root, 'memory.events', "low 0\nhigh 9\nmax 12\noom 1\noom_kill 8");
wait_for_counts('0 0 3 0', 'begins at 0, and a file that cannot be read is no change');
write_group($root, 'memory.events', "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0");
write_group($root, 'memory.pressure', 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0');

# A regular file takes the trigger's text, but cannot be waited for.
$offset = -s $node->logfile;
$node->restart;
$node->wait_for_log(qr/DETAIL:  Could not set one in "\Q$root\E\/sys\/fs\/cgroup\/memory.pressure": Operation not permitted\./, $offset);
is(counts(), '0 0 0 0', 'a trigger that cannot be set is told with its reason, and the server starts');
$node->stop;
done_testing();
