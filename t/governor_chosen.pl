# What a human chose is neither raised nor lowered by grants, nor moved by limits that change: pins, roles, databases,
# connection options, functions.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('chosen');
my $node = aza_node('governor_chosen', conf => "aza.root = '$root'\naza.watch_interval = 50ms\naza.max_query_memory = -1\naza.pin = 'maintenance_work_mem'");
$node->start;
$node->safe_psql('postgres', $_) for $GovernorNode::tables, $told;
$node->safe_psql('postgres', <<'SQL');
VACUUM ANALYZE;
CREATE ROLE by_role SUPERUSER LOGIN;
ALTER ROLE by_role SET work_mem = '3MB';
CREATE ROLE plain SUPERUSER LOGIN;
CREATE DATABASE chosen TEMPLATE postgres;
ALTER DATABASE chosen SET work_mem = '4MB';
SQL

# work_mem, and whether the grant of a sort that wants more is more than what the setting allows.
sub governed
{
	my ($before, %options) = @_;
	return $node->safe_psql($options{database} // 'postgres', "$before; BEGIN; DECLARE c CURSOR FOR $raised_query;
		SELECT current_setting('work_mem'), granted_kb > need_kb FROM aza_memory_grants() WHERE pid = pg_backend_pid()",
		connstr => $node->connstr($options{database} // 'postgres') . ($options{connection} // ''));
}

sub all_of_them
{
	my ($plain, $when) = @_;
	is(governed('SELECT'), "$plain|t", "$when: a grant may be more than the plan's work_mem");
	is(governed("SET work_mem = '5MB'"), '5MB|f', 'but not more than a SET');
	is(governed('SELECT', connection => ' user=by_role'), "3MB|f", 'ALTER ROLE');
	is(governed('SELECT', database => 'chosen'), "4MB|f", 'ALTER DATABASE');
	is(governed('SELECT', connection => " options='-c work_mem=6MB'"), "6MB|f", 'or a connection option');
	is(governed("SET aza.govern_explicit = on; SET work_mem = '5MB'"), '5MB|t', 'unless aza.govern_explicit is on');
	return;
}

my $session = $node->background_psql('postgres');
all_of_them('2MB', 'with the limit of the start');

# With nothing left but 20MB for those who have waited too long, where an index build may make do with 1MB.
my $build = 'CREATE INDEX told ON small (told(id))';
my $late = "SET aza.grant_timeout = '100ms'; SET aza.grant_timeout_action = run";
my $holder = hold_everything($node);
like(index_build($node, $late), qr/no memory became free for the query in time/, 'a pinned maintenance_work_mem is not lowered by a grant');
my ($waiter) = session_in_line($node, $build);
$holder->query_safe('COMMIT');
like(ended($waiter), qr/need 69632 kB, granted 69632 kB, maintenance_work_mem 64MB/, 'but waits until all of it is free, with 4MB for a worker');
is($waiter->query_safe('SHOW maintenance_work_mem'), '64MB', 'and is as before afterwards');
$waiter->query_safe('DROP INDEX told');
$_->quit for $waiter, $holder;

write_group($root, 'memory.max', 8 << 30);
is(answers_within(2, $session, 'SHOW work_mem', '10MB'), '10MB', 'the limit changes');
all_of_them('10MB', 'with the new one');

is($session->query_safe('SHOW maintenance_work_mem'), '64MB', 'a pinned setting stays');
is(status($node, 'maintenance_work_mem'), 'pinned', 'and is reported as pinned');
is($node->safe_psql('postgres', 'ALTER ROLE plain SET maintenance_work_mem = \'7MB\'; SET SESSION AUTHORIZATION plain; SHOW maintenance_work_mem'),
	'64MB', 'a role brings its settings when it connects');
is($node->safe_psql('postgres', 'SHOW maintenance_work_mem', connstr => $node->connstr('postgres') . ' user=plain'), '7MB', 'and they win');

$node->stop;
$node->append_conf('postgresql.conf', "aza.pin = 'work_mem'");
$node->start;
is(governed('SELECT'), "4MB|f", "a pinned work_mem is not raised");
write_group($root, 'memory.max', 16 << 30);
$session = $node->background_psql('postgres');
is(answers_within(2, $session, 'SHOW aza.detected_memory', '16GB'), '16GB', 'the limit changes again');
is($session->query_safe('SHOW work_mem'), '4MB', 'nor moved');
is($session->query_safe("CREATE FUNCTION with_clause() RETURNS text LANGUAGE plpgsql SET work_mem = '2MB' AS
	\$\$ DECLARE c CURSOR FOR SELECT i FROM many_expected() i ORDER BY i;
	BEGIN OPEN c; RETURN (SELECT concat_ws('|', need_kb, granted_kb) FROM aza_memory_grants() WHERE pid = pg_backend_pid()); END \$\$;
	SELECT with_clause()"), '22528|22528', "a function's SET clause counts as a choice");
is($session->query_safe('SHOW work_mem'), '4MB', 'which ends with it');
is(accounts($node), '0 0 0 0', 'the accounts are exact');
$session->quit;
$node->stop;
done_testing();
