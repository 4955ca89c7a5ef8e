# A real PgBouncer in front of a test server, reached by a socket in a folder of its own.
package PgbouncerProcess;

use strict;
use warnings FATAL => 'all';
use File::Temp ();
use IPC::Run ();
use PostgreSQL::Test::Cluster ();
use PostgreSQL::Test::Utils ();
use Time::HiRes qw(usleep);

my @running;

# The port names the socket's file only: nothing listens on the network.
sub new
{
	my ($class, $node, $auth_password) = @_;
	my $self = bless {
		node => $node,
		folder => File::Temp::tempdir('aza-bouncer-XXXXXX', TMPDIR => 1, CLEANUP => 1),
		port => PostgreSQL::Test::Cluster::get_free_port(),
	}, $class;
	$self->{log} = "$self->{folder}/log";
	$self->_write('userlist.txt', '"pgbouncer_auth" ' . quoted($auth_password) . "\n");
	return $self;
}

# PgBouncer's auth_file doubles a quote and knows no other escape.
sub quoted
{
	my ($text) = @_;
	$text =~ s/"/""/g;
	return "\"$text\"";
}

sub _write
{
	my ($self, $name, $text) = @_;
	open(my $file, '>', "$self->{folder}/$name") or die "$name: $!";
	print $file $text;
	close $file;
	chmod 0600, "$self->{folder}/$name";
}

sub _configuration
{
	my ($self, %more) = @_;
	my %settings = (
		listen_addr => '',
		listen_port => $self->{port},
		unix_socket_dir => $self->{folder},
		pool_mode => 'transaction',
		auth_type => 'scram-sha-256',
		auth_file => "$self->{folder}/userlist.txt",
		auth_user => 'pgbouncer_auth',
		auth_query => 'SELECT * FROM pgbouncer_lookup($1)',
		max_client_conn => 100,
		default_pool_size => 10,
		verbose => 0,
		logfile => $self->{log},
		%more);
	my $node = $self->{node};
	return "[databases]\n* = host=" . $node->host . ' port=' . $node->port . "\n[pgbouncer]\n"
	  . join('', map { "$_ = $settings{$_}\n" } sort keys %settings);
}

# Starts it anew, with these settings beside those of every test.
sub restart
{
	my ($self, %more) = @_;
	$self->stop;
	$self->_write('pgbouncer.ini', $self->_configuration(%more));
	$self->{process} = IPC::Run::start([ 'pgbouncer', '-q', "$self->{folder}/pgbouncer.ini" ],
		'<', \undef, '>', "$self->{folder}/out", '2>&1');
	push @running, $self;
	for (1 .. 100)
	{
		return if -S "$self->{folder}/.s.PGSQL.$self->{port}";
		usleep(50_000);
	}
	die "pgbouncer did not start: " . $self->log;
}

sub stop
{
	my ($self) = @_;
	my $process = delete $self->{process} or return;
	$process->signal('QUIT');
	IPC::Run::finish($process);
}

sub log
{
	my ($self) = @_;
	return -e $self->{log} ? PostgreSQL::Test::Utils::slurp_file($self->{log}) : '';
}

# What was logged by the code that is called, and the code's own values.
sub log_during
{
	my ($self, $code) = @_;
	my $before = length $self->log;
	my @values = $code->();
	return (substr($self->log, $before), @values);
}

# Settings of libpq that lead here.
sub connection
{
	my ($self, $user, %more) = @_;
	my %settings = (host => $self->{folder}, port => $self->{port}, dbname => 'postgres', user => $user, %more);
	return join ' ', map { "$_='" . ($settings{$_} =~ s/([\\'])/\\$1/gr) . "'" } sort keys %settings;
}

# Runs psql with this password; gives the exit code, the output and the messages.
sub psql
{
	my ($self, $user, $password, $sql, %more) = @_;
	local $ENV{PGPASSWORD} = $password;
	my ($out, $messages);
	IPC::Run::run([ 'psql', '-XAtqw', '-v', 'ON_ERROR_STOP=1', '-d', $self->connection($user, %more), '-c', $sql ],
		'<', \undef, '>', \$out, '2>', \$messages);
	my $status = $? >> 8;
	chomp($out, $messages);
	return ($status, $out, $messages);
}

# Also when a test has died.
END
{
	my $status = $?;
	$_->stop for @running;
	$? = $status;
}

1;
