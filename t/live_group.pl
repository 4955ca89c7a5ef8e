# Which limit counts while the server runs: one that appears or goes, that of another group, the machine's memory when some is
# plugged in; and the group's limit beside a number that a human chose.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $gb = 1 << 30;
my $top = 'sys/fs/cgroup';
my $limits = "SELECT concat_ws(', ', current_setting('aza.detected_memory'), current_setting('aza.detected_memory_source'), current_setting('aza.governor'))";

sub stat_text { my ($anonymous) = @_; return "anon $anonymous\nfile 100000000\ninactive_file 0"; }
sub in_use { my ($session) = @_; return $session->query_safe("SELECT bytes FROM aza_memory_budget() WHERE item = 'in use now'"); }

# Two groups, of which the inner one is ours, and neither has a limit at first.
my $root = group_machine('nested', 'proc/meminfo' => "MemTotal:       4194304 kB\n", 'proc/self/cgroup' => "0::/pod/db\n",
	map { ("$top/$_/cgroup.controllers" => "cpu memory\n", "$top/$_/memory.max" => "max\n", "$top/$_/memory.stat" => stat_text(40000000)) } 'pod', 'pod/db');
write_group($root, 'memory.max', 'max');
write_group($root, 'pod/memory.current', 600000000);
write_group($root, 'pod/db/memory.current', 300000000);
write_group($root, 'pod/db/memory.events', "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0");
write_group($root, 'pod/memory.events', "low 0\nhigh 0\nmax 0\noom 0\noom_kill 7");
my $node = aza_node('live_group', conf => "aza.root = '$root'\naza.watch_interval = 50ms");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
my $open = $node->background_psql('postgres');
is($open->query_safe($limits), '4GB, /proc/meminfo, off', 'without a limit the machine is planned for, and nothing is governed');

write_group($root, '../../../proc/meminfo', 'MemTotal:       8388608 kB');
is(answers_within(2, $open, $limits, '8GB, /proc/meminfo, off'), '8GB, /proc/meminfo, off', 'memory that is plugged in is followed');

my $offset = -s $node->logfile;
write_group($root, 'pod/db/memory.max', 2 * $gb);
is(answers_within(2, $open, $limits, '2GB, cgroup v2 memory.max, on'), '2GB, cgroup v2 memory.max, on', 'a limit that appears is followed, and governed');
is($open->query_safe('SHOW aza.memory_limit_path'), "/$top/pod/db/memory.max", 'with its file');
is($open->query_safe('SHOW work_mem'), '4MB', 'and the plan for it');
is($node->safe_psql('postgres', 'SELECT 1; SHOW aza.governor'), "1\non", 'in a new session, too');
is(in_use($open), 300000000, 'the group whose limit it is is measured');
like(slurp_file($node->logfile, $offset), qr/the limits changed from 8192MB, CPUs 2 to 2048MB, CPUs 2: .*work_mem 10MB -> 4MB/, 'the log says so');

write_group($root, 'pod/memory.max', $gb);
is(answers_within(2, $open, $limits, '1GB, cgroup v2 memory.max, on'), '1GB, cgroup v2 memory.max, on', 'a tighter limit of the group above counts');
is($open->query_safe('SHOW aza.memory_limit_path'), "/$top/pod/memory.max", 'with its file');
is(answers_within(2, $open, "SELECT bytes FROM aza_memory_budget() WHERE item = 'in use now'", 600000000), 600000000,
	'and that group is the one that is measured');
is($open->query_safe("SELECT count(*) FROM aza_events() WHERE kind = 'oom kill'"), 0, 'what it has counted before is no news');
write_group($root, 'pod/memory.events', "low 0\nhigh 0\nmax 0\noom 0\noom_kill 8");
is(answers_within(2, $open, "SELECT before || ', ' || after FROM aza_events() WHERE kind = 'oom kill'", '7 kills, 8 kills'), '7 kills, 8 kills',
	'but what it counts from now on');

write_group($root, 'pod/memory.max', 'garbage');
$node->safe_psql('postgres', 'SELECT pg_sleep(0.3)');
is($open->query_safe($limits), '1GB, cgroup v2 memory.max, on', 'a file that says nothing changes nothing');
write_group($root, "pod/$_", 'max') for 'memory.max', 'db/memory.max';
is(answers_within(2, $open, $limits, '8GB, /proc/meminfo, off'), '8GB, /proc/meminfo, off', 'when no limit is left, the machine is planned for again');
$node->append_conf('postgresql.conf', 'aza.governor = on');
reload($node);
write_group($root, 'pod/memory.max', 2 * $gb);
is(answers_within(2, $open, $limits, '2GB, cgroup v2 memory.max, on'), '2GB, cgroup v2 memory.max, on', 'a limit comes back');
write_group($root, 'pod/memory.max', 'max');
is(answers_within(2, $open, $limits, '8GB, /proc/meminfo, on'), '8GB, /proc/meminfo, on', 'aza.governor = on of a human outranks what limits say');
$open->quit;
$node->stop;

# A human's number beside a group's limit: the plan follows the human, and what is dealt out stays below both.
sub capacity_with
{
	my ($name, $limit, $memory) = @_;
	my $machine = group_machine($name);
	write_group($machine, 'memory.max', $limit);
	my $chosen = aza_node($name, conf => "aza.root = '$machine'\naza.memory = '$memory'\naza.watch_interval = 50ms");
	$chosen->start;
	$chosen->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
	$chosen->poll_query_until('postgres', "SELECT count(*) = 1 FROM aza_memory_budget() WHERE item = 'in use now'") or die 'nothing is measured';
	my $said = $chosen->safe_psql('postgres', 'SELECT 1; SHOW aza.detected_memory; SHOW aza.governor');
	my $dealt = $chosen->safe_psql('postgres', "SELECT bytes FROM aza_memory_budget() WHERE item = 'for queries now'");
	$chosen->stop;
	return ($said, $dealt);
}
my ($said, $wide) = capacity_with('chosen_more', $gb, '2GB');
is($said, "1\n2GB\non", 'a human chose more than the limit: planned as told, and governed');
cmp_ok($wide, '<', $gb, 'within the limit');
($said, my $narrow) = capacity_with('chosen_less', 2 * $gb, '1GB');
is($said, "1\n1GB\non", 'a human chose less than the limit: governed, too');
cmp_ok($narrow, '<', $gb, 'within what was chosen');

# With accounts of the group that stand still, what there is to deal out is exact: the limit less shared memory, less the
# kernel's (what neither processes nor page cache hold, and page cache that must be written), less anonymous memory, less
# 16MB and a sixteenth.
my $pool = group_machine('pool');
write_group($pool, 'memory.stat', "anon 50000000\nfile 100000000\ninactive_file 60000000\nfile_dirty 3000000\nfile_writeback 2000000");
$node = aza_node('live_pool', conf => "aza.root = '$pool'\naza.watch_interval = 50ms");
$node->start;
$node->safe_psql('postgres', $GovernorNode::tables);
$open = $node->background_psql('postgres');
sub bytes_of { my ($item) = @_; return "SELECT bytes FROM aza_memory_budget() WHERE item = '$item'"; }
my $shared = $open->query_safe("SELECT pg_size_bytes(current_setting('shared_memory_size'))");
my $mb = 1 << 20;
sub pool_is
{
	my ($expected, $when) = @_;
	return is(answers_within(2, $open, bytes_of('for queries now'), $expected), $expected, "what there is for queries follows $when");
}
pool_is($gb - $shared - 55000000 - 50000000 - 80 * $mb, 'from limit, shared memory, kernel, anonymous memory and reserve');
is($open->query_safe(bytes_of('in use now')), 140000000, 'while inactive page cache is not in use');
write_group($pool, 'memory.current', 207000000);
pool_is($gb - $shared - 62000000 - 50000000 - 80 * $mb, 'the kernel');
write_group($pool, 'memory.stat', "anon 57000000\nfile 100000000\ninactive_file 60000000\nfile_dirty 0\nfile_writeback 1000000");
pool_is($gb - $shared - 51000000 - 57000000 - 80 * $mb, 'anonymous memory, and what was written');
write_group($pool, 'memory.max', 2 * $gb);
pool_is(2 * $gb - $shared - 51000000 - 57000000 - 144 * $mb, 'the limit');

is($open->query_safe(bytes_of('granted now')), 0, 'nothing is granted');
my $holder = hold($node, 60);
is($open->query_safe(bytes_of('granted now')), 60 * $mb, 'a cursor that was granted 60MB');
is($open->query_safe('SELECT sum(granted_kb) FROM aza_memory_grants()'), 60 * 1024, 'as aza_memory_grants() says');
$holder->query_safe('COMMIT');
is($open->query_safe(bytes_of('granted now')), 0, 'gives them back');
pool_is(2 * $gb - $shared - 51000000 - 57000000 - 144 * $mb, 'the session that is idle again');
$_->quit for $open, $holder;
$node->stop;
done_testing();
