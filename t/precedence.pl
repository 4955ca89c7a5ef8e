# Who wins: the plan never beats what a human chose, and a human's change takes effect when it always did.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{POSTGRES_MEMORY} = '2048';
$ENV{POSTGRES_CPUS} = '2';

my $node = aza_node('precedence');
my $conf = $node->data_dir . '/postgresql.conf';
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
is(status($node, $_), 'applied', "$_ is applied") for qw(work_mem shared_buffers max_connections max_wal_size autovacuum_worker_slots);

# A reload changes nothing, and logs no complaint about lines that initdb wrote.
my $offset = -s $node->logfile;
reload($node);
is(setting($node, 'work_mem'), '4MB', 'work_mem survives a reload');
is(setting($node, 'max_wal_size'), '4GB', "max_wal_size survives a reload, although initdb's line says 1GB");
is(setting($node, 'shared_buffers'), '512MB', 'shared_buffers survives a reload');
unlike(slurp_file($node->logfile, $offset), qr/cannot be changed|changed to|reset to default/, 'and the server notices no change');
is($node->safe_psql('postgres', "SELECT string_agg(setting, ',') FROM aza_tuning_report() WHERE pending_restart"), '', 'nothing waits for a restart');

# A line added to the file, changed and removed again.
$node->append_conf('postgresql.conf', "work_mem = '9MB'\nmax_wal_size = '2GB'");
reload($node);
is(setting($node, 'work_mem'), '9MB', 'a line added takes effect at the reload');
is(setting($node, 'max_wal_size'), '2GB', 'also where initdb wrote another one');
is(status($node, 'work_mem'), 'kept', 'and is reported as kept');
like(source($node, 'work_mem'), qr/^postgresql\.conf:\d+$/, 'with file and line');
$node->adjust_conf('postgresql.conf', 'work_mem', undef);
$node->adjust_conf('postgresql.conf', 'max_wal_size', '1GB');
reload($node);
is(setting($node, 'work_mem'), '4MB', 'when it is removed, the plan is back');
is(setting($node, 'max_wal_size'), '4GB', "and so it is where initdb's value is put back");
is(status($node, 'work_mem'), 'applied', 'and reported as applied');

# ALTER SYSTEM, live and removed.
$node->safe_psql('postgres', "ALTER SYSTEM SET work_mem = '11MB'");
$node->safe_psql('postgres', "ALTER SYSTEM SET max_wal_size = '1GB'");
reload($node);
is(setting($node, 'work_mem'), '11MB', 'ALTER SYSTEM takes effect at the reload');
is(setting($node, 'max_wal_size'), '1GB', "also where it says what initdb says");
like(source($node, 'work_mem'), qr/^postgresql\.auto\.conf:\d+$/, 'and is reported with its file');
$node->restart;
is(setting($node, 'work_mem'), '11MB', 'and after a restart');
is(setting($node, 'max_wal_size'), '1GB', 'and after a restart, where it says what initdb says');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
reload($node);
is(setting($node, 'work_mem'), '4MB', 'ALTER SYSTEM RESET brings the plan back without a restart');
is(setting($node, 'max_wal_size'), '4GB', 'for each setting');

# A change that needs a restart is announced as ever.
$node->append_conf('postgresql.conf', 'max_connections = 77');
reload($node);
is(setting($node, 'max_connections'), '120', 'max_connections does not change at a reload');
is($node->safe_psql('postgres', "SELECT string_agg(setting, ',') FROM aza_tuning_report() WHERE pending_restart"), 'max_connections', 'but waits for a restart');
$node->restart;
is(setting($node, 'max_connections'), '77', 'after the restart it is what the human chose');
is(status($node, 'max_connections'), 'kept', 'kept');
$node->adjust_conf('postgresql.conf', 'max_connections', '100');
$node->restart;

# ALTER ROLE, ALTER DATABASE, PGOPTIONS and SET go on winning, and RESET goes back to the plan.
$node->safe_psql('postgres', 'CREATE ROLE picky LOGIN; CREATE DATABASE wide');
$node->safe_psql('postgres', "ALTER ROLE picky SET work_mem = '13MB'; ALTER DATABASE wide SET work_mem = '15MB'");
is($node->safe_psql('postgres', 'SHOW work_mem', extra_params => [ '-U', 'picky' ]), '13MB', 'ALTER ROLE wins');
is($node->safe_psql('wide', 'SHOW work_mem'), '15MB', 'ALTER DATABASE wins');
is($node->safe_psql('postgres', "SELECT status || ' ' || source FROM aza_tuning_report() WHERE setting = 'work_mem'", extra_params => [ '-U', 'picky' ]) // '', '', 'an ordinary role is shown no source');
{
	local $ENV{PGOPTIONS} = '-c work_mem=17MB';
	is(setting($node, 'work_mem'), '17MB', 'PGOPTIONS win');
	is(source($node, 'work_mem'), 'connection options', 'and are named');
}
is($node->safe_psql('postgres', "SET work_mem = '19MB'; SHOW work_mem; RESET work_mem; SHOW work_mem"), "19MB\n4MB", 'SET wins, and RESET goes back to the plan');

# The command line ranks above everything that we do.
$node->stop;
command_ok([ 'pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-o', '-c work_mem=21MB -c shared_buffers=64MB', '-w', 'start' ], 'start with -c');
is(setting($node, 'shared_buffers'), '64MB', 'the command line wins');
is(status($node, 'work_mem'), 'outranked', 'and the plan is outranked');
is(source($node, 'work_mem'), 'command line', 'by the command line');
command_ok([ 'pg_ctl', '-D', $node->data_dir, '-w', 'stop' ], 'stop');

# enforce: lines of configuration files lose, ALTER SYSTEM does not, before and after a reload.
$node->append_conf('postgresql.conf', "aza.mode = 'enforce'\nwork_mem = '9MB'\nshared_buffers = '64MB'\nrandom_page_cost = 3\njit = on\nhuge_pages = on");
$node->start;
is(setting($node, 'work_mem'), '4MB', 'enforce: a line loses');
is(setting($node, 'shared_buffers'), '512MB', 'enforce: for settings that need a restart too');
is(setting($node, 'random_page_cost'), '1.1', 'enforce: a real number');
is(setting($node, 'jit'), 'off', 'enforce: a boolean');
is(setting($node, 'huge_pages'), 'off', 'enforce: an enumeration');
$node->append_conf('postgresql.conf', "work_mem = '10MB'");
reload($node);
is(setting($node, 'work_mem'), '4MB', 'enforce: a line added later loses as well');
$node->safe_psql('postgres', "ALTER SYSTEM SET work_mem = '12MB'");
reload($node);
is(setting($node, 'work_mem'), '12MB', 'enforce: ALTER SYSTEM takes effect at the reload');
$node->restart;
is(setting($node, 'work_mem'), '12MB', 'enforce: and holds after a restart');
is(status($node, 'work_mem'), 'kept', 'enforce: kept');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET ALL');
reload($node);
is(setting($node, 'work_mem'), '4MB', 'enforce: and without it the plan is back');
$node->stop;

# pin: never touched, whatever the mode.
$node->append_conf('postgresql.conf', "aza.pin = 'work_mem, SHARED_BUFFERS'");
$node->start;
is(setting($node, 'work_mem'), '10MB', 'a pinned setting keeps its line');
is(setting($node, 'shared_buffers'), '64MB', 'in any case of letters');
is(status($node, 'work_mem'), 'pinned', 'and is reported as pinned');
$node->stop;

# report: plans and applies nothing.
$node->adjust_conf('postgresql.conf', $_, undef) for qw(aza.pin work_mem shared_buffers random_page_cost jit huge_pages);
$node->append_conf('postgresql.conf', "shared_buffers = '128MB'");
$node->adjust_conf('postgresql.conf', 'aza.mode', 'report');
$node->start;
is(setting($node, 'shared_buffers'), '128MB', 'report: nothing is applied');
is($node->safe_psql('postgres', "SELECT DISTINCT status FROM aza_tuning_report()"), 'kept', 'report: every setting is kept');
is($node->safe_psql('postgres', "SELECT value, planned, source FROM aza_tuning_report() WHERE setting = 'effective_cache_size'"), '4GB|1536MB|aza.mode = report', 'report: and the plan is shown');
$node->stop;

# Reserved connections: the plan never leaves ordinary users without one.
$node->adjust_conf('postgresql.conf', 'aza.mode', 'fill');
$node->append_conf('postgresql.conf', "superuser_reserved_connections = 90\nmax_connections = 100");
{
	local $ENV{POSTGRES_MEMORY} = '512';
	$offset = -s $node->logfile;
	$node->start;
	is(setting($node, 'max_connections'), '100', 'max_connections stays above the reserved ones');
	is(status($node, 'max_connections'), 'kept', 'kept');
	is(source($node, 'max_connections'), 'reserved connections', 'for the reserved connections');
	like(slurp_file($node->logfile, $offset), qr/WARNING:  aza_autoconf leaves max_connections at 100: 90 connections are reserved, and the plan has 80/, 'and a warning');
	$node->stop;
}

done_testing();
