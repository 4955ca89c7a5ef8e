# The worker that watches may be stuck, or end: nobody waits for it.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);
use AzaNode;
use GovernorNode;

my $root = group_machine('watched');
my $node = aza_node('governor_worker', conf => "aza.root = '$root'\naza.watch_interval = 50ms");
$node->start;
$node->safe_psql('postgres', $GovernorNode::tables);
$node->safe_psql('postgres', 'VACUUM ANALYZE');

my $sort = 'SELECT count(*) FROM (SELECT t FROM t ORDER BY t OFFSET 0) x';
my $worker = watch_pid($node) || die 'there is no worker';
my $session = $node->background_psql('postgres', on_error_stop => 0);

kill 'STOP', $worker;
my $start = time;
is($session->query_safe($sort), 100000, 'with a worker that is stuck, a query is granted its memory');
my $holder = hold_everything($node);
is($node->safe_psql('postgres', 'SELECT count(*) FROM small'), 10, 'a new session connects');
my ($waiter, $pid) = session_in_line($node, $sort);
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
like(ended($waiter), qr/canceling statement due to user request/, 'a wait can be canceled');
start_query($waiter, $sort);
wait_in_line($node, $pid);
$holder->query_safe('COMMIT');
is(ended($waiter), '', 'and a grant that is given back goes to the one who waits');
is(accounts($node), '0 0 0 0', 'the accounts are exact');
ok(time - $start < 20, 'all of it at once');
write_group($root, 'memory.max', 4 << 30);
is($session->query_safe('SHOW aza.detected_memory'), '1GB', 'only limits are not followed');
kill 'CONT', $worker;
is(answers_within(2, $session, 'SHOW aza.detected_memory', '4GB'), '4GB', 'until it goes on');

kill 'TERM', $worker;
for (1 .. 100)
{
	my $now = watch_pid($node);
	last if $now != 0 && $now != $worker;
	sleep 0.1;
}
write_group($root, 'memory.max', 2 << 30);
is(answers_within(2, $session, 'SHOW aza.detected_memory', '2GB'), '2GB', 'one that ends is started again, and follows');
is($session->query_safe('SHOW work_mem'), $node->safe_psql('postgres', 'SHOW work_mem'), 'old and new sessions agree');
$_->quit for $session, $holder, $waiter;
$node->stop;
done_testing();
