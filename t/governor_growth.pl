# Queries that take memory faster than any cancel arrives: near the limit they get an error instead of the memory, and only they.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('growing');
my $node = aza_node('governor_growth', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');

# How much of the 1GB is in use, as the kernel would say.
sub percent_in_use { my ($percent) = @_; write_group($root, 'memory.current', int((1 << 30) / 100 * $percent) + 1); return; }

# A session that the worker has seen at work takes so many megabytes at once; returns what it said.
sub taking
{
	my ($session, $mb) = @_;
	start_query($session, "\\set VERBOSITY verbose\nDO \$\$ DECLARE x text; BEGIN PERFORM pg_sleep(0.5); x := repeat('x', $mb << 20); END \$\$");
	return ended($session);
}

# RLIMIT_DATA of a process: soft and hard, as the kernel shows it.
sub data_limit { my ($pid) = @_; return slurp_file("/proc/$pid/limits") =~ /^Max data size\s+(\S+)\s+(\S+)/m ? "$1 $2" : 'none'; }

my $session = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $session->query_safe('SELECT pg_backend_pid()');
my $usual = data_limit($pid);

percent_in_use(40);
is(taking($session, 300), '', 'below half of the limit a query takes what it wants');
is(data_limit($pid), $usual, 'and its process has no other limit than the server');

percent_in_use(60);
is(taking($session, 300), '', 'above, one that wants less than what is left goes on');
like(taking($session, 400), qr/ERROR:  53200: canceling statement because the server is about to run out of memory/, 'and one that wants more does not');

percent_in_use(80);
my $error = taking($session, 300);
like($error, qr/ERROR:  53200: canceling statement because the server is about to run out of memory/,
	'near the limit one that wants more than its share at once ends with SQLSTATE 53200');
like($error, qr/DETAIL:  The process held \d+ kB of memory and wanted more than its share of what is left of the limit of 1024MB\./, 'the DETAIL says what it held');
like($error, qr/HINT:  Make the query smaller/, 'the HINT what helps');
for (1 .. 100) { last if data_limit($pid) eq $usual; select(undef, undef, undef, 0.02) }
is(data_limit($pid), $usual, 'its process is free again once it waits for its client');
is($session->query_safe('SELECT 1'), 1, 'and its session goes on');
is(stat_of($node, 'stopped growing'), 2, 'it is counted');
is(answers_within(2, $session, "SELECT count(*), min(cause) FROM aza_events() WHERE kind = 'growth'", '2|queries that wanted more memory than their share of what is left: 1'),
	'2|queries that wanted more memory than their share of what is left: 1', 'and an event');
is(taking($session, 60), '', 'one that wants less than its share goes on');
is($node->safe_psql('postgres', 'SELECT count(*) FROM generate_series(1, 1000)'), 1000, 'and so do small ones');

# A block of code may catch the error; it is not free of the limit for that.
start_query($session, <<'SQL');
DO $$ DECLARE x text; n int := 0; BEGIN
  FOR i IN 1..5 LOOP
    BEGIN PERFORM pg_sleep(0.5); x := repeat('x', 300 << 20); EXCEPTION WHEN out_of_memory THEN n := n + 1; END;
  END LOOP;
  RAISE NOTICE 'refused % times', n;
END $$
SQL
like(ended($session), qr/NOTICE:  00000: refused 5 times/, 'one that catches the error is refused again');
start_query($session, <<'SQL');
DO $$ DECLARE x text; n int := 0; until timestamptz; BEGIN
  PERFORM pg_sleep(0.5);
  FOR i IN 1..3 LOOP
    BEGIN x := repeat('x', 300 << 20); EXCEPTION WHEN OTHERS THEN n := n + 1; END;
    until := clock_timestamp() + '0.3 s';
    WHILE clock_timestamp() < until LOOP x := ''; END LOOP;
  END LOOP;
  RAISE NOTICE 'refused % times', n;
END $$
SQL
like(ended($session), qr/NOTICE:  00000: refused 3 times/, 'also where no statement comes between');

percent_in_use(96);
is($node->safe_psql('postgres', 'SELECT sum(i) FROM generate_series(1, 1000) i'), 500500, 'also where next to nothing is left');

# What a limited process was left with does not outlast its query.
percent_in_use(80);
start_query($session, 'SELECT pg_sleep(1)');
my $seen = $node->poll_query_until('postgres', 'SELECT true') && join '', map { select(undef, undef, undef, 0.02); data_limit($pid) ne $usual ? 'limited ' : '' } 1 .. 20;
like($seen, qr/limited/, 'while a query runs its process is limited');
my $watch = watch_pid($node);
kill 'STOP', $watch;
ended($session);
percent_in_use(20);
is(taking($session, 300), '', 'with a worker that hangs the next query takes what it wants');
kill 'CONT', $watch;

percent_in_use(80);
$node->append_conf('postgresql.conf', 'aza.pressure_action = log');
reload($node);
is(taking($session, 300), '', 'where aza.pressure_action does not cancel, nobody is limited');
$session->quit;
$node->stop;
done_testing();
