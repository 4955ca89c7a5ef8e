# How many connections fit: by what idle ones really hold, so that fewer fit when they hold more.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use List::Util qw(sum);
use Time::HiRes qw(sleep);
use AzaNode;
use GovernorNode;

# Accounts that say nothing of the kernel's share, which would count for each connection, too.
my $root = group_machine('carried', 'sys/fs/cgroup/memory.current' => "20000000\n", 'sys/fs/cgroup/memory.stat' => "anon 10000000\nfile 10000000\n");
my $node = aza_node('governor_connections', conf => "aza.root = '$root'\naza.watch_interval = 50ms\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf; CREATE ROLE app LOGIN');

my @sessions = map { $node->background_psql('postgres') } 1 .. 8;
my @pids = map { $_->query_safe('SELECT pg_backend_pid()') } @sessions;

# Each of them keeps so many megabytes more than it needs.
sub keep { my ($mb) = @_; $_->query_safe("SELECT length(set_config('test.kept', repeat('x', $mb << 20), false))") for @sessions; return; }
sub average_kb { return sum(map { process_kb($_) } @pids) / @pids; }

# What a new connection of somebody who is no superuser is told; asked for until it is what is expected, for at most two seconds.
sub told
{
	my ($expected) = @_;
	my $error = '';
	for (1 .. 40)
	{
		(undef, undef, $error) = $node->psql('postgres', 'SELECT 1', connstr => $node->connstr('postgres') . ' user=app');
		last if $error =~ $expected;
		sleep 0.05;
	}
	return $error;
}

# A limit in which six and a half of them would have room beside shared memory and half of the reserve.
keep(8);
my $shared = $sessions[0]->query_safe("SELECT bytes FROM aza_memory_budget() WHERE item = 'shared memory'");
my $kb = average_kb();
my $mb = int(($shared + (8 << 20) + 6.5 * $kb * 1024) * 32 / 31 / (1 << 20)) + 1;
my $room = ($mb << 20) - $shared - int(((16 << 20) + ($mb << 20) / 16) / 2);
is($node->safe_psql('postgres', 'SELECT 1'), 1, 'with enough memory a ninth connection is let in');
write_group($root, 'memory.max', $mb << 20);
my $error = told(qr/8 are open, 6 fit/);
like($error, qr/FATAL:  too many connections for the server's memory: 8 are open, 6 fit\n/,
	'when the limit falls it is told how many are open, and how many fit');
my ($held) = $error =~ /DETAIL:  An idle connection holds (\d+) kB here, and the memory limit is ${mb}MB\./;
cmp_ok(abs($held - $kb), '<', 256, 'by what the eight really hold') or diag("$error, not $kb kB");

keep(16);
my $larger = average_kb();
cmp_ok($larger, '>', $kb + 7000, 'the open ones hold more now');
my $fewer = int($room / ($larger * 1024));
cmp_ok($fewer, '<', 4, 'so that fewer would fit');
$error = told(qr/8 are open, $fewer fit/);
like($error, qr/8 are open, $fewer fit\n/, 'which is what the next one is told');
is($sessions[0]->query_safe('SELECT 1'), 1, 'those that are open go on');
$_->quit for @sessions[3 .. 7];
is(told(qr/^$/), '', 'where three are open a fourth is let in, however few fit: somebody must be able to look');
$_->quit for @sessions[0 .. 2];
$node->stop;
done_testing();
