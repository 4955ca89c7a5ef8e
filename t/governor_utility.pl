# Utility statements that work by maintenance_work_mem ask for it: which do, what they get where memory is short, and that
# the setting is as before afterwards, also after an error.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Utils;
use Test::More;
use AzaNode;
use GovernorNode;

my $node = governor_node('governor_utility');
$node->safe_psql('postgres', $told);
# One that can fail.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION fails(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 1 / (i - 5); END $$;
CREATE TABLE r (id int PRIMARY KEY, t text);
INSERT INTO r SELECT i, i::text FROM generate_series(1, 1000) i;
CREATE TABLE parted (LIKE r) PARTITION BY RANGE (id);
CREATE INDEX ON parted (t);
CREATE TABLE parent AS SELECT i AS id FROM generate_series(1, 100000) i;
ALTER TABLE parent ADD PRIMARY KEY (id);
CREATE TABLE child AS TABLE parent;
CREATE MATERIALIZED VIEW sorted AS SELECT id FROM child ORDER BY id DESC WITH NO DATA;
VACUUM ANALYZE parent, child;
SQL

sub grants_of
{
	my ($sql) = @_;
	$node->safe_psql('postgres', 'SELECT aza_governor_stats_reset()');
	$node->safe_psql('postgres', $sql);
	return stat_of($node, 'granted') . ' ' . accounts($node);
}

is(grants_of($_), '1 0 0 0 0', "$_ asks for a grant") for (
	'CREATE INDEX r_t ON r (t)', 'CREATE INDEX CONCURRENTLY r_id ON r (id)', 'REINDEX TABLE r', 'REINDEX INDEX r_t',
	'CLUSTER r USING r_pkey', 'VACUUM r', 'VACUUM FULL r', 'ALTER TABLE r ALTER t TYPE varchar', 'ALTER TABLE r ADD v int DEFAULT random()',
	'ALTER TABLE r ADD UNIQUE (t)', 'ALTER TABLE r SET UNLOGGED', 'ALTER TABLE r SET LOGGED', 'ALTER TABLE r ADD s bigserial',
	'ALTER TABLE r ADD u int UNIQUE', 'ALTER TABLE r ADD i int GENERATED ALWAYS AS IDENTITY', 'ALTER TABLE r DROP CONSTRAINT r_pkey, ADD PRIMARY KEY (t)',
	'CREATE TABLE part (LIKE parted); ALTER TABLE parted ATTACH PARTITION part FOR VALUES FROM (1) TO (9)');
is(grants_of($_), '1 0 0 0 0', "$_ asks for its query") for ('CREATE TABLE copied AS SELECT id FROM child ORDER BY id DESC',
	'REFRESH MATERIALIZED VIEW sorted', 'ALTER TABLE child ADD CONSTRAINT checked FOREIGN KEY (id) REFERENCES parent');
is(grants_of($_), '0 0 0 0 0', "$_ does not") for ('ALTER TABLE child ADD FOREIGN KEY (id) REFERENCES parent NOT VALID',
	'ANALYZE r', 'ALTER TABLE r ADD plain text', q(ALTER TABLE r ADD constant int NOT NULL DEFAULT 1), 'ALTER TABLE r ADD CHECK (id > 0)',
	'ALTER TABLE r RENAME v TO w', 'ALTER TABLE r ALTER w SET DEFAULT 1', 'TRUNCATE r', 'DROP TABLE r');

is(index_build($node, 'SELECT'), 'need 32768 kB, granted 32768 kB, maintenance_work_mem 32MB; then 32MB', 'it asks for maintenance_work_mem');

# Workers come on top of what they share: of a build one for each whole 32MB beyond the first, of a vacuum as many as are allowed.
my $with_workers = "SET max_parallel_workers = 8; SET max_parallel_maintenance_workers = 2; SET maintenance_work_mem = '64MB'";
is(index_build($node, $with_workers), 'need 69632 kB, granted 69632 kB, maintenance_work_mem 64MB; then 64MB', 'a worker that helps is counted');
is(index_build($node, "$with_workers; SET max_parallel_maintenance_workers = 0"), 'need 65536 kB, granted 65536 kB, maintenance_work_mem 64MB; then 64MB',
	'one that may not is not');

# With nothing left but what is kept for those who have waited too long.
my $holder = hold_everything($node);
my $impatient = "SET aza.grant_timeout = '100ms'; SET aza.grant_timeout_action";
is(index_build($node, "$impatient = run"), 'need 32768 kB, granted 1024 kB, maintenance_work_mem 1MB; then 32MB', 'where memory is short it makes do with less');
like(index_build($node, "$impatient = fail"), qr/no memory became free for the query in time/, 'or fails, if that is wanted');
like(index_build($node, "$impatient = fail; SET maintenance_work_mem = '2MB'"), qr/no memory became free/, "the session's own choice waits for all of it");
like(index_build($node, "SET aza.govern_explicit = on; $impatient = run; SET maintenance_work_mem = '2MB'"),
	qr/need 2048 kB, granted 1024 kB, maintenance_work_mem 1MB; then 2MB/, 'unless aza.govern_explicit is on');
is($node->safe_psql('postgres', <<"SQL"), '32MB', 'an error brings the setting back');
$impatient = run;
DO \$\$ BEGIN CREATE INDEX ON small (fails(id)); EXCEPTION WHEN division_by_zero THEN NULL; END \$\$;
SHOW maintenance_work_mem;
SQL
my ($rc, $out, $err) = $node->psql('postgres', "$impatient = run; CREATE INDEX ON small (fails(id)); SHOW maintenance_work_mem", on_error_stop => 0);
is($out, '32MB', 'also one that nobody catches');
$node->safe_psql('postgres', "$impatient = run; VACUUM t");
is(stat_of($node, 'large grants now'), 1, 'VACUUM, which commits on its way, gives back what it was granted');
$holder->query_safe('COMMIT');
$holder->quit;
is(accounts($node), '0 0 0 0', 'and the accounts are exact');

# An index is built while the session holds a cursor: it must not wait for itself.
my $session = hold_everything($node);
is($session->query_safe("CREATE INDEX ON t (k); SHOW maintenance_work_mem"), '32MB', 'a session that holds a grant does not wait for another one');
$session->query_safe('COMMIT');
$session->quit;
is(accounts($node), '0 0 0 0', 'and gives both back');
$node->stop;
done_testing();
