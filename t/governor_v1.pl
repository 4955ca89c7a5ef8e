# A group of cgroup v1: its accounts have other files and other names, and the guard does the same by them.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine_v1('first');
my $node = aza_node('governor_v1', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');

sub write_memory { my ($file, $text) = @_; write_group($root, "memory/memory.$file", $text); return; }
sub percent_in_use { my ($percent) = @_; write_memory('usage_in_bytes', int((1 << 30) / 100 * $percent) + 1); return; }

is($node->safe_psql('postgres', "SELECT concat_ws(', ', current_setting('aza.detected_memory_source'), current_setting('aza.detected_memory'),
	current_setting('aza.detected_cpus'), current_setting('aza.governor'))"), 'cgroup v1 memory.limit_in_bytes, 1GB, 2, on',
	'a limit of cgroup v1 is found, and governed');

write_memory('stat', v1_stat(1 << 30, 300000000));
write_memory('usage_in_bytes', 800000000);
guard_looks($node);
is(stat_of($node, 'most memory in use, bytes'), 500000000, 'what is in use is the usage less the inactive page cache of all groups below');
write_memory('stat', v1_stat(1 << 30, 0));
percent_in_use(20);
guard_looks($node);

my ($session, $pid) = session_that_holds($node, 60);
percent_in_use(94);
guard_looks($node);
is($node->safe_psql('postgres', "SELECT state FROM pg_stat_activity WHERE pid = $pid"), 'active', 'at 94 % a query that holds much goes on');
percent_in_use(97);
my $error = ended($session);
percent_in_use(20);
like($error, qr/ERROR:  53200: canceling statement because the server is about to run out of memory/,
	'above 95 % it is canceled with SQLSTATE 53200');
like($error, qr/DETAIL:  The query's processes held \d+ kB of memory, more than any other query; more than 95 % of the limit of 1024MB were in use\./,
	'and what it held');
is($node->safe_psql('postgres', "SELECT kind, cause, before ~ '^process $pid holds \\d+ kB\$' FROM aza_events()"), 'cancel|97 % of the memory limit are in use|t',
	'which is an event');
is(stat_of($node, 'canceled under pressure'), 1, 'and counted');
is($session->query_safe('SELECT 1'), 1, 'its session goes on');

write_memory('failcnt', 10);
write_memory('oom_control', "oom_kill_disable 0\nunder_oom 0\noom_kill 6");
my $kill = 'oom kill|/sys/fs/cgroup/memory/memory.oom_control|5 kills|6 kills';
is(answers_within(2, $session, "SELECT concat_ws('|', kind, cause, before, after) FROM aza_events() WHERE kind = 'oom kill'", $kill), $kill,
	'a process that the kernel kills is an event');
is($node->safe_psql('postgres', "SELECT string_agg(value::text, ' ') FROM aza_governor_stats() WHERE name IN ('kernel: processes killed', 'kernel: limit reached')"),
	'1 7', 'and counted, as is how often the limit was reached');

write_memory('stat', v1_stat(2 << 30, 0));
write_memory('limit_in_bytes', 2 << 30);
is(answers_within(2, $session, 'SHOW aza.detected_memory', '2GB'), '2GB', 'a limit that changes is followed');
$session->quit;
$node->stop;
done_testing();
