# Logins through a real PgBouncer whose auth_query is pgbouncer_lookup: who gets in, as whom, and with which message not.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use IPC::Run ();
use PgbouncerProcess;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Every character that a connection string, a shell, a pgpass file or SQL treats in its own way.
my $odd_password = q{:@&\"' };
my $sasl_failed = 'FATAL:  SASL authentication failed';
my $no_such_user = 'FATAL:  no such user';
my $who = 'SELECT current_user, session_user';

sub sql_quoted { my ($text) = @_; return "'" . ($text =~ s/'/''/gr) . "'"; }

my $node = aza_node('pooled');
$node->start;
$node->safe_psql('postgres', "
	CREATE EXTENSION aza_autoconf;
	CREATE ROLE pgbouncer_auth LOGIN NOINHERIT CONNECTION LIMIT 10 PASSWORD " . sql_quoted("auth$odd_password") . ";
	GRANT EXECUTE ON FUNCTION pgbouncer_lookup(text) TO pgbouncer_auth;
	CREATE ROLE plain LOGIN PASSWORD 'plain-secret';
	CREATE ROLE steady LOGIN PASSWORD 'steady-secret';
	CREATE ROLE leaver LOGIN PASSWORD 'leaver-secret';
	CREATE ROLE odd LOGIN PASSWORD " . sql_quoted($odd_password) . ";
	CREATE ROLE \"Odd \"\"role\"\"\" LOGIN PASSWORD 'quoted-secret';
	CREATE ROLE expired LOGIN PASSWORD 'expired-secret' VALID UNTIL '2000-01-01';
	CREATE ROLE valid LOGIN PASSWORD 'valid-secret' VALID UNTIL 'infinity';
	CREATE ROLE no_password LOGIN;
	CREATE ROLE no_login NOLOGIN PASSWORD 'group-secret';
	CREATE ROLE root LOGIN SUPERUSER PASSWORD 'root-secret';");

# Everyone but the test itself proves a password, PgBouncer's own role included.
my $test_user = $node->safe_psql('postgres', 'SELECT current_user');
unlink $node->data_dir . '/pg_hba.conf';
append_to_file($node->data_dir . '/pg_hba.conf', "local all \"$test_user\" trust\nlocal all all scram-sha-256\n");
# From here on the server logs every statement with its parameters; the passwords above are not in this part of its log.
$node->append_conf('postgresql.conf', "log_statement = all\nlog_min_duration_statement = 0\nlog_min_messages = debug1\n");
$node->safe_psql('postgres', "ALTER SYSTEM SET log_min_error_statement = debug1");
reload($node);
my $log_offset = -s $node->logfile;

my $bouncer = PgbouncerProcess->new($node, "auth$odd_password");
$bouncer->restart;

sub lets_in
{
	my ($user, $password, $name, %more) = @_;
	my ($status, $out, $messages) = $bouncer->psql($user, $password, $who, %more);
	return is("$status $out $messages", "0 $user|$user ", "$name, as itself");
}

sub refuses
{
	my ($user, $password, $message, $name, %more) = @_;
	my ($status, $out, $messages) = $bouncer->psql($user, $password, $who, %more);
	is("$status $out", '2 ', "$name: no login");
	return is($messages =~ s/^.* failed: //r, $message, "$name: the client's message");
}

# Who may log in.
lets_in('plain', 'plain-secret', 'a role with its password is let in');
lets_in('odd', $odd_password, 'a password of special characters is let in');
lets_in('Odd "role"', 'quoted-secret', 'a role name that needs quoting is let in');
lets_in('valid', 'valid-secret', 'a role that never expires is let in');
my ($log) = $bouncer->log_during(sub { refuses('plain', 'wrong', $sasl_failed, 'a wrong password') });
like($log, qr{postgres/plain\@unix\(\d+\):\d+ password authentication failed\n}, "a wrong password: PgBouncer's log");
refuses('plain', '', "fe_sendauth: no password supplied", 'no password');
($log) = $bouncer->log_during(sub { refuses('nobody', 'plain-secret', $no_such_user, 'an unknown user') });
like($log, qr{closing because: no such user }, "an unknown user: PgBouncer's log");
refuses('no_login', 'group-secret', $no_such_user, 'a role without LOGIN');
refuses('expired', 'expired-secret', $sasl_failed, 'an expired role');
refuses('no_password', '', 'fe_sendauth: no password supplied', 'a role without a password');
refuses('no_password', 'x', $sasl_failed, 'a role without a password, guessed');
refuses("plain' OR true --", 'plain-secret', $no_such_user, 'SQL in the name');

# An expiry that a change moves counts from the next login on.
$node->safe_psql('postgres', "ALTER ROLE valid VALID UNTIL '2000-01-01'");
refuses('valid', 'valid-secret', $sasl_failed, 'a role that has just expired');
$node->safe_psql('postgres', "ALTER ROLE expired VALID UNTIL 'infinity'");
lets_in('expired', 'expired-secret', 'a role whose expiry was lifted is let in');

# Superusers, both ways.
lets_in('root', 'root-secret', 'a superuser is let in by default');
$node->safe_psql('postgres', 'ALTER SYSTEM SET aza.pgbouncer_allow_superuser = off');
reload($node);
$bouncer->restart;    # a connection of its own sees the reload at once
refuses('root', 'root-secret', $no_such_user, 'a superuser where aza.pgbouncer_allow_superuser is off');
lets_in('plain', 'plain-secret', 'and others are let in');
is($node->safe_psql('postgres', "SELECT count(*) FROM pgbouncer_lookup('root')"), '0', 'the lookup leaves the superuser out');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET aza.pgbouncer_allow_superuser');
reload($node);
$bouncer->restart;
lets_in('root', 'root-secret', 'and when it is on again, a superuser is let in');

# A search_path in the startup packet: PgBouncer must not send it with its auth_query, and if it did, only the name of the
# function could be caught, by a function that somebody may create in a schema of their own.
$node->safe_psql('postgres', q{
	CREATE SCHEMA trap;
	CREATE FUNCTION trap.pgbouncer_lookup(name text, OUT usename text, OUT passwd text) LANGUAGE sql SECURITY DEFINER
		AS $$ SELECT name, rolpassword FROM pg_authid WHERE rolname = 'plain' $$;
	CREATE TABLE trap.pg_authid AS SELECT oid, rolname, 't'::bool AS rolcanlogin, rolpassword FROM pg_catalog.pg_authid;
	GRANT USAGE ON SCHEMA trap TO PUBLIC;});
my %trap = (options => '-c search_path=trap,pg_catalog');
refuses('root', 'plain-secret', $sasl_failed, "another role's password with a search_path at start", %trap);
refuses('nobody', 'plain-secret', $no_such_user, 'an unknown user with a search_path at start', %trap);
lets_in('root', 'root-secret', 'the right password with a search_path at start', %trap);
is(($bouncer->psql('plain', 'plain-secret', 'SHOW search_path', %trap))[1], 'trap, pg_catalog', 'whose session has it');
is(($bouncer->psql('plain', 'plain-secret', 'SHOW search_path'))[1], '"$user", public', "and the next client's session has not");
($log) = $bouncer->log_during(
	sub { refuses('plain', 'plain-secret', 'FATAL:  unsupported startup parameter in options: work_mem', 'another option',
		options => '-c work_mem=1GB') });
like($log, qr{WARNING .* unsupported startup parameter in options: work_mem=1GB}, "another option: PgBouncer's log");
$bouncer->restart(ignore_startup_parameters => 'options, search_path, work_mem');
refuses('root', 'plain-secret', $sasl_failed, "another role's password, start parameters ignored", %trap);
lets_in('plain', 'plain-secret', 'the right password, start parameters ignored', options => '-c work_mem=1GB');
is(($bouncer->psql('plain', 'plain-secret', 'SHOW work_mem', options => '-c work_mem=1GB'))[1],
	setting($node, 'work_mem'), 'whose session has the planned work_mem');
$node->safe_psql('postgres', 'DROP SCHEMA trap CASCADE');

# EXECUTE is for PgBouncer's role alone.
my ($status, $out, $messages) = $bouncer->psql('plain', 'plain-secret', "SELECT * FROM pgbouncer_lookup('root')");
is("$status $out $messages", '1  ERROR:  permission denied for function pgbouncer_lookup', 'EXECUTE is denied to others');
is($node->safe_psql('postgres', "SELECT string_agg(grantee::regrole::text, ' ' ORDER BY grantee::regrole::text)
	FROM pg_proc, aclexplode(proacl) WHERE oid = 'pgbouncer_lookup(text)'::regprocedure AND grantee <> proowner"),
	'pgbouncer_auth', 'nobody else has it');
is($node->safe_psql('postgres', "SET ROLE pgbouncer_auth; SELECT has_table_privilege('pg_authid', 'SELECT')"),
	'f', "and PgBouncer's role cannot read pg_authid");

# Roles come and go under load. PgBouncer lets a name that it has known before go through the motions, so that its former
# owner is told the same as with a wrong password. One pgbench logs in anew for each query, the other stays.
my $load = $bouncer->{folder} . '/load.sql';
append_to_file($load, "SELECT 1;\n");
$ENV{PGPASSWORD} = 'steady-secret';
$bouncer->restart(log_connections => 0, log_disconnections => 0);
my @benches = map {
	my $bench = { out => '' };
	$bench->{run} = IPC::Run::start([ 'pgbench', '-n', '-c', '2', '-T', '6', '-f', $load, @$_, $bouncer->connection('steady') ],
		'<', \undef, '>', \$bench->{out}, '2>&1');
	$bench;
} [], ['-C'];
delete $ENV{PGPASSWORD};
my %wrong;
sub expect
{
	my ($user, $password, $wanted) = @_;
	my ($exit, $got, $text) = $bouncer->psql($user, $password, 'SELECT session_user');
	$got = $text =~ s/^.* failed: //r if $exit;
	$wrong{"$user: $got, not $wanted"}++ if $got ne $wanted;
	return;
}
for my $round (1 .. 10)
{
	expect('leaver', 'leaver-secret', 'leaver');
	$node->safe_psql('postgres', 'ALTER ROLE leaver RENAME TO moved');
	expect('leaver', 'leaver-secret', $sasl_failed);
	expect('moved', 'leaver-secret', 'moved');
	$node->safe_psql('postgres', 'ALTER ROLE moved RENAME TO leaver');
	expect('moved', 'leaver-secret', $sasl_failed);
	$node->safe_psql('postgres', "CREATE ROLE guest$round LOGIN PASSWORD 'guest-secret'");
	expect("guest$round", 'guest-secret', "guest$round");
	$node->safe_psql('postgres', "DROP ROLE guest$round");
	expect("guest$round", 'guest-secret', $sasl_failed);
}
is(join("\n", map { "$_ ($wrong{$_} times)" } sort keys %wrong), '', 'a renamed or dropped role is known by its present name only');
for my $bench (@benches)
{
	ok(IPC::Run::finish($bench->{run}), 'pgbench went on all the while') or diag $bench->{out};
	like($bench->{out}, qr/^number of failed transactions: 0 \(0\.000%\)$/m, 'and nothing failed for it');
}

# The logs: neither a password nor what is stored of it.
$node->safe_psql('postgres', 'SELECT 1');
my $server_log = slurp_file($node->logfile, $log_offset);
# The passwords of guests are in the CREATE ROLE statements that this test itself ran.
$server_log =~ s/^.*CREATE ROLE guest.*$//mg;
like($server_log, qr/SELECT \* FROM pgbouncer_lookup\(\$1\)/, "the server's log has PgBouncer's query");
like($server_log, qr/[Pp]arameters: \$1 = 'plain'/, 'and its parameter');
my $secret = qr/[a-z]+-secret|SCRAM-SHA-256\$|\Q$odd_password\E/;
unlike($server_log, $secret, "no password is in the server's log");
unlike($bouncer->log, $secret, "nor in PgBouncer's");
like($bouncer->log, qr/login attempt: db=postgres user=plain/, 'which has the logins');

# A line that somebody removes must not lock everybody out.
$bouncer->stop;
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
is(setting($node, 'shared_preload_libraries'), '', 'the library is no longer preloaded');
$bouncer->restart;
lets_in('plain', 'plain-secret', 'a role with its password is let in without preloading');
refuses('nobody', 'x', $no_such_user, 'an unknown user without preloading');
lets_in('root', 'root-secret', 'a superuser is let in without preloading');
$node->safe_psql('postgres', 'ALTER SYSTEM SET aza.pgbouncer_allow_superuser = off');
reload($node);
$bouncer->restart;
refuses('root', 'root-secret', $no_such_user, 'and not where the setting is off, without preloading');

$bouncer->stop;
$node->stop;
done_testing();
