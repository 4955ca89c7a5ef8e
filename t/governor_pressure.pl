# The pressure guard, with a group whose files the test writes: what it does at 90 and at 95 % of the limit and not
# before, to whom, and to whom never.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AzaNode;
use GovernorNode;

my $root = group_machine('pressed');
my $node = aza_node('governor_pressure', allows_streaming => 1, conf => <<"CONF");
aza.root = '$root'
aza.watch_interval = 50ms\naza.max_query_memory = -1
autovacuum_naptime = 1s
autovacuum_max_workers = 1
autovacuum_vacuum_cost_delay = 100ms
autovacuum_vacuum_cost_limit = 1
CONF
$node->start;
$node->safe_psql('postgres', $GovernorNode::tables);
$node->safe_psql('postgres', 'ANALYZE');
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION held_in_planning() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
$$ DECLARE x text := repeat('x', 60 << 20); BEGIN x := pg_sleep(180)::text; RETURN 1; END $$;
SQL

# How much of the 1GB is in use.
sub percent_in_use { my ($percent) = @_; write_group($root, 'memory.current', int((1 << 30) / 100 * $percent) + 1); return; }

sub sort_method
{
	return $node->safe_psql('postgres', 'EXPLAIN (ANALYZE, COSTS OFF) SELECT id, t FROM t ORDER BY t') =~ /Sort Method: (.*?)  / ? $1 : 'none';
}

# Autovacuum at work for as long as the test lasts, and a client that streams WAL.
$node->safe_psql('postgres', 'ALTER TABLE t SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0); DELETE FROM t WHERE id % 10 = 0');
my $receiver = IPC::Run::start([ 'pg_receivewal', '-D', $node->basedir, '-h', $node->host, '-p', $node->port, '--no-loop' ]);
my $never = "SELECT string_agg(backend_type || ' ' || pid, ', ' ORDER BY backend_type) FROM pg_stat_activity
	WHERE backend_type IN ('walsender', 'autovacuum worker')";
$node->poll_query_until('postgres', "SELECT ($never) ~ 'autovacuum worker.*walsender'") or die 'no autovacuum, or no walsender';
my $before = $node->safe_psql('postgres', $never);
my $offset = -s $node->logfile;
percent_in_use(97);
$node->wait_for_log(qr/97 % of the memory limit are in use/, $offset);
sleep 0.5;
percent_in_use(20);
is($node->safe_psql('postgres', $never), $before, 'autovacuum and replication go on under pressure');
unlike(slurp_file($node->logfile, $offset), qr/cancel|terminat/i, 'nobody cancels them');
is($node->safe_psql('postgres', 'SELECT kind, cause, before FROM aza_events()'), 'pressure|97 % of the memory limit are in use|no query holds much',
	'the event says that there was nothing to cancel');
kill 'KILL', $receiver->{KIDS}[0]{PID};
eval { $receiver->finish };
$node->append_conf('postgresql.conf', "autovacuum = off\naza.pressure_action = none");
$node->restart;

# As on a machine whose data set fits into its memory: the group is full of page cache that the kernel can take back.
write_group($root, 'memory.stat', "anon 50000000\nfile 1000000000\ninactive_file 100000\nactive_file 900000000");
$node->append_conf('postgresql.conf', 'aza.pressure_action = cancel');
reload($node);
percent_in_use(99);
guard_looks($node);
is($node->safe_psql('postgres', 'SELECT count(*) FROM aza_events()'), 0, 'a group that is full of page cache is not under pressure');
is(stat_of($node, 'most memory in use, bytes'), int((1 << 30) / 100 * 99) + 1 - 100000 - (900000000 - (1 << 26)),
	'what counts is the usage less the page cache that can be had back');
write_group($root, 'memory.stat', "anon 50000000\nfile 100000000\ninactive_file 0");
percent_in_use(20);
$node->append_conf('postgresql.conf', 'aza.pressure_action = none');
reload($node);

my ($large, $large_pid) = session_that_holds($node, 60);
my ($small, $small_pid) = session_that_holds($node, 20);
sub states { return $node->safe_psql('postgres', "SELECT string_agg(state, ' ') FROM pg_stat_activity WHERE pid IN ($large_pid, $small_pid)"); }
percent_in_use(97);
guard_looks($node);
is(states(), 'active active', 'aza.pressure_action = none: the queries go on');
is($node->safe_psql('postgres', 'SELECT count(*) FROM aza_events()'), 0, 'and nothing is said');

$offset = -s $node->logfile;
$node->append_conf('postgresql.conf', "aza.governor = off\naza.pressure_action = cancel");
reload($node);
guard_looks($node);
is(states(), 'active active', 'aza.governor = off: the queries go on, whatever aza.pressure_action says');
is($node->safe_psql('postgres', 'SELECT count(*) FROM aza_events()'), 0, 'there is no event');
unlike(slurp_file($node->logfile, $offset), qr/of the memory limit are in use/, 'and no line in the log');

$offset = -s $node->logfile;
$node->append_conf('postgresql.conf', "aza.governor = on\naza.pressure_action = log");
$node->reload;
$node->wait_for_log(qr/97 % of the memory limit are in use/, $offset);
guard_looks($node);
my $log = slurp_file($node->logfile, $offset);
like($log, qr/LOG:  aza_autoconf: 97 % of the memory limit are in use\n.*DETAIL:  Working set 993MB of 1024MB; process $large_pid holds \d+ kB\./,
	'aza.pressure_action = log: one line, which names the largest');
is(scalar(() = $log =~ /of the memory limit are in use/g), 1, 'it is not repeated at each look');
is($node->safe_psql('postgres', "SELECT kind, before ~ '^process $large_pid holds \\d+ kB\$' FROM aza_events()"), 'pressure|t', 'and an event');
is(stat_of($node, 'canceled under pressure'), 0, 'the queries go on');

percent_in_use(20);
$node->append_conf('postgresql.conf', 'aza.pressure_action = cancel');
reload($node);
percent_in_use(94);
guard_looks($node);
is(states(), 'active active', 'at 94 % the queries go on');
percent_in_use(97);
my $error = ended($large);
percent_in_use(20);
like($error, qr/ERROR:  53200: canceling statement because the server is about to run out of memory/, 'aza.pressure_action = cancel: SQLSTATE 53200');
my ($kb) = $error =~ /DETAIL:  The query's processes held (\d+) kB of memory, more than any other query; more than 95 % of the limit of 1024MB were in use\./;
ok($kb && $kb > 60 << 10 && $kb < 200 << 10, 'the DETAIL says how much it held') or diag($error);
like($error, qr/HINT:  Make the query smaller, lower work_mem or max_parallel_workers_per_gather for it, or give the server more memory\./,
	'the HINT what helps');
is($node->safe_psql('postgres', "SELECT before FROM aza_events() WHERE kind = 'cancel' LIMIT 1"), "process $large_pid holds $kb kB",
	'the one that held most was canceled first');
cmp_ok(stat_of($node, 'canceled under pressure'), '>=', 1, 'it is counted');
is($large->query_safe('SELECT 1'), 1, 'its session goes on');

# The next cancel of the same session is a person's, and says so.
start_query($large, 'SELECT pg_sleep(180)');
$node->poll_query_until('postgres', "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $large_pid") or die;
$node->safe_psql('postgres', "SELECT pg_cancel_backend($large_pid)");
like(ended($large), qr/ERROR:  57014: canceling statement due to user request/, "a person's cancel says what it always says");
$node->safe_psql('postgres', "SELECT pg_cancel_backend($small_pid)");

# Also where no query executes: in the planner, which works out what is constant, and in a block of code.
for my $case (['the planner', 'SELECT held_in_planning()'], ['a DO block', "DO \$\$ DECLARE x text := repeat('x', 60 << 20); BEGIN x := pg_sleep(180)::text; END \$\$"])
{
	my ($where, $statement) = @$case;
	start_query($large, $statement);
	$node->poll_query_until('postgres', "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $large_pid") or die;
	percent_in_use(97);
	$error = ended($large);
	percent_in_use(20);
	guard_looks($node);    # and sees that enough is left for all
	like($error, qr/ERROR:  53200: canceling statement because the server is about to run out of memory/, "canceled in $where, it says so, too");
}

# All of it in files that are neither idle nor the kernel's, so that the pool stays rich and only the mark decides.
write_group($root, 'memory.stat', "anon 50000000\nfile 900000000\ninactive_file 0");
for my $step ([ 89, 'quicksort', 'at 89 % a sort is given the memory not to spill' ], [ 90, 'external merge', 'above 90 % no grant is raised' ],
	[ 20, 'quicksort', 'until there is room again' ])
{
	my ($percent, $method, $what) = @$step;
	percent_in_use($percent);
	guard_looks($node);
	is(sort_method(), $method, $what);
}
is(accounts($node), '0 0 0 0', 'the accounts are exact');
$_->quit for $large, $small;
$node->stop;
done_testing();
