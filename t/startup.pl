# What a start says and refuses: overrides, odd machines, and ways of loading in which nothing is tuned.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# A container of 2GB on a machine of 16GB, by cgroup v2, with one and a half CPUs of four.
my %container = (
	'proc/meminfo' => "MemTotal:       16777216 kB\nMemFree: 1 kB\n",
	'proc/self/cgroup' => "0::/\n",
	'proc/self/mountinfo' => "30 20 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
	'sys/fs/cgroup/cgroup.controllers' => "cpu memory\n",
	'sys/fs/cgroup/memory.max' => "2147483648\n",
	'sys/fs/cgroup/cpu.max' => "150000 100000\n",
	'affinity' => "4\n",
	'free_bytes' => "107374182400\n");
my $root = machine('container', %container);

my $node = aza_node('startup', conf => "aza.root = '$root'");
$node->start;
is(setting($node, 'aza.detected_memory'), '2GB', 'memory from the cgroup limit');
is(setting($node, 'aza.detected_memory_source'), 'cgroup v2 memory.max', 'its source');
is(setting($node, 'aza.memory_limit_path'), '/sys/fs/cgroup/memory.max', 'its path, as the process sees it');
is(setting($node, 'aza.detected_cpus'), '2', 'a quota of one and a half CPUs is rounded up');
is(setting($node, 'shared_buffers'), '512MB', 'shared_buffers planned');
is(setting($node, 'max_connections'), '120', "initdb's line is not a human's choice");
is(setting($node, 'max_wal_size'), '4GB', 'max_wal_size planned');
like(
	slurp_file($node->logfile),
	qr/LOG:  aza_autoconf: memory 2048MB \(cgroup v2 memory\.max\), CPUs 2 \(cgroup v2 cpu\.max \(150000\/100000, rounded up\)\), applied: max_connections=120, shared_buffers=512MB, /,
	'one line in the log');
is(() = slurp_file($node->logfile) =~ /LOG:  aza_autoconf: memory/g, 1, 'and not more than one');
$node->stop;

# Overrides by a human: the variable wins over the setting.
{
	local $ENV{POSTGRES_MEMORY} = '1GB';
	local $ENV{POSTGRES_CPUS} = '8';
	local $ENV{POSTGRES_WORKLOAD_TYPE} = 'oltp';
	$node->append_conf('postgresql.conf', "aza.memory = '4GB'\naza.cpus = '1'\naza.workload = 'dw'\naza.storage = 'hdd'");
	$node->start;
	is(setting($node, 'aza.detected_memory_source'), 'POSTGRES_MEMORY', 'the variable wins over the setting');
	is(setting($node, 'shared_buffers'), '256MB', 'and the plan follows it');
	is(setting($node, 'max_parallel_workers'), '8', 'for CPUs too');
	is(setting($node, 'aza.workload'), 'oltp', 'and the workload, of which SHOW tells the truth');
	is(setting($node, 'aza.storage'), 'hdd', 'storage comes from the setting');
	is(setting($node, 'random_page_cost'), '4', 'and is planned for');
	$node->stop;
}
$node->start;
is(setting($node, 'aza.detected_memory_source'), 'aza.memory', 'without the variable the setting holds');
is(setting($node, 'aza.detected_memory'), '4GB', 'with its value');
$node->stop;
$node->adjust_conf('postgresql.conf', $_, undef) for qw(aza.memory aza.cpus aza.workload aza.storage);

# What a human typed wrong stops the start and says what to type.
my $hint = 'Use a number of megabytes, such as POSTGRES_MEMORY=2048, or a size with unit, such as 2GB.';
my @wrong = (
	[ POSTGRES_MEMORY => '2 gigs', qr/FATAL:  invalid value for POSTGRES_MEMORY: "2 gigs"\n.*HINT:  \Q$hint\E/s ],
	[ POSTGRES_MEMORY => '0', qr/FATAL:  invalid value for POSTGRES_MEMORY: "0"\n.*HINT:  \Q$hint\E/s ],
	[ POSTGRES_MEMORY => '-5', qr/FATAL:  invalid value for POSTGRES_MEMORY: "-5"\n.*HINT:  \Q$hint\E/s ],
	[ POSTGRES_MEMORY => '64', qr/FATAL:  invalid value for POSTGRES_MEMORY: "64"\n.*DETAIL:  64MB is less than 128MB/s ],
	[ POSTGRES_MEMORY => '2TB', qr/FATAL:  invalid value for POSTGRES_MEMORY: "2TB"\n.*DETAIL:  2TB is more than 1TB/s ],
	[ POSTGRES_CPUS => 'two', qr/FATAL:  invalid value for POSTGRES_CPUS: "two"\n.*DETAIL:  The value is not a number\.\n.*HINT:  Use a number of CPUs from 1 to 4096, such as POSTGRES_CPUS=2; a fraction is rounded up\./ ],
	[ POSTGRES_WORKLOAD_TYPE => 'shop', qr/FATAL:  invalid value for POSTGRES_WORKLOAD_TYPE: "shop"\n.*HINT:  Use mixed, web, oltp, dw or desktop\./s ],
	[ POSTGRES_STORAGE_TYPE => 'tape', qr/FATAL:  invalid value for POSTGRES_STORAGE_TYPE: "tape"\n.*HINT:  Use ssd, nvme, hdd or san\./s ],
	[ POSTGRES_SHARED_PRELOAD_LIBRARIES => 'pg_stat_statements,pg_cronn',
		qr/FATAL:  library "pg_cronn" named in POSTGRES_SHARED_PRELOAD_LIBRARIES does not exist\n.*DETAIL:  There is no "pg_cronn\.so" in ".*"\.\n.*HINT:  Install the library, or take it out of POSTGRES_SHARED_PRELOAD_LIBRARIES\./s ]);
for my $case (@wrong)
{
	my ($name, $value, $message) = @$case;
	local $ENV{$name} = $value;
	like(start_fails($node), $message, "$name=$value stops the start");
}
for my $case (
	[ 'aza.mode', 'force', qr/FATAL:  invalid value for aza\.mode: "force"\n.*HINT:  Use fill, enforce or report\./s ],
	[ 'aza.pin', 'work_mem, werk_mem', qr/FATAL:  invalid value for aza\.pin: "werk_mem"\n.*DETAIL:  This server has no such setting\./s ],
	[ 'aza.memory', 'plenty', qr/FATAL:  invalid value for aza\.memory: "plenty"/ ])
{
	my ($name, $value, $message) = @$case;
	$node->append_conf('postgresql.conf', "$name = '$value'");
	like(start_fails($node), $message, "$name = $value stops the start");
	$node->adjust_conf('postgresql.conf', $name, undef);
}

# An empty variable says nothing.
{
	local $ENV{POSTGRES_MEMORY} = '';
	$node->start;
	is(setting($node, 'aza.detected_memory_source'), 'cgroup v2 memory.max', 'an empty variable says nothing');
	$node->stop;
}

# Nothing that the kernel shows can stop a start.
my %odd = (
	'an empty root' => {},
	'a two-line /proc/self/cgroup' => { %container, 'proc/self/cgroup' => "0::/\n0::/twice\n" },
	'binary memory.max' => { %container, 'sys/fs/cgroup/memory.max' => "\0\xff\1\2" },
	'a limit of zero' => { %container, 'sys/fs/cgroup/memory.max' => "0\n" },
	'no MemTotal' => { %container, 'proc/meminfo' => "MemFree: 1 kB\n", 'sys/fs/cgroup/memory.max' => "max\n" });
my $number = 0;
for my $name (sort keys %odd)
{
	$node->adjust_conf('postgresql.conf', 'aza.root', "'" . machine('odd' . $number++, %{ $odd{$name} }) . "'");
	ok($node->start(fail_ok => 1), "$name: the server starts");
	cmp_ok($node->safe_psql('postgres', "SELECT setting::int FROM pg_settings WHERE name = 'shared_buffers'"), '>=', 16, "$name: with shared buffers");
	$node->stop;
}

# A limit below what the plan was made for goes on smaller, with a warning.
$node->adjust_conf('postgresql.conf', 'aza.root', "'" . machine('small', %container, 'sys/fs/cgroup/memory.max' => '100663296') . "'");
my $offset = -s $node->logfile;
ok($node->start(fail_ok => 1), 'a limit of 96MB starts');
is(setting($node, 'shared_buffers'), '24MB', 'with the smallest plan');
like(slurp_file($node->logfile, $offset), qr/WARNING:  memory is 96MB \(cgroup v2 memory\.max\), less than the 128MB that a server needs: the smallest plan that starts is used/, 'and a warning');
like(slurp_file($node->logfile, $offset), qr/WARNING:  80 connections do not fit into 96MB of memory: .* would fit/, 'that names the connections that would fit');
$node->stop;
$node->adjust_conf('postgresql.conf', 'aza.root', "'$root'");

# pg_upgrade's mode and a single-user server are not tuned.
command_ok([ 'pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-o', "-b --cluster-name=upgrade", '-w', 'start' ], "pg_upgrade's mode starts");
is(slurp_file($node->data_dir . '/postmaster.opts') =~ /-b/ ? setting($node, 'shared_buffers') : '', '128MB', 'and is not tuned');
command_ok([ 'pg_ctl', '-D', $node->data_dir, '-w', 'stop' ], 'and stops');
my ($out, $err) = ('', '');
IPC::Run::run([ 'postgres', '--single', '-D', $node->data_dir, 'postgres' ], '<', \"SHOW shared_buffers\n", '>', \$out, '2>', \$err);
like($out, qr/shared_buffers = "128MB"/, 'a single-user server is not tuned');
unlike($err, qr/aza_autoconf/, 'and nothing is said about it');

# Loaded in any other way nothing is tuned, and what a pooler needs goes on working.
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION aza_autoconf');
$node->stop;
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->start;
is(setting($node, 'shared_buffers'), '128MB', 'without preloading nothing is tuned');
for my $function (qw(aza_tuning_report aza_detection aza_memory_budget aza_tuning_conf))
{
	my ($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT * FROM $function()");
	like($stderr, qr/ERROR:  55000: \Q$function\E\(\) needs aza_autoconf to be loaded when the server starts\nHINT:  Put this line into postgresql\.conf and restart the server: shared_preload_libraries = 'aza_autoconf'/, "$function() says what to do");
}
is($node->safe_psql('postgres', "SELECT value FROM aza_plan('2GB', 2) WHERE setting = 'shared_buffers'"), '512MB', 'aza_plan() works');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgbouncer_lookup(current_user)"), '1', 'pgbouncer_lookup() works');
$node->stop;

done_testing();
