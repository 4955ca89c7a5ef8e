# aza_events(): limits that changed, each with its file, what was before and after; and no more than the last hundred.
use strict;
use warnings FATAL => 'all';
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('recorded');
my $node = aza_node('live_events', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
my $session = $node->background_psql('postgres');
my $events = "SELECT concat_ws('|', kind, cause, before, after) FROM aza_events()";

# The event of a limit that changes to so many megabytes from one less.
sub change_to { my ($mb) = @_; return sprintf 'limit|/sys/fs/cgroup/memory.max|%dMB, CPUs 2|%dMB, CPUs 2', $mb - 1, $mb; }

is($session->query_safe($events), '', 'at the start there is none');
write_group($root, 'memory.max', 1025 << 20);
is(answers_within(2, $session, $events, change_to(1025)), change_to(1025), 'a limit that changes is one, with its file, before and after');
for my $mb (1026 .. 1129)
{
	write_group($root, 'memory.max', $mb << 20);
	answers_within(2, $session, 'SHOW aza.detected_memory', "${mb}MB") eq "${mb}MB" or die "the limit of ${mb}MB is not followed";
}
my $last = join "\n", map { change_to($_) } 1030 .. 1129;
is(answers_within(2, $session, $events, $last), $last, 'of 105 the last hundred are kept, the newest last');
is($session->query_safe('SELECT count(*) FROM (SELECT at, lag(at) OVER () AS earlier FROM aza_events()) x WHERE at < earlier'), 0,
	'each with a time that is not before that of the one before');
is($session->query_safe("SELECT count(*) FROM aza_events() WHERE at > now() - interval '1 hour'"), 100, 'which is when it was');
$session->quit;
$node->stop;
done_testing();
