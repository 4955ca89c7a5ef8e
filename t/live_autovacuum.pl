# Autovacuum follows a limit that changes while the server runs: it works by maintenance_work_mem, and no statement tells
# it to look.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $root = group_machine('live');
my $node = aza_node('live_autovacuum', conf => <<"CONF");
aza.root = '$root'
autovacuum_naptime = 1s
autovacuum_analyze_threshold = 10
autovacuum_analyze_scale_factor = 0
CONF
$node->start;
# ANALYZE evaluates an index's expression without planning it, so the statistics show what the worker itself has.
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION aza_autoconf;
CREATE FUNCTION seen(text) RETURNS text LANGUAGE internal STRICT IMMUTABLE AS 'show_config_by_name';
CREATE TABLE names (name text) WITH (autovacuum_vacuum_insert_threshold = -1);
CREATE INDEX seen_by_analyze ON names (seen(name));
SQL

my $session = $node->background_psql('postgres');

# What the next autovacuum worker sees.
sub seen_by_autovacuum
{
	my ($setting) = @_;
	$session->query_safe("DELETE FROM names; INSERT INTO names SELECT '$setting' FROM generate_series(1, 100); SELECT pg_stat_force_next_flush()");
	my $runs = $session->query_safe("SELECT autoanalyze_count FROM pg_stat_user_tables WHERE relname = 'names'");
	$node->poll_query_until('postgres', "SELECT autoanalyze_count > $runs FROM pg_stat_user_tables WHERE relname = 'names'") or die 'no autoanalyze';
	return $session->query_safe("SELECT most_common_vals FROM pg_stats WHERE tablename = 'seen_by_analyze'");
}

is($session->query_safe('SHOW autovacuum_work_mem'), '-1', 'autovacuum works by maintenance_work_mem');
is(seen_by_autovacuum('maintenance_work_mem'), '{32MB}', 'which a worker has from the start');
write_group($root, 'memory.max', 8 << 30);
is(answers_within(2, $session, 'SHOW maintenance_work_mem', '256MB'), '256MB', 'the limit changes');
is(seen_by_autovacuum('maintenance_work_mem'), '{256MB}', 'the next worker has the new value');
$node->safe_psql('postgres', "ALTER SYSTEM SET maintenance_work_mem = '48MB'");
reload($node);
write_group($root, 'memory.max', 4 << 30);
is(answers_within(2, $session, 'SHOW aza.detected_memory', '4GB'), '4GB', 'when it changes again');
is(seen_by_autovacuum('maintenance_work_mem'), '{48MB}', "a human's choice goes on winning there, too");
$session->quit;
$node->stop;
done_testing();
