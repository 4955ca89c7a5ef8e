# A standby on a quarter of its primary's memory starts, follows, and says why it has more connections than it would plan.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{POSTGRES_CPUS} = '2';
my $primary = aza_node('primary', allows_streaming => 1,
	conf => "max_prepared_transactions = 7\nmax_locks_per_transaction = 100\nmax_wal_senders = 15");
{
	local $ENV{POSTGRES_MEMORY} = '4096';
	local $ENV{POSTGRES_CPUS} = '16';
	$primary->start;
}
is(setting($primary, 'max_connections'), '200', 'the primary has 200 connections');
is(setting($primary, 'max_worker_processes'), '33', 'and 33 workers: two for each CPU, and the one that watches the limits');
$primary->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf; CREATE TABLE t AS SELECT generate_series(1, 1000) AS i');
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
# Lines that a human would have carried along with the primary's file.
$standby->adjust_conf('postgresql.conf', $_, undef) for qw(max_prepared_transactions max_locks_per_transaction max_wal_senders);
$ENV{POSTGRES_MEMORY} = '1024';
$standby->start;
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT count(*) FROM t'), '1000', 'the standby on 1024MB follows');
my %floor = (max_connections => 200, max_worker_processes => 33, max_wal_senders => 15, max_prepared_transactions => 7, max_locks_per_transaction => 100);
for my $name (sort keys %floor)
{
	is(setting($standby, $name), $floor{$name}, "$name is not below the primary's");
	is(status($standby, $name), 'applied', "$name is applied");
	like($standby->safe_psql('postgres', "SELECT replace(reason, E'\\n', ' ') FROM aza_tuning_report() WHERE setting = '$name'"), qr/not below the primary's $floor{$name}/, 'and the report says so');
}
is(setting($standby, 'shared_buffers'), '256MB', 'everything else is planned for its own memory');
is($standby->safe_psql('postgres', "SELECT slot_name FROM pg_create_physical_replication_slot('cascaded', true)"), 'cascaded', 'a slot of its own');
is($standby->safe_psql('postgres', "SELECT count(*) FROM aza_advice() WHERE topic = 'replication slots'"), '0', 'holds no WAL to be advised about');
$standby->safe_psql('postgres', "SELECT pg_drop_replication_slot('cascaded')");

# A human's line below the floor is theirs; the server says what it thinks of it.
$standby->append_conf('postgresql.conf', 'max_connections = 150');
like(start_after_stop($standby), qr/hot standby is not possible|insufficient parameter settings|recovery aborted|aborting because of insufficient/i, "a human's lower line is left to the server's own judgement");
$standby->adjust_conf('postgresql.conf', 'max_connections', '100');
$standby->start;

# Promoted, it is planned for as any other server from the next start on.
$standby->promote;
$standby->restart;
is(setting($standby, 'max_connections'), '120', 'after the promotion and a restart the plan is its own');
is($standby->safe_psql('postgres', "SELECT count(*) FROM aza_tuning_report() WHERE setting = 'max_wal_senders'"), '0', 'and the floor is gone');
$standby->stop;
$primary->stop;

sub start_after_stop
{
	my ($node) = @_;
	$node->stop;
	my $offset = -s $node->logfile;
	$node->start(fail_ok => 1);
	my $log = slurp_file($node->logfile, $offset);
	$node->stop('immediate', fail_ok => 1);
	return $log;
}

done_testing();
