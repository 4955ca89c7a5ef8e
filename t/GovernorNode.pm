# A node whose governor deals out a known amount of memory, sessions that hold grants or wait for them, and a group whose
# files a test writes.
package GovernorNode;

use strict;
use warnings FATAL => 'all';
use Exporter 'import';
use AzaNode;
use File::Basename qw(basename);
use List::Util qw(min sum0);
use POSIX qw(sysconf _SC_PAGESIZE);
use PostgreSQL::Test::Utils qw(slurp_file);
use Time::HiRes qw(sleep time);

our @EXPORT = qw($large_query $raised_query governor_node stat_of grant_of accounts hold hold_everything session_in_line wait_in_line start_query ended
	session_that_holds watch_pid process_kb group_machine group_machine_v1 v1_stat write_group guard_looks answers_within need_of cost $told index_build);

# Rows to sort, rows that fit anywhere, and a function of which the planner expects far more than it gives.
our $tables = <<'SQL';
CREATE EXTENSION aza_autoconf;
CREATE FUNCTION many_expected() RETURNS SETOF int LANGUAGE plpgsql ROWS 10000000 AS $$ BEGIN RETURN NEXT 1; END $$;
CREATE FUNCTION some_expected() RETURNS SETOF int LANGUAGE plpgsql ROWS 400000 AS $$ BEGIN RETURN NEXT 1; END $$;
CREATE TABLE t AS SELECT i AS id, i % 30000 AS k, md5(i::text) AS t FROM generate_series(1, 100000) i;
CREATE TABLE small AS SELECT i AS id FROM generate_series(1, 10) i;
SQL

# Started, with the tables and exact statistics; %options as for aza_node().
sub governor_node
{
	my ($name, %options) = @_;
	my $conf = delete $options{conf} // '';
	my $node = aza_node($name, %options, conf => <<"CONF");
aza.memory = '512MB'
aza.cpus = 2
aza.governor = on
aza.watch_interval = 50ms
aza.grant_timeout = 60s
aza.max_query_memory = -1
autovacuum = off
$conf
CONF
	$node->start;
	$node->safe_psql('postgres', $tables);
	$node->safe_psql('postgres', 'VACUUM ANALYZE');
	return $node;
}

sub stat_of
{
	my ($node, $name) = @_;
	return $node->safe_psql('postgres', "SELECT value FROM aza_governor_stats() WHERE name = '$name'");
}

# Columns of aza_memory_grants() for one process.
sub grant_of
{
	my ($node, $pid, $columns) = @_;
	return $node->safe_psql('postgres', "SELECT $columns FROM aza_memory_grants() WHERE pid = $pid");
}

# "0 0 0 0" where nothing is granted and nobody waits.
sub accounts
{
	my ($node) = @_;
	return $node->safe_psql('postgres', "SELECT string_agg(value::text, ' ' ORDER BY name) FROM aza_governor_stats()
		WHERE name IN ('granted now, bytes', 'large grants now', 'from the reserve now, bytes', 'waiting now')");
}

# need_kb of a cursor on the query.
sub need_of
{
	my ($node, $query, @settings) = @_;
	return $node->safe_psql('postgres', join('; ', @settings, "BEGIN; DECLARE c CURSOR FOR $query",
		'SELECT need_kb FROM aza_memory_grants() WHERE pid = pg_backend_pid()'));
}

# kB that a query asks for whose nodes may take [expected bytes, at most so many bytes], or without a bound [expected bytes]:
# docs/governor.md.
sub cost
{
	my ($workers, @nodes) = @_;
	my $taken = sum0(map { min(@$_) } @nodes);
	my $spilled = sum0(map { $_->[0] - min(@$_) } @nodes);
	return int(($taken + (2 << 20) + $workers * (4 << 20) + min(16 << 20, int($spilled / 4))) / 1024);
}

# A query that asks for twice work_mem, for its sort and for the function's rows, and for 18MB beside them; it takes next to
# nothing. No grant is raised as far as it would like.
our $large_query = 'SELECT i FROM many_expected() i ORDER BY i';

# One that would spill with a small work_mem, and with 50MB would not.
our $raised_query = 'SELECT i FROM some_expected() i ORDER BY i';

# A session with an open cursor that was granted so many megabytes, no more and no less: an even number from 20.
sub hold
{
	my ($node, $mb) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe("SET work_mem = '" . ($mb - 18) / 2 . "MB'");
	$session->query_safe("BEGIN; DECLARE c CURSOR FOR $large_query");
	return $session;
}

# One that holds as much as there is.
sub hold_everything { my ($node) = @_; return hold($node, 2048); }

# Sends a query without waiting for its end; see ended().
sub start_query
{
	my ($session, $sql) = @_;
	$session->query_until(qr/started/, "\\echo started\n$sql;\n\\echo ended\n");
	return;
}

# Waits for the query's end; returns what it said on stderr.
sub ended
{
	my ($session) = @_;
	$session->query_until(qr/ended/, '');
	my $said = $session->{stderr};
	$session->{stderr} = '';
	return $said;
}

# Waits until a process stands in the line.
sub wait_in_line
{
	my ($node, $pid) = @_;
	$node->poll_query_until('postgres', "SELECT wait_event_type || ':' || wait_event = 'Extension:AzaMemoryGrant'
		FROM pg_stat_activity WHERE pid = $pid") or die "process $pid does not wait";
	return;
}

# Sends a query in a session of its own, after its settings, and waits until it stands in the line.
sub session_in_line
{
	my ($node, $sql, @settings) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe($_) for @settings;
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	start_query($session, $sql);
	wait_in_line($node, $pid);
	return ($session, $pid);
}

# An index's expression that tells what the statement that builds the index holds.
our $told = <<'SQL';
CREATE FUNCTION told(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE g record;
BEGIN
  FOR g IN SELECT need_kb, granted_kb FROM public.aza_memory_grants() WHERE pid = pg_backend_pid() AND i = 1 LOOP
    RAISE NOTICE 'need % kB, granted % kB, maintenance_work_mem %', g.need_kb, g.granted_kb, current_setting('maintenance_work_mem');
  END LOOP;
  RETURN i;
END $$;
SQL

# What told() says while an index is built, and the setting afterwards.
sub index_build
{
	my ($node, $before) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "$before; CREATE INDEX told ON small (told(id)); DROP INDEX told; SHOW maintenance_work_mem");
	my ($said) = $err =~ /NOTICE:  (.*)/;
	return ($said // $err) . "; then $out";
}

# A session whose query really holds at least so many megabytes until it is canceled.
sub session_that_holds
{
	my ($node, $mb) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	start_query($session, "\\set VERBOSITY verbose\nDO \$\$ DECLARE x text := repeat('x', $mb << 20); BEGIN PERFORM pg_sleep(180); END \$\$");
	$node->poll_query_until('postgres', "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid") or die;
	return ($session, $pid);
}

# The process that watches, which pg_stat_activity does not show; 0 where it does not run.
sub watch_pid
{
	my ($node) = @_;
	my ($postmaster) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
	for my $folder (glob '/proc/[0-9]*')
	{
		my ($title, $status) = map { -r "$folder/$_" ? eval { slurp_file("$folder/$_") } // '' : '' } 'cmdline', 'status';
		return basename($folder) if $title =~ /aza memory watch/ && $status =~ /^PPid:\s+$postmaster$/m;
	}
	return 0;
}

# What a process holds for itself, as the kernel says.
sub process_kb
{
	my ($pid) = @_;
	my (undef, $resident, $shared) = split ' ', slurp_file("/proc/$pid/statm");
	return ($resident - $shared) * sysconf(_SC_PAGESIZE) / 1024;
}

# A folder for aza.root: a group of cgroup v2 with 1GB and two CPUs, of which 200MB are in use. %files add or replace.
sub group_machine
{
	my ($name, %files) = @_;
	return machine($name,
		'proc/meminfo' => "MemTotal:       67108864 kB\n",
		'proc/self/cgroup' => "0::/\n",
		'proc/self/mountinfo' => "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n",
		'sys/fs/cgroup/cgroup.controllers' => "cpu memory\n",
		'sys/fs/cgroup/memory.max' => (1 << 30) . "\n",
		'sys/fs/cgroup/memory.current' => "200000000\n",
		'sys/fs/cgroup/memory.stat' => "anon 50000000\nfile 100000000\ninactive_file 0\n",
		'sys/fs/cgroup/cpu.max' => "200000 100000\n",
		'affinity' => "8\n",
		%files);
}

# The same as a group of cgroup v1. What it says of itself alone, without the groups below it, is nothing.
sub group_machine_v1
{
	my ($name) = @_;
	my $memory = 'sys/fs/cgroup/memory';
	return machine($name,
		'proc/meminfo' => "MemTotal:       67108864 kB\n",
		'proc/self/cgroup' => "4:memory:/\n3:cpu,cpuacct:/\n",
		'proc/self/mountinfo' => "30 23 0:26 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n"
			. "31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n",
		"$memory/memory.limit_in_bytes" => (1 << 30) . "\n",
		"$memory/memory.usage_in_bytes" => "200000000\n",
		"$memory/memory.stat" => v1_stat(1 << 30, 0),
		"$memory/memory.oom_control" => "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
		"$memory/memory.failcnt" => "3\n",
		'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us' => "200000\n",
		'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us' => "100000\n",
		'affinity' => "8\n");
}

# Its memory.stat, with a limit and inactive page cache.
sub v1_stat
{
	my ($limit, $inactive) = @_;
	return "cache 0\nrss 0\ninactive_file 0\nactive_file 0\nhierarchical_memory_limit $limit\ntotal_cache 100000000\ntotal_rss 50000000\n"
		. "total_dirty 0\ntotal_writeback 0\ntotal_inactive_file $inactive\ntotal_active_file 0\n";
}

# Writes one of the group's files at once, as the kernel would.
sub write_group
{
	my ($root, $file, $text) = @_;
	open my $out, '>', "$root/sys/fs/cgroup/$file.new" or die $!;
	print $out "$text\n";
	close $out;
	rename "$root/sys/fs/cgroup/$file.new", "$root/sys/fs/cgroup/$file" or die $!;
	return;
}

# Waits until the guard has looked twice: the first look may have begun before the call.
sub guard_looks
{
	my ($node) = @_;
	for (1 .. 2)
	{
		$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
		$node->poll_query_until('postgres', "SELECT value > 0 FROM aza_governor_stats() WHERE name = 'most memory in use, bytes'") or die;
	}
	return;
}

# Asks a session until it answers as expected, for at most so many seconds; returns its last answer.
sub answers_within
{
	my ($seconds, $session, $sql, $expected) = @_;
	my ($until, $got) = (time + $seconds, '');
	while (time < $until && $got ne $expected)
	{
		$got = $session->query_safe($sql);
		sleep 0.05;
	}
	return $got;
}

1;
