# Sessions that keep much between their statements: where next to nothing is left they plan no more, and lose nothing.
use strict;
use warnings FATAL => 'all';
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('keeping');
my $node = aza_node('governor_sessions', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf; CREATE TABLE rows AS SELECT i FROM generate_series(1, 500000) i');

# So much of the 1GB is in use, as the kernel would say.
sub percent_in_use { my ($percent) = @_; write_group($root, 'memory.current', int((1 << 30) / 100 * $percent) + 1); return; }

# What a session is told once the worker has looked, within two seconds.
sub error_within_two_seconds
{
	my ($from, $sql) = @_;
	for (1 .. 40)
	{
		$from->query($sql);
		last if $from->{stderr} ne '';
		select(undef, undef, undef, 0.05);
	}
	my $said = $from->{stderr};
	$from->{stderr} = '';
	return $said;
}

my $small = $node->background_psql('postgres', on_error_stop => 0);
my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('\set VERBOSITY verbose');
# Local buffers stay with the session: 20MB.
$session->query_safe("SET temp_buffers = '20MB'");
$session->query_safe('CREATE TEMP TABLE kept AS SELECT i FROM rows');
is($session->query_safe('SELECT count(*) FROM kept'), 500000, 'a session holds much');
$session->query_safe('SET plan_cache_mode = force_generic_plan');
$session->query_safe('PREPARE planned AS SELECT count(*) FROM generate_series(1, 10)');
is($session->query_safe('EXECUTE planned'), 10, 'and has planned a statement');
guard_looks($node);

percent_in_use(96);
my $error = error_within_two_seconds($session, 'SELECT 1');
like($error, qr/ERROR:  53200: canceling statement because the server is about to run out of memory/, 'near the limit it plans no more');
like($error, qr/DETAIL:  The session holds \d{5} kB of memory, more than its share of 4096 kB with \d connections; more than 95 % of the limit of 1024MB are in use\./,
	'the DETAIL says what it holds, and what its share is');
like($error, qr/HINT:  Free what the session keeps with DEALLOCATE ALL or DISCARD ALL, put PgBouncer in front of the server/, 'the HINT what helps');
is($session->query_safe('EXECUTE planned'), 10, 'what it has planned before still runs');
is($small->query_safe('SELECT count(*) FROM rows'), 500000, 'and a session that holds little goes on planning');
is(stat_of($node, 'stopped growing'), 1, 'it is counted');

percent_in_use(50);
guard_looks($node);
is($session->query_safe('SELECT count(*) FROM kept'), 500000, 'when enough is left it plans again');
guard_looks($node);

percent_in_use(96);
like(error_within_two_seconds($session, 'SELECT 1'), qr/ERROR:  53200/, 'and not when it gets short again');
my $watch = watch_pid($node);
kill 'STOP', $watch;
sleep 2;
is($session->query_safe('SELECT count(*) FROM kept'), 500000, 'a worker that hangs holds nobody back');
kill 'CONT', $watch;
like(error_within_two_seconds($session, 'SELECT 1'), qr/ERROR:  53200/, 'until it works again');

$node->append_conf('postgresql.conf', 'aza.pressure_action = log');
reload($node);
guard_looks($node);
is($session->query_safe('SELECT count(*) FROM kept'), 500000, 'except where aza.pressure_action does not cancel');
$_->quit for $small, $session;
$node->stop;
done_testing();
