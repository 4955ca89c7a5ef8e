# Contention: while somebody waits, large grants are limited by the CPUs and not only by the bytes; how long they waited is
# counted.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AzaNode;
use GovernorNode;

my $node = governor_node('governor_contention');
# 5MB, which is small: less than a thirty-second part of the pool.
my $sort = 'SELECT count(*) FROM (SELECT id FROM t WHERE id <= 40000 ORDER BY id DESC OFFSET 0) x';

my @holders = map { hold($node, 20) } 1 .. 5;
is(stat_of($node, 'large grants now'), 5, 'without contention large grants are not limited by the CPUs, of which there are 2');
is(stat_of($node, 'granted now, bytes'), 5 * (20 << 20), 'each has all that its settings allow');
is(stat_of($node, 'most waiting at once'), 0, 'and nobody has waited');

my ($first, $first_pid) = session_in_line($node, $large_query, "SET work_mem = '1GB'");
my ($second, $second_pid) = session_in_line($node, $large_query, "SET work_mem = '10MB'");
is(stat_of($node, 'waiting now'), 2, 'one that asks for more than there is waits, and who comes after it');
is($node->safe_psql('postgres', $sort), 40000, 'a small one overtakes them');
is(stat_of($node, 'timed out'), 0, 'at once');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($first_pid)");
like(ended($first), qr/canceling statement due to user request/, 'the first gives up');
is(grant_of($node, $second_pid, 'state'), 'waiting', 'the second goes on waiting, though there are bytes for it: five large ones run');
for my $left (4, 3)
{
	(shift @holders)->quit;
	$node->poll_query_until('postgres', "SELECT value = $left FROM aza_governor_stats() WHERE name = 'large grants now'") or die;
	sleep 0.2;
	is(grant_of($node, $second_pid, 'state'), 'waiting', "also when $left run");
}
(shift @holders)->quit;
is(ended($second), '', 'as the third it starts: one and a half times the CPUs');
$_->quit for $first, $second, @holders;
$node->poll_query_until('postgres', "SELECT value = 0 FROM aza_governor_stats() WHERE name = 'large grants now'") or die;
is(accounts($node), '0 0 0 0', 'the accounts are exact');

sub histogram
{
	return $node->safe_psql('postgres', "SELECT string_agg(value::text, ' ') FROM aza_governor_stats() WHERE name LIKE 'waits %'");
}

$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
is(histogram(), '0 0 0 0 0 0 0 0 0', 'after a reset no wait is counted');
is($node->safe_psql('postgres', "SELECT count(*) FROM aza_governor_stats() WHERE value <> 0 AND name <> 'most memory in use, bytes'"),
	0, 'nor anything else');
my $holder = hold_everything($node);
for my $wait ('120ms', '1100ms', '1200ms')
{
	my ($rc) = $node->psql('postgres', "SET aza.grant_timeout = '$wait'; SET aza.grant_timeout_action = fail; $sort");
	is($rc, 3, "a wait of $wait ends with an error");
}
is(histogram(), '0 0 0 1 2 0 0 0 0', 'each wait counts where it belongs');
my $ms = stat_of($node, 'waited ms');
cmp_ok($ms, '>=', 2420, 'the sum is what they waited') and cmp_ok($ms, '<', 3400, 'and not much more');
is(stat_of($node, 'waited'), 3, 'three waits');
is(stat_of($node, 'timed out') . ' ' . stat_of($node, 'refused'), '3 3', 'three ran out of time and were refused');
$holder->query_safe('COMMIT');
$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
is(histogram() . ' ' . stat_of($node, 'refused') . ' ' . stat_of($node, 'waited ms'), '0 0 0 0 0 0 0 0 0 0 0', 'a reset forgets them');
$holder->query_safe("BEGIN; DECLARE c CURSOR FOR SELECT t FROM t ORDER BY t");
my $held = stat_of($node, 'granted now, bytes');
$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
is(stat_of($node, 'granted now, bytes'), $held, 'but not what is granted just now');
$holder->query_safe('COMMIT');
is(accounts($node), '0 0 0 0', 'so that the accounts stay exact');
$holder->quit;
$node->stop;
done_testing();
