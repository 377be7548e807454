# What the tests of the installed packages share: the first start, a simulated switch, and what is listed. Sourced.

CONFIG=/etc/rollcall/rollcalld.toml
WORK=${AUTOPKGTEST_TMP:-$(mktemp -d)}
export ROLLCALL_USER=admin ROLLCALL_PASSWORD=a-password-of-the-test

die() { printf '%s\n' "$*" >&2; exit 1; }
with_systemd() { [ -d /run/systemd/system ]; }

# eventually SECONDS COMMAND...: waits until it succeeds.
eventually() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >"$WORK/last" 2>&1; do
    [ "$SECONDS" -lt "$until" ] || { cat "$WORK/last" >&2; die "this did not come: $*"; }
    sleep 0.2
  done
}

# start_by_hand: as the service does it, where there is no systemd: its user, no capabilities, no way to more, and a socket
# for what it tells systemd, which is in $WORK/told then. Perl is in every Debian.
start_by_hand() {
  install -d -o rollcall -g rollcall /run/rollcall
  perl -MSocket -e '
    $| = 1;
    socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
    bind($socket, sockaddr_un($ARGV[0])) && chmod(0666, $ARGV[0]) or die $!;
    while (defined recv $socket, my $message, 4096, 0) { print "$message\n" }
  ' /run/rollcall/notify >"$WORK/told" &
  eventually 5 [ -S /run/rollcall/notify ]
  setpriv --reuid=rollcall --regid=rollcall --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
    env --chdir=/ STATE_DIRECTORY=/var/lib/rollcall LOGS_DIRECTORY=/var/log/rollcall RUNTIME_DIRECTORY=/run/rollcall \
    NOTIFY_SOCKET=/run/rollcall/notify \
    /usr/sbin/rollcalld --config "$CONFIG" 2>>"$WORK/rollcalld.log" &
  daemon=$!
  eventually 30 grep -q '^READY=1' "$WORK/told"
}

# stop_by_hand: what start_by_hand has started; a clean stop within 20 s.
stop_by_hand() {
  local code=0
  kill "$daemon"
  timeout 20 tail --pid="$daemon" -f /dev/null || die "rollcalld does not stop"
  wait "$daemon" || code=$?
  [ $code -eq 0 ] || die "rollcalld ended with $code"
  grep -q '^STOPPING=1' "$WORK/told" || die "rollcalld did not tell that it stops"
  rm -r /run/rollcall
}

# answers OPTION...: the daemon does; 6 says that a switch has yet to tell its calls.
answers() {
  local code=0
  rollcall stats "$@" || code=$?
  [ $code -eq 0 ] || [ $code -eq 6 ]
}

# first_start: the second of the three commands from nothing to a call. The daemon answers then.
first_start() {
  printf '%s\n' "$ROLLCALL_PASSWORD" >"$WORK/password"
  rollcall init --login "$ROLLCALL_USER" --environment test --listen 127.0.0.1:8080 \
    --switch sbc-1 --feed-listen 127.0.0.1:9000 --password-file "$WORK/password" | tee "$WORK/init"
  with_systemd || start_by_hand
  eventually 30 answers
}

# switch_secret: what rollcall init has made for the switch, in the configuration or in a file of its own.
switch_secret() {
  local file
  file=$(sed -nE 's/^secret_file *= *"(.*)"/\1/p' "$CONFIG")
  if [ -n "$file" ]; then cat "$file"; else sed -nE 's/^secret *= *"(.*)"/\1/p' "$CONFIG"; fi
}

# start_switch COUNT: a switch with so many calls, which end when they are hung up. It comes back to a daemon that restarts.
start_switch() {
  (umask 077; switch_secret >"$WORK/secret")
  rollcall sim --connect 127.0.0.1:9000 --name sbc-1 --secret-file "$WORK/secret" --calls "$1" --rate 50 --hold \
    --once --connect-probability 1 >"$WORK/sim.json" 2>"$WORK/sim.log" &
  switch=$!
}

# call_ids: of the live calls that are listed, sorted.
call_ids() { rollcall calls --json | tr '{' '\n' | grep -v '"Dead"' | sed -nE 's/.*"ID": *"([^"]*)".*/\1/p' | sort; }

# calls_are COUNT: so many are listed.
calls_are() { [ "$(call_ids | wc -l)" -eq "$1" ]; }
