# Advice from the workload: each kind of evidence is made to happen, and nothing is advised without it.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;

my %files = (
	'proc/meminfo' => "MemTotal: 8388608 kB\nSwapTotal: 0 kB\nCommitted_AS: 2097152 kB\n"
	  . "HugePages_Total: 3\nHugePages_Free: 1\nHugePages_Rsvd: 0\nHugepagesize: 2048 kB\n",
	'proc/vmstat' => "oom_kill 3\n",
	'proc/sys/vm/overcommit_memory' => "0\n",
	'affinity' => "2\n");
my $root = machine('advice', %files);
my $node = aza_node('advice', conf => <<"CONF");
aza.root = '$root'
aza.memory = '256MB'
aza.preload_libraries = 'pg_stat_statements'
shared_buffers = '16MB'
max_connections = 10
autovacuum = off
max_wal_size = '32MB'
min_wal_size = '32MB'
checkpoint_timeout = '1h'
max_parallel_workers_per_gather = 0
wal_level = replica
max_replication_slots = 1
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');

sub write_kernel
{
	my ($file, $text) = @_;
	open my $out, '>', "$root/$file" or die $!;
	print $out $text;
	close $out;
	return;
}

# What is advised for a setting: proposed, evidence, needs_restart.
sub advice
{
	my ($setting, $columns) = @_;
	$columns //= "proposed || '|' || evidence || '|' || coalesce(needs_restart::text, 'null')";
	return $node->safe_psql('postgres', "SELECT $columns FROM aza_advice() WHERE setting = '$setting'");
}

sub topics { return $node->safe_psql('postgres', "SELECT string_agg(setting, ' ') FROM aza_advice()"); }

sub refusal
{
	my ($sql, @as) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', $sql, extra_params => [@as]);
	return $err;
}

# Runs statements in one session and has their counts written at once.
sub count { my ($sql) = @_; return $node->safe_psql('postgres', "$sql; SELECT pg_stat_force_next_flush()"); }

is(topics(), '', 'a fresh server gets no advice');
is(refusal("SELECT aza_apply_advice('work_mem')"), <<'TEXT' =~ s/\n\z//r, 'and none can be applied');
psql:<stdin>:1: ERROR:  there is no advice for "work_mem"
DETAIL:  Advice is given only where there is evidence.
HINT:  See SELECT setting, proposed, evidence FROM aza_advice().
TEXT

# Queries that spill.
count("SET maintenance_work_mem = '64MB'; SET max_parallel_maintenance_workers = 0; CREATE TABLE t AS SELECT i AS id, md5(i::text) AS t
	FROM (SELECT generate_series(1, 400000) AS i) AS s; CREATE UNIQUE INDEX ON t (id); ANALYZE t");
my $sort = 'SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x';
count("SET work_mem = '2MB'; $sort; $sort");
is(advice('work_mem'), '', 'two temporary files are no evidence');
count("SET work_mem = '2MB'" . "; $sort" x 10);
like(advice('work_mem'), qr/^13MB\|12 temporary files, 1\d\d MB in all\|false$/,
	'spilling queries: as much work_mem as there is for every connection');
is(advice('work_mem of role "postgres"'), '', 'whose statements are not known');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
like(advice('work_mem'), qr/ in all; query -?\d+ of postgres: 12 calls, 1\d\d MB\|false$/, 'pg_stat_statements names the query');
like(advice('work_mem of role "postgres"'), qr/^21MB\|12 temporary files, .*\|null$/, 'whose role may have more than all others');
is(advice('work_mem of role "postgres"', 'apply'), q(ALTER ROLE "postgres" SET work_mem = '21MB'), 'with what to type');

$node->append_conf('postgresql.conf', "aza.governor = on\naza.max_query_memory = '4MB'");
reload($node);
like(advice('aza.max_query_memory'), qr/^32MB\|12 temporary files/, 'with the governor on it is what this may raise a query to');
is(advice('work_mem'), '', 'and not everybody\'s work_mem');
$node->append_conf('postgresql.conf', "aza.governor = off");
reload($node);

# Writing it.
is($node->safe_psql('postgres', "SELECT aza_apply_advice('Work_Mem')"),
	"work_mem = '13MB' is written to postgresql.auto.conf and takes effect at a reload: SELECT pg_reload_conf()",
	'aza_apply_advice() says what it wrote, and that it takes a reload');
like($node->safe_psql('postgres', "SET work_mem = '2MB'; SELECT aza_apply_advice('work_mem')"),
	qr/: SELECT pg_reload_conf\(\); here SET in this session outranks it$/, 'and who outranks it');
is(setting($node, 'work_mem'), '1MB', 'it does not reload by itself');
reload($node);
is(setting($node, 'work_mem'), '13MB', 'after a reload the value is there');
is(advice('work_mem'), '', 'and is not advised again');

# Blocks that are not in shared_buffers.
is(advice('shared_buffers'), '', 'without evictions there is no advice about shared_buffers');
count('SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off;
	SELECT count(t) FROM (SELECT generate_series(1, 40000) AS i) AS s JOIN t ON t.id = (i::bigint * 7919 % 400000)::int');
like(advice('shared_buffers'), qr/^32MB\|\d+ % of the clients' accesses missed shared_buffers \(\d+ reads, \d+ hits\); \d+ buffers were evicted\|true$/,
	'cache misses: more shared_buffers');
is($node->safe_psql('postgres', "SELECT aza_apply_advice('shared_buffers')"),
	"shared_buffers = '32MB' is written to postgresql.auto.conf and takes effect at a restart of the server",
	'which takes a restart');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
reload($node);

# What was proposed for queries and the cache is dealt out; with this evidence gone there is memory for the rest.
$node->safe_psql('postgres', "SELECT pg_stat_reset(), pg_stat_reset_shared('io')");
is(topics(), '', 'when the counters are reset, so is the advice');

# Dead rows that nobody removes.
$node->safe_psql('postgres', 'CREATE TABLE dead AS SELECT i FROM (SELECT generate_series(1, 20000) AS i) AS s; ANALYZE dead');
is(advice('autovacuum'), '', 'autovacuum off is no evidence by itself');
count('DELETE FROM dead');
is(advice('autovacuum'), 'on|1 table is far behind; public.dead has 20000 dead rows, its threshold is 4050|false',
	'dead rows: autovacuum');
$node->safe_psql('postgres', 'ALTER TABLE dead SET (autovacuum_vacuum_threshold = 6000)');
is(advice('autovacuum'), '', 'a table\'s own threshold counts');
$node->safe_psql('postgres', 'ALTER TABLE dead RESET (autovacuum_vacuum_threshold)');
$node->safe_psql('postgres', 'CREATE TABLE deader AS SELECT i FROM (SELECT generate_series(1, 30000) AS i) AS s; ANALYZE deader');
count('DELETE FROM deader');
$node->append_conf('postgresql.conf', <<'CONF');
autovacuum = on
autovacuum_naptime = 1s
autovacuum_max_workers = 1
autovacuum_vacuum_cost_delay = 100ms
autovacuum_vacuum_cost_limit = 1
CONF
reload($node);
$node->poll_query_until('postgres', "SELECT count(*) = 2 FROM aza_advice() WHERE topic = 'autovacuum'") or die 'no advice';
my $busy = qr/1 of 1 workers are busy; (1 table is|2 tables are) far behind; public\.dead(er)? has \d0000 dead rows, its threshold is [46]050/;
like(advice('autovacuum_max_workers'), qr/^2\|$busy\|false$/, 'with all workers busy: more of them');
like(advice('autovacuum_vacuum_cost_limit'), qr/^2\|$busy\|false$/, 'that may work more');
$node->append_conf('postgresql.conf', 'autovacuum = off');
reload($node);
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'");

# WAL that asks for checkpoints, and a slot that holds it.
sub write_wal { return count("SELECT count(pg_logical_emit_message(false, 'x', repeat('x', 1 << 20))) FROM generate_series(1, $_[0])"); }
$node->safe_psql('postgres', "SELECT pg_stat_reset_shared('checkpointer'), pg_stat_reset_shared('wal')");
$node->safe_psql('postgres', 'CHECKPOINT') for 1 .. 6;
is(advice('max_wal_size'), '', 'checkpoints that a person asked for are no evidence');
$node->safe_psql('postgres', "SELECT pg_stat_reset_shared('checkpointer'), pg_stat_reset_shared('wal'), pg_create_physical_replication_slot('left', true)");
# A checkpoint takes its time while no WAL comes, hence ever more of it.
for (1 .. 40)
{
	write_wal(20);
	last if $node->safe_psql('postgres', 'SELECT num_requested FROM pg_stat_checkpointer') >= 6;
}
like(advice('max_wal_size'), qr/^(64|128|256)MB\|\d+ checkpoints were requested and 0 came by time, with \d+ MB of WAL\|false$/,
	'checkpoints requested by WAL: more max_wal_size');
like(advice('replication slot left', "value || '|' || proposed || '|' || evidence || '|' || apply"),
	qr/^[0-9.]+ MB of WAL held\|consumed, or dropped\|nobody uses the slot and holds/, 'a slot that holds WAL');
like(advice('max_slot_wal_keep_size'), qr/^\d+MB\|slot left holds [0-9.]+ MB of WAL, [0-9.]+ [GT]B are free where pg_wal is\|false$/,
	'and a bound for such slots');
is(refusal("SELECT aza_apply_advice('replication slot left')"), <<'TEXT' =~ s/\n\z//r, 'what is no setting cannot be written');
psql:<stdin>:1: ERROR:  "replication slot left" is not a setting of the server, so ALTER SYSTEM cannot write it
DETAIL:  Proposed: consumed, or dropped
HINT:  To do: start its consumer, or: SELECT pg_drop_replication_slot('left')
TEXT
$node->safe_psql('postgres', "SELECT pg_drop_replication_slot('left')");
is(advice('max_slot_wal_keep_size'), '', 'without the slot there is no such advice');

# As many connections as there may be; their page tables.
is(advice('max_connections'), '', 'few connections are no evidence on the first day');
my @open = map { $node->background_psql('postgres') } 1 .. 7;
is(advice('max_connections'), '20|8 connections at once; ordinary roles get 7 of 10|true', 'connections at the maximum');
$_->quit for @open;
is(advice('max_connections'), '20|8 connections at once; ordinary roles get 7 of 10|true', 'which is remembered');

# The kernel.
is(advice('vm.overcommit_memory'), '', 'what was killed before the start is no evidence');
write_kernel('proc/vmstat', "oom_kill 5\n");
is(advice('vm.overcommit_memory', "value || '|' || proposed || '|' || evidence"),
	'0|2|the kernel killed 2 processes for want of memory since the server\'s start; 2 GB are promised of 8 GB memory and 0 B swap',
	'processes that the kernel killed: overcommit');
is(advice('vm.overcommit_memory', 'apply'), 'on the machine: sysctl -w vm.overcommit_memory=2 vm.overcommit_ratio=90, also in /etc/sysctl.d',
	'with what to type');
write_kernel('proc/sys/vm/overcommit_memory', "2\n");
is(advice('vm.overcommit_memory'), '', 'where it is set already there is no advice');
write_kernel('proc/vmstat', "\0\xff oom_kill");
write_kernel('proc/sys/vm/overcommit_memory', "many\n");
write_kernel('proc/meminfo', 'MemTotal: -1');
is($node->psql('postgres', 'SELECT * FROM aza_advice()'), 0, 'odd files are no error');

# Who may ask, and who may write.
$node->safe_psql('postgres', 'CREATE ROLE nobody LOGIN; CREATE ROLE monitor LOGIN IN ROLE pg_monitor');
is(refusal('SELECT * FROM aza_advice()', '-U', 'nobody'), <<'TEXT' =~ s/\n\z//r, 'aza_advice() is not for everybody');
psql:<stdin>:1: ERROR:  permission denied for function aza_advice
DETAIL:  Only roles with privileges of the role "pg_monitor" may call it.
TEXT
is(refusal('SELECT * FROM aza_advice()', '-U', 'monitor'), '', 'but for pg_monitor');
is(refusal("SELECT aza_apply_advice('max_connections')", '-U', 'monitor'),
	'psql:<stdin>:1: ERROR:  permission denied for function aza_apply_advice', 'which may not write');
$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION aza_apply_advice TO monitor');
like(refusal("SELECT aza_apply_advice('max_connections')", '-U', 'monitor'), qr/DETAIL:  Only superusers may call it\./, 'not even when granted');
is(refusal("BEGIN; SELECT aza_apply_advice('max_connections')"), <<'TEXT' =~ s/\n\z//r, 'nobody may in a transaction block');
psql:<stdin>:1: ERROR:  aza_apply_advice() cannot run inside a transaction block
DETAIL:  What it writes would stay after a rollback.
HINT:  Call it outside of BEGIN.
TEXT
$node->stop;

# Page tables of many backends, where huge pages would do.
$root = machine('pages', %files);
$node = aza_node('pages', conf => <<"CONF");
aza.root = '$root'
aza.memory = '256MB'
shared_buffers = '320MB'
max_connections = 20
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
is(topics(), '', 'huge pages are not advised for a few connections; pg_stat_statements that was not preloaded is no error');
@open = map { $node->background_psql('postgres') } 1 .. 7;
my $pages = setting($node, 'shared_memory_size_in_huge_pages');
is(advice('vm.nr_hugepages', 'value || proposed'), '3' . ($pages + 2), 'page tables of many connections: huge pages, beside those in use');
like(advice('vm.nr_hugepages', 'evidence'),
	qr/^8 connections at once: up to \d+(\.\d)? MB of page tables for 3\d\d MB of shared memory, which needs $pages huge pages of 2MB; 1 are free$/,
	'with the numbers');
write_kernel('proc/meminfo', "MemTotal: 8388608 kB\nHugePages_Total: 400\nHugePages_Free: 300\nHugePages_Rsvd: 0\nHugepagesize: 2048 kB\n");
like(advice('huge_pages'), qr/^try\|[89] connections .* 300 are free\|true$/, 'where enough are reserved: huge_pages');
$_->quit for @open;
$node->stop;
done_testing();
