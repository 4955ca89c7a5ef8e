# One lookup of a role for PgBouncer: ours, the PL/pgSQL function of PgBouncer's manual, and the same as an SQL function.
use strict;
use warnings FATAL => 'all';
use AzaNode;
use BenchTools;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = 15;
my $calls = 20_000;
my @peers = ('pgbouncer_lookup', 'plpgsql_lookup', 'sql_lookup');

my $node = aza_node('lookup');
$node->start;
my $query = 'SELECT rolname::text, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END
	FROM pg_authid WHERE rolname = $1 AND rolcanlogin';
$node->safe_psql('postgres', "
	CREATE EXTENSION aza_autoconf;
	CREATE ROLE app LOGIN PASSWORD 'app-secret' VALID UNTIL '2100-01-01';
	CREATE FUNCTION plpgsql_lookup(user_name text, OUT usename text, OUT passwd text) RETURNS record
		LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
		AS \$body\$ BEGIN $query INTO usename, passwd; RETURN; END \$body\$;
	CREATE FUNCTION sql_lookup(user_name text, OUT usename text, OUT passwd text) RETURNS SETOF record
		LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS \$body\$ $query \$body\$;
	-- As many roles as a busy cluster has, with statistics, as autovacuum would make them.
	SELECT format('CREATE ROLE role%s LOGIN', i) FROM generate_series(1, 200) AS i \\gexec
	VACUUM ANALYZE pg_authid;");

# The argument depends on the row, so that each row makes a call.
sub loop
{
	my ($function, $count) = @_;
	return "SELECT count(passwd) FROM generate_series(1, $count) AS i, $function(CASE WHEN i > 0 THEN 'app' END)";
}

my %answers = map { $_ => $node->safe_psql('postgres', "SELECT * FROM $_('app')") } @peers;
is($answers{$_}, $answers{pgbouncer_lookup}, "$_ gives the same answer") for @peers;

my (%times, %ratios);
for my $round (1 .. $rounds)
{
	my %took;
	for my $peer ($round % 2 ? @peers : reverse @peers)
	{
		my $said = $node->safe_psql('postgres', "\\timing on\n" . loop($peer, $calls) . ';');
		my ($count, $milliseconds) = $said =~ /^(\d+)\nTime: ([\d.]+) ms/m;
		die $said if $count != $calls;
		$took{$peer} = $milliseconds * 1000 / $calls;
		push @{ $times{$peer} }, $took{$peer};
	}
	push @{ $ratios{$_} }, $took{$_} / $took{pgbouncer_lookup} for @peers;
}
$node->stop;

# The difference of two loops is the calls alone, without the server's start and the caches' filling.
my %instructions = map {
	my $few = backend_instructions($node, 'postgres', loop($_, 500));
	my $many = backend_instructions($node, 'postgres', loop($_, 1500));
	$_ => ($many - $few) / 1000;
} @peers;

my %numbers = (calls => $calls, rounds => $rounds);
my @said;
for my $peer (@peers)
{
	$numbers{$peer} = {
		microseconds => median(@{ $times{$peer} }), instructions => $instructions{$peer},
		time_ratio => ratio(median(@{ $ratios{$peer} }), 1), time_ratio_middle_half => spread(@{ $ratios{$peer} }),
		instruction_ratio => ratio($instructions{$peer}, $instructions{pgbouncer_lookup})
	};
	push @said, sprintf('%-16s %6.0f instructions (%.2f of ours), %5.2f us (%.2f of ours, middle half %.2f to %.2f)', $peer,
		$instructions{$peer}, $numbers{$peer}{instruction_ratio}, $numbers{$peer}{microseconds}, $numbers{$peer}{time_ratio},
		@{ $numbers{$peer}{time_ratio_middle_half} });
}
keep('lookup_cost', \%numbers, @said);
done_testing();
