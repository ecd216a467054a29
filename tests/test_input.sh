#!/bin/bash
# What the tracer makes of bad input, of a hostile one, and of whom it works for: the
# message, the exit status, and that nothing is left behind. Needs root; where eBPF is
# not permitted, the tests that trace are skipped, unless CI is set.
#
#   tests/test_input.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
dial=$B/dial peer=$B/peer

# Where everybody may run it.
chmod 755 "$tmp"
dialtrace=$tmp/dialtrace
cp "$B/dialtrace" "$dialtrace" || exit 1

# The processes of a session, but the dead.
session() {
	awk -v session="$1" '{
		sub(/.*\) /, "")
		if ($4 == session && $1 != "Z")
			print FILENAME, $0
	}' /proc/[0-9]*/stat 2>/dev/null
}

nobody_left() {
	left=$(session "$(cat "$tmp/session")")
	[ -z "$left" ]
}

# in_session COMMAND...: runs it in a session of its own, then checks that it left no
# process. Output in $tmp/out and $tmp/err.
in_session() {
	local status left
	# shellcheck disable=SC2016 # for the inner shell
	timeout "$patience" setsid -w sh -c 'echo $$ >"$0"; exec "$@"' "$tmp/session" "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	patience=1 until_true nobody_left || { echo "left behind: $left"; return 1; }
	[ "$status" -lt 128 ] || [ "${may_die-}" ] || { echo "exit status $status"; cat "$tmp/err"; return 1; }
	return "$status"
}

# refuses STATUS PATTERN ARG...: dialtrace ARG... says why not on stderr, and nothing
# else; what it says is one line, or two with argp's hint.
refuses() {
	local status=$1 pattern=$2
	shift 2
	in_session "$dialtrace" "$@"
	is "exit status" "$status" $? && has "$tmp/err" "$pattern" && has "$tmp/err" '^(/.*/)?dialtrace: ' &&
		is "on standard output" "" "$(cat "$tmp/out")" &&
		is "lines of message" yes "$([ "$(wc -l <"$tmp/err")" -le 2 ] && echo yes)"
}

# The same with an output file: there is none afterwards, and one that was there is
# as before.
refuses_file() {
	local status=$1 pattern=$2
	shift 2
	rm -f "$tmp/trace"
	refuses "$status" "$pattern" -o "$tmp/trace" "$@" || return
	[ ! -e "$tmp/trace" ] || { echo "a file is left:"; cat "$tmp/trace"; return 1; }
	echo precious >"$tmp/trace"
	refuses "$status" "$pattern" -o "$tmp/trace" "$@" && is "the file" precious "$(cat "$tmp/trace")"
}

# --- The command line ---

test_usage() {
	refuses 125 'nothing to trace: give a command or --pid' &&
		refuses 125 'nothing to trace' -- &&
		refuses 125 'nothing to trace' --check --all -f json &&
		refuses 125 "(unrecognized|invalid) option.*nonsense" --nonsense true &&
		refuses 125 "invalid option.*'x'" -x true &&
		refuses 125 "requires an argument.*'p'" -p &&
		refuses 125 "'--output' requires an argument" --output
}

test_values() {
	local pid
	for pid in '' 0 -1 x 1x 12.5 99999999999999999999 4194305 '1 2' '*'; do
		refuses_file 125 "pid wants a process number, not '" "--pid=$pid" || return
	done
	refuses_file 125 "format cannot be 'xml'" --format=xml true &&
		refuses_file 125 "format cannot be ''" -f '' true &&
		refuses_file 125 "format cannot be 'JSON'" -f JSON true &&
		refuses_file 125 "kernel cannot be '2.6.27', only native or 2.6.26" --kernel=2.6.27 true &&
		refuses_file 125 "kernel cannot be ''" --kernel= true &&
		refuses_file 125 "color cannot be 'maybe'" --color=maybe true &&
		refuses_file 125 'either --pid or a command' -p $$ true &&
		refuses_file 125 'give --pid once' -p $$ -p 1 &&
		refuses_file 125 'kernel needs a command' -p $$ --kernel=2.6.26
}

test_peer() {
	local pause
	for pause in '' x -1 5x 99999999999; do
		in_session "$peer" -p "$pause" true
		is "exit status" 125 $? && has "$tmp/err" "^peer: -p wants milliseconds, .* not '$pause'" || return
	done
	in_session "$peer" -p 0 sh -c 'exit 3'
	is "exit status" 3 $? || return
	# strace waits for all children that it has: the other end is none.
	in_session "$peer" -p 0 strace -q -o "$tmp/strace" "$dial" ADDR
	is "exit status" 0 $? && has "$tmp/strace" '^connect\(3, ' || return
	# It cannot accept, and does not try again and again.
	# shellcheck disable=SC2016 # for the inner shell
	in_session sh -c 'ulimit -S -n 5; exec "$0" bash -c "$1" ADDR' "$peer" \
		'ulimit -S -n 100; exec 3<>"/dev/tcp/${0/://}"; sleep 0.2; exit 4'
	is "exit status" 4 $? && has "$tmp/err" '^peer: cannot accept: Too many open files'
}

test_help() {
	in_session "$dialtrace" --help
	is "exit status" 0 $? && has "$tmp/out" 'Usage: dialtrace' --pid --format --output --kernel --check \
		--all --color 'Exit status:' && is "on standard error" "" "$(cat "$tmp/err")" || return
	"$dialtrace" --help >/dev/full 2>"$tmp/err"
	is "exit status" 125 $? && has "$tmp/err" 'cannot write to standard output: No space left'
}

# What follows the command is the command's.
test_options_end() {
	in_session "$dialtrace" -o /dev/null echo --check -p 1 -f xml
	is "exit status" 0 $? && is "output" "--check -p 1 -f xml" "$(cat "$tmp/out")" || return
	in_session "$dialtrace" -o /dev/null -- echo -- x
	is "exit status" 0 $? && is "output" "-- x" "$(cat "$tmp/out")"
}

test_not_found() {
	refuses_file 127 'cannot run no-such-command-here: not found in PATH' -- no-such-command-here &&
		refuses_file 127 'cannot run /no/such/file: No such file' -- /no/such/file &&
		refuses_file 127 "cannot run $dialtrace/x: Not a directory" -- "$dialtrace/x" &&
		refuses_file 127 'cannot run ' -- '' || return
	ln -sf nowhere "$tmp/dangling"
	refuses_file 127 'No such file' -- "$tmp/dangling" || return
	in_session env PATH= "$dialtrace" -- no-such-command-here
	is "exit status with an empty PATH" 127 $? && has "$tmp/err" 'not found in PATH' || return
	in_session env -u PATH "$dialtrace" -o /dev/null -- true
	is "exit status without PATH" 0 $?
}

test_not_executable() {
	echo 'echo hello' >"$tmp/plain"
	chmod 644 "$tmp/plain"
	refuses_file 126 'Permission denied' -- "$tmp/plain" &&
		refuses_file 126 'Is a directory' -- "$tmp" &&
		refuses_file 126 'Is a directory' -- / || return
	(PATH=$tmp:$PATH refuses_file 126 'cannot run plain: Permission denied' -- plain)
}

test_exec_format() {
	printf 'garbage\n' >"$tmp/garbage"
	chmod 755 "$tmp/garbage"
	refuses_file 126 'cannot run .*/garbage: Exec format error' -- "$tmp/garbage" || return
	printf '#!/no/such/interpreter\n' >"$tmp/script"
	chmod 755 "$tmp/script"
	refuses_file 127 'cannot run .*/script: there is no such interpreter' -- "$tmp/script" || return
	# Opened, it would wait for somebody to write into it.
	mkfifo -m 777 "$tmp/pipe"
	refuses_file 126 'cannot run .*/pipe: Permission denied' -- "$tmp/pipe"
}

test_pids() {
	local pid=4190000 thread
	while [ -e "/proc/$pid" ]; do
		pid=$((pid - 1))
	done
	refuses_file 125 "cannot trace process $pid: there is none" -p "$pid" || return
	if grep -q '^Name:.kthreadd' /proc/2/status 2>/dev/null; then
		refuses_file 125 "cannot trace process 2: .*kernel" -p 2 || return
	fi
	# A number that has ended, and is not yet waited for.
	sh -c 'sleep 0 & echo $!; exec sleep 5' >"$tmp/zombie" &
	started+=($!)
	until_true test -s "$tmp/zombie"
	pid=$(cat "$tmp/zombie")
	until_true grep -q '^State:.Z' "/proc/$pid/status" || return
	refuses_file 125 "cannot trace process $pid: it is dead" -p "$pid" || return
	# One thread of a process.
	compile threads -pthread <<-'END' || return
		#include <pthread.h>
		#include <unistd.h>
		static void *run(void *arg) { return sleep(10), arg; }
		int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); pthread_join(t, 0); return 0; }
	END
	"$tmp/threads" &
	pid=$!
	started+=("$pid")
	until_true test -e "/proc/$pid/task"
	sleep 0.1
	thread=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 ! -name "$pid" -printf %f)
	refuses_file 125 "cannot trace process $thread: that is a thread of another process" -p "$thread" || return
	# No process can be opened, as in a container that forbids it.
	if command -v strace >/dev/null; then
		in_session strace -q -o /dev/null -e inject=pidfd_open:error=EPERM "$dialtrace" -p $$
		is "exit status" 125 $? && has "$tmp/err" "cannot trace process $$: Operation not permitted" || return
	fi
	# Itself: each line would be followed by another.
	in_session sh -c "exec $dialtrace -p \$\$"
	is "exit status" 125 $? && has "$tmp/err" 'that is dialtrace itself'
}

test_output() {
	refuses 125 "cannot write $tmp: Is a directory" -o "$tmp" -- true &&
		refuses 125 "cannot write /no/such/place: No such file" -o /no/such/place -- true &&
		refuses 125 "cannot write : No such file" -o '' -- true || return
	# The command does not suffer from a full disk.
	for format in text json; do
		in_session "$dialtrace" -f "$format" -o /dev/full -- sh -c 'echo one; sleep 0.05; echo two'
		is "exit status" 125 $? && has "$tmp/err" '^dialtrace: cannot write /dev/full: No space left' &&
			is "the command's output" "one two" "$(xargs <"$tmp/out")" || return
	done
	# Nor from a limit to the size of files, which is the command's, too.
	(ulimit -f 1; in_session "$dialtrace" --all -f json -o "$tmp/trace" -- sh -c 'echo one; echo two; exit 3')
	is "exit status" 125 $? && has "$tmp/err" "^dialtrace: cannot write $tmp/trace: File too large" &&
		is "the command's output" "one two" "$(xargs <"$tmp/out")" || return
	in_session sh -c "exec $dialtrace -- true >&-"
	is "exit status with standard output closed" 125 $? && has "$tmp/err" 'cannot write' || return
	# With standard error closed, the message goes nowhere, and starts no command.
	in_session sh -c "exec $dialtrace -o /no/such/place -- touch $tmp/ran >&- 2>&-"
	is "exit status" 125 $? && is "the command has run" "" "$(find "$tmp/ran" 2>/dev/null)"
}

# --- Whom it works for ---

test_not_root() {
	for how in "" --kernel=2.6.26; do
		rm -f "$tmp/err"
		# shellcheck disable=SC2086 # nothing, if empty
		in_session "${as_nobody[@]}" "$dialtrace" $how -- touch "$tmp/ran"
		is "exit status" 125 $? && has "$tmp/err" 'eBPF is for root here: run it as root or through sudo' &&
			is "on standard output" "" "$(cat "$tmp/out")" || return
	done
	# Nor may he look at another's process.
	in_session setpriv --reuid=65534 --regid=65534 --clear-groups "$dialtrace" -p $$
	is "exit status" 125 $? && has "$tmp/err" "cannot trace process $$: Permission denied: run it as root or through sudo" || return
	# Where he may write.
	mkdir -m 777 "$tmp/open"
	in_session "${as_nobody[@]}" "$dialtrace" -o "$tmp/open/trace" -- true
	is "exit status" 125 $? && is "files of the command or for the trace" "" "$(find "$tmp/ran" "$tmp/open" ! -name open 2>/dev/null)"
}

# root with his hands tied, as in a container
test_capabilities() {
	in_session setpriv --bounding-set -all "$dialtrace" -- true
	is "exit status" 125 $? && has "$tmp/err" 'eBPF is not permitted here, even to root: .*CAP_BPF' || return
	in_session setpriv --bounding-set -all,+bpf,+perfmon,+sys_ptrace "$dialtrace" -o /dev/null -- sh -c 'exit 3'
	is "exit status with what the message asks for" 3 $? || return
	in_session setpriv --bounding-set -all,+bpf,+perfmon,+sys_ptrace "$dialtrace" --kernel=2.6.26 -o /dev/null -- true
	is "exit status" 125 $? && has "$tmp/err" 'cannot install the filter .*CAP_SYS_ADMIN: (Permission denied|Operation not permitted)' || return
	(ulimit -l 0; in_session setpriv --bounding-set -sys_resource "$dialtrace" -o /dev/null -- sh -c 'exit 3')
	is "exit status with RLIMIT_MEMLOCK 0" 3 $?
}

test_no_btf() {
	in_session unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec $dialtrace -- true"
	is "exit status" 125 $? && has "$tmp/err" 'no /sys/kernel/btf/vmlinux: dialtrace needs a kernel with BTF' &&
		is "on standard output" "" "$(cat "$tmp/out")"
}

test_few_descriptors() {
	in_session sh -c "ulimit -n 31; exec $dialtrace -- true"
	is "exit status" 125 $? && has "$tmp/err" '^dialtrace: only 31 open files are allowed: dialtrace needs 32' &&
		is "lines of message" 1 "$(wc -l <"$tmp/err")" || return
	in_session sh -c "ulimit -n 32; exec $dialtrace -- $dial 127.0.0.1:1"
	is "exit status with enough" 1 $?
}

test_no_proc() {
	in_session unshare -m sh -c "mount -t tmpfs none /proc && exec $dialtrace -- true"
	is "exit status" 125 $? && has "$tmp/err" 'dialtrace needs /proc mounted' &&
		is "on standard output" "" "$(cat "$tmp/out")" || return
	in_session unshare -m sh -c "sleep 1 & mount -t tmpfs none /proc && exec $dialtrace -p \$!"
	is "exit status of -p" 125 $? && has "$tmp/err" 'dialtrace needs /proc mounted'
}

# Through sudo it is the caller's command, with all that is his.
test_sudo() {
	local how
	{ cat /etc/passwd; echo 'learner:x:4321:4322::/home/learner:/bin/sh'; } >"$tmp/passwd"
	{ cat /etc/group; echo 'learners:x:4322:'; echo 'more:x:4323:learner'; echo 'others:x:4324:'; } >"$tmp/group"
	# shellcheck disable=SC2016 # for the inner shell
	for how in --kernel=native --kernel=2.6.26; do
		in_session unshare -m sh -c '
			mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group &&
			export SUDO_UID=4321 SUDO_GID=4322 SUDO_USER=learner HOME=/root USER=root LOGNAME=root
			exec "$1/dialtrace" "$2" -o "$1/trace" -- \
				sh -c "id -u; id -g; id -G; id -ru; echo \$HOME \$USER \$LOGNAME \$SHELL"' sh "$tmp" "$how"
		is "exit status" 0 $? && is "who with $how" \
			"4321 4322 4322 4323 4321 /home/learner learner learner /bin/sh" "$(xargs <"$tmp/out")" || return
	done
	# Somebody without a name, and root, who stays root.
	in_session env SUDO_UID=54321 SUDO_GID=54322 "$dialtrace" -o /dev/null -- sh -c 'id -u; id -g; id -G'
	is "exit status" 0 $? && is "who" "54321 54322 54322" "$(xargs <"$tmp/out")" || return
	in_session env SUDO_UID=0 SUDO_GID=0 "$dialtrace" -o /dev/null -- id -u
	is "exit status" 0 $? && is "who" 0 "$(cat "$tmp/out")" || return
	# He cannot use it to read or run what he may not.
	in_session env SUDO_UID=54321 SUDO_GID=54322 "$dialtrace" -o /dev/null -- cat /etc/shadow
	is "exit status" 1 $? || return
	cp /bin/true "$tmp/roots" && chmod 700 "$tmp/roots"
	in_session env SUDO_UID=54321 SUDO_GID=54322 "$dialtrace" -o /dev/null -- "$tmp/roots"
	is "exit status" 126 $? && has "$tmp/err" 'Permission denied'
}

# --- What the command gets ---

# same COMMAND...: the same output, traced or not. Without timeout(1), which resets
# signals.
same() {
	local how
	"$@" >"$tmp/plain" 2>&1 </dev/null
	for how in "-o /dev/null" "-o $tmp/trace -f json" "--kernel=2.6.26 -o /dev/null"; do
		# shellcheck disable=SC2086 # several words
		"$dialtrace" $how -- "$@" >"$tmp/traced" 2>&1 </dev/null
		diff -u --label untraced --label "traced with $how" "$tmp/plain" "$tmp/traced" || return
	done
}

signals() {
	same sh -c "grep -E '^(Sig(Pnd|Blk|Ign|Cgt)|ShdPnd|NoNewPrivs|Cap)' /proc/self/status"
}

test_signals() {
	signals && (trap '' INT HUP PIPE USR1; signals) &&
		(env --ignore-signal=CHLD true && same env --ignore-signal=TERM --block-signal=USR2 \
			grep -E '^Sig(Blk|Ign)' /proc/self/status)
}

test_descriptors() {
	# shellcheck disable=SC2016 # for the inner shell
	same sh -c 'for fd in /proc/self/fd/*; do echo "${fd##*/} $(readlink "$fd" | sed "s/[0-9]\{3,\}/N/; s/plain\|traced/OUT/")"; done' &&
		same sh -c 'ls /proc/self/fd | wc -l; umask; ulimit -a; pwd; nice; cat /proc/self/oom_score_adj' &&
		(exec 8</dev/null 9>"$tmp/nine"; same sh -c 'ls /proc/self/fd')
	is "exit status" 0 $? || return
	# Nor does the trace go anywhere the command's output goes.
	in_session "$dialtrace" -o "$tmp/trace" -- sh -c 'echo out; echo err >&2'
	is "exit status" 0 $? && is "standard output" out "$(cat "$tmp/out")" && is "standard error" err "$(cat "$tmp/err")"
}

test_environment() {
	# shellcheck disable=SC2016 # for the inner shell
	same sh -c 'env | grep -v ^_=' &&
		same env -i PATH="$PATH" sh -c 'echo $0; tr "\0" "\n" </proc/$$/cmdline; readlink /proc/$$/exe' &&
		same sh -c 'echo "$#:$*"' x '' ' ' 'a b' '*' "$(printf '\377\033')"
}

test_script() {
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\necho "$0" "$@"\nexit 12\n' >"$tmp/greet"
	chmod 755 "$tmp/greet"
	in_session "$dialtrace" -o "$tmp/trace" -- "$tmp/greet" a 'b c'
	is "exit status" 12 $? && is "output" "$tmp/greet a b c" "$(cat "$tmp/out")" &&
		has "$tmp/trace" "^dialtrace: .* no function of the port in $tmp/greet" 'write\(1, ' || return
	# Along PATH as the shell would, and what cannot be run is passed over.
	mkdir "$tmp/bin" "$tmp/bin2"
	echo >"$tmp/bin/hello"
	printf '#!/bin/sh\necho found\n' >"$tmp/bin2/hello"
	chmod 755 "$tmp/bin2/hello"
	(PATH=$tmp/bin:$tmp/bin2:$PATH in_session "$dialtrace" -o /dev/null -- hello)
	is "exit status" 0 $? && is "output" found "$(cat "$tmp/out")" || return
	(cd "$tmp/bin2" && PATH=/none::$PATH in_session "$dialtrace" -o /dev/null -- hello)
	is "exit status with the current directory in PATH" 0 $?
}

# --- Signals ---

test_dies() {
	local signal status
	for signal in HUP INT QUIT ABRT KILL SEGV PIPE ALRM TERM USR1; do
		may_die=1 in_session "$dialtrace" -o "$tmp/trace" -- sh -c "ulimit -c 0; kill -$signal \$\$"
		status=$?
		is "exit status after $signal" $((128 + $(kill -l "$signal"))) "$status" &&
			has "$tmp/trace" ' events, 0 lost$' || return
	done
}

# start COMMAND...: traces it in the background, in a process group of its own, where
# it may be interrupted; waits until it says so in $tmp/ready.
start() {
	rm -f "$tmp/ready"
	setsid env --default-signal "$dialtrace" -o "$tmp/trace" -- "$@" >"$tmp/out" 2>"$tmp/err" &
	tracer=$!
	started+=("$tracer")
	until_true test -e "$tmp/ready"
}

# ends STATUS: it does, soon, with that.
ends() {
	local status
	until_true tracer_gone || return
	wait "$tracer"
	status=$?
	is "exit status" "$1" "$status" && is "left behind" "" "$(session "$tracer")" &&
		has "$tmp/trace" ' events, 0 lost$'
}

tracer_gone() {
	[ -z "$(session "$tracer")" ]
}

# To dialtrace alone: the command gets it, once.
test_forwarded() {
	local signal
	for signal in INT TERM HUP QUIT; do
		start sh -c "trap 'echo got; exit 5' $signal; touch $tmp/ready
			i=0; while [ \$i -lt 40 ]; do sleep 0.05; i=\$((i + 1)); done" || return
		kill "-$signal" "$tracer"
		ends 5 && is "got $signal" got "$(cat "$tmp/out")" || return
		start sh -c "ulimit -c 0; touch $tmp/ready; exec sleep 5" || return
		sleep 0.05
		kill "-$signal" "$tracer"
		ends $((128 + $(kill -l "$signal"))) || return
	done
}

# A command that takes no notice goes on; who asks again is let go at once, and the
# command is not.
test_insistent() {
	local pid
	start sh -c "trap '' INT; touch $tmp/ready; sleep 0.6; echo went on; exit 6" || return
	kill -INT "$tracer"
	ends 6 && is "output" "went on" "$(cat "$tmp/out")" || return
	rm -f "$tmp/finished"
	start sh -c "trap '' TERM; echo \$\$ >$tmp/ready; sleep 1; touch $tmp/finished" || return
	kill -TERM "$tracer"
	sleep 0.3
	kill -TERM "$tracer"
	wait "$tracer"
	is "exit status" 143 $? || return
	until_true test -e "$tmp/finished"
}

# timeout(1) sends twice, to the process and to its group: that is once.
test_timeout() {
	timeout 0.5 "$dialtrace" -o "$tmp/trace" -- sleep 5
	is "exit status" 124 $? && has "$tmp/trace" ' events, 0 lost$' || return
	timeout --preserve-status -s INT 0.5 env --default-signal "$dialtrace" -o "$tmp/trace" -- sleep 5
	is "exit status" 130 $? && has "$tmp/trace" ' events, 0 lost$'
}

test_group() {
	start sh -c "touch $tmp/ready; exec sleep 5" || return
	sleep 0.05
	kill -INT -- "-$tracer"
	ends 130
}

# Types Ctrl-C once the command says that it is ready, and holds the terminal until the
# trace is whole.
type_ctrl_c() {
	until_true test -e "$tmp/ready" >&2 && printf '\003' && until_true grep -qs ' events, 0 lost$' "$tmp/trace" >&2
}

# ctrl_c STATUS COMMAND: typed while it is traced on a terminal, it ends with that status. With
# exec: some shells that script(1) may use stay, get the signal as well, and die of it.
ctrl_c() {
	rm -f "$tmp/ready" "$tmp/trace"
	type_ctrl_c | timeout "$patience" script -qec "exec $dialtrace -o $tmp/trace -- $2" /dev/null >"$tmp/out"
	is "exit status" "$1" "${PIPESTATUS[1]}" && has "$tmp/trace" ' events, 0 lost$' && return
	tail -n 20 "$tmp/out" "$tmp/trace"
	return 1
}

# Ctrl-C on a terminal: the command gets it from there, and not again from us.
test_terminal() {
	cat >"$tmp/patient" <<-END
		trap 'echo got >>$tmp/got' INT
		touch $tmp/ready
		i=0
		while [ \$i -lt 16 ]; do sleep 0.05; i=\$((i + 1)); done
		exit 3
	END
	rm -f "$tmp/got"
	ctrl_c 3 "sh $tmp/patient" && is "signals" got "$(xargs <"$tmp/got")" || return
	ctrl_c 130 "sh -c 'touch $tmp/ready; exec sleep 5'"
}

# nohup's hangup is not for us.
test_ignored() {
	(
		rm -f "$tmp/ready"
		trap '' HUP
		"$dialtrace" -o "$tmp/trace" -- sh -c "touch $tmp/ready; sleep 0.5; exit 4" &
		tracer=$!
		until_true test -e "$tmp/ready"
		kill -HUP "$tracer"
		sleep 0.3
		kill -HUP "$tracer"
		wait "$tracer"
		is "exit status" 4 $?
	)
}

# --- Hostile ---

# No byte that could steer a terminal: neither a control character of ASCII nor one of
# the other 32, and only valid UTF-8.
harmless() {
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || return
	is "control characters" 0 "$(LC_ALL=C tr -d '\n\40-\176\200-\377' <"$1" | wc -c)" &&
		is "control characters above" 0 "$(iconv -f UTF-8 -t UTF-32LE "$1" | od -An -v -tu4 -w4 |
			awk '$1 >= 127 && $1 < 160' | wc -l)"
}

evil=$(printf 'a\001\007\010\t\033[31m\033]0;title\007\r\177\200\233\302\233\377"\\\303z')

test_control_characters() {
	local options dir=$tmp/$evil
	mkdir "$dir" && cp "$(command -v head)" "$dir/$evil" && printf '%s' "$evil" >"$tmp/data" || return
	# On a terminal too: only our colours.
	for options in "" --all "--color=always" "-f json" "-f json --all"; do
		# shellcheck disable=SC2086 # several words
		timeout "$patience" "$dialtrace" $options -o "$tmp/trace" -- "$dir/$evil" -c 99 "$tmp/data" >"$tmp/out"
		is "exit status" 0 $? && is "output" "$(od -c "$tmp/data")" "$(od -c "$tmp/out")" || return
		sed -i 's/\x1b\[[0-9]*m//g' "$tmp/trace"
		[ "$options" = --color=always ] || ! grep -q "$(printf '\033')" "$tmp/trace" || return
		harmless "$tmp/trace" || return
	done
	# shellcheck disable=SC2016 # a pattern
	timeout "$patience" "$dialtrace" -o "$tmp/trace" -- "$dir/$evil" -c 99 "$tmp/data" >"$tmp/out"
	has "$tmp/trace" 'write\(1, "a\\1\\7\\10\\t\\33\[31m\\33\]0;title\\7\\r\\177\\200\\233\\302\\233"?' \
		'the port in .*\\33\[31m' || return
	# What bash cannot pass: all bytes, NUL included.
	compile bytes <<-'END' || return
		#include <unistd.h>
		#include <sys/socket.h>
		#include <sys/un.h>
		int main(void)
		{
			unsigned char b[256];
			struct sockaddr_un a = {AF_UNIX};
			int s = socket(AF_UNIX, SOCK_STREAM, 0);
			for (int i = 0; i < 256; i++)
				b[i] = i;
			for (int i = 0; i < 256; i += 16)
				write(1, b + i, 16);
			for (int i = 0; i < 256; i += 64) {
				__builtin_memcpy(a.sun_path, b + i, 64);
				connect(s, (void *)&a, 2 + 64);
				a.sun_path[0] = 0;
				connect(s, (void *)&a, 2 + 64);
			}
			setsockopt(s, 77, 99, b + 128, 32);
			return 0;
		}
	END
	for options in "" "-f json"; do
		# shellcheck disable=SC2086 # several words
		timeout "$patience" "$dialtrace" $options -o "$tmp/trace" -- "$tmp/bytes" >/dev/null
		is "exit status" 0 $? && harmless "$tmp/trace" || return
	done
	! command -v jq >/dev/null || jq -e . "$tmp/trace" >/dev/null
}

# Arguments that lie: pointers into nowhere, lengths beyond everything, numbers that
# are none.
test_lies() {
	compile liar <<-'END' || return
		#include <unistd.h>
		#include <sys/syscall.h>
		#include <sys/mman.h>
		int main(void)
		{
			static const int nr[] = {SYS_read, SYS_write, SYS_connect, SYS_bind, SYS_accept,
				SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_getsockopt,
				SYS_epoll_ctl, SYS_epoll_pwait, SYS_sendto, SYS_recvfrom, SYS_fcntl,
				SYS_pipe2, SYS_socket, SYS_socketpair, SYS_dup3, SYS_shutdown, 1000, 100000,
				0x7fffffff};
			char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			munmap(page + 4096, 4096);
			long v[] = {0, -1, 1, 0x7fffffffffffffff, 0xdeadbeef, (long)(page + 4090), (long)page, 4096,
				(long)0xffff888000000000, 255};
			unsigned x = 1;
			for (int i = 0; i < 4000; i++) {
				long a[6];
				for (int k = 0; k < 6; k++)
					a[k] = v[(x = x * 1103515245 + 12345) >> 16 & 0xffff ? (x >> 16) % 10 : 0];
				long n = nr[(x >> 8) % (sizeof(nr) / sizeof(nr[0]))];
				/* Nothing that would wait, or talk to our own descriptors. */
				syscall(n, a[0] == 0 || a[0] == 1 ? -1 : a[0], a[1], a[2], a[3], a[4], a[5]);
			}
			return 21;
		}
	END
	for options in "-f json" "-f text" "-f json --all"; do
		# shellcheck disable=SC2086 # several words
		in_session "$dialtrace" $options -o "$tmp/trace" -- "$tmp/liar"
		is "exit status" 21 $? && harmless "$tmp/trace" || return
		case $options in
		*json*) ! command -v jq >/dev/null || jq -e . "$tmp/trace" >/dev/null || return ;;
		esac
	done
}

# A 64-bit program may make 32-bit calls, whose numbers mean something else: 41 is dup
# there, and socket here.
test_32_bit_calls() {
	gcc -w -x c -o "$tmp/compat" - <<-'END' || return
		#include <unistd.h>
		int main(void)
		{
			long ret;
			__asm__ volatile("int $0x80" : "=a"(ret) : "a"(41), "b"(1) : "memory", "r8", "r9", "r10", "r11");
			write(1, "end\n", 4);
			return ret < 0 ? 77 : 0;
		}
	END
	"$tmp/compat" >/dev/null 2>&1 || return 0 # a kernel without
	for options in "" --all; do
		# shellcheck disable=SC2086 # nothing, if empty
		in_session "$dialtrace" $options -o "$tmp/trace" -- "$tmp/compat"
		is "exit status" 0 $? && has "$tmp/trace" 'write\(1, "end' || return
		! grep 'socket(' "$tmp/trace" || return
	done
}

test_32_bit_program() {
	# Needs no 32-bit libraries.
	# shellcheck disable=SC2016 # C
	echo 'void _start(void) { __asm__("int $0x80" : : "a"(1), "b"(3)); }' |
		gcc -w -m32 -nostdlib -static -x c -o "$tmp/short" - || return
	in_session "$dialtrace" -o "$tmp/trace" -- "$tmp/short"
	is "lines of message" 1 "$(wc -l <"$tmp/err")" &&
		has "$tmp/err" "^dialtrace: $tmp/short is a 32-bit program: its system calls are not shown"
}

# Files that claim to be ELF.
test_malformed() {
	local size n status
	size=$(stat -c %s "$dial")
	for n in 4 16 63 64 65 200 1000 4096 $((size / 2)) $((size - 5000)) $((size - 100)) $((size - 1)); do
		head -c "$n" "$dial" >"$tmp/cut"
		chmod 755 "$tmp/cut"
		may_die=1 in_session "$dialtrace" -o "$tmp/trace" -- "$tmp/cut"
		status=$?
		# Refused by us, or by the kernel; or it ran until it missed something,
		# and we ended well; or it had all that it needs, but no address. (Not to
		# be tried untraced: a shell takes what the kernel refuses for a script.)
		case $status in
		125) has "$tmp/err" '^dialtrace: .*malformed ELF file' || return ;;
		126) has "$tmp/err" '^dialtrace: .*Exec format error' || return ;;
		2 | 135 | 139) has "$tmp/trace" ' events, 0 lost$' || return ;;
		*) is "exit status, cut to $n" "another" "$status" || return ;;
		esac
	done
	{ printf '\177ELF\002\001\001'; head -c 5000 /dev/zero | tr '\0' '\377'; } >"$tmp/magic"
	chmod 755 "$tmp/magic"
	in_session "$dialtrace" -o /dev/null -- "$tmp/magic"
	status=$?
	case $status in
	125 | 126) ;;
	*) is "exit status, garbage with magic" "another" "$status" || return ;;
	esac
	: >"$tmp/empty"
	chmod 755 "$tmp/empty"
	in_session "$dialtrace" -o /dev/null -- "$tmp/empty"
	is "empty file" 126 $?
}

# poke FILE OFFSET BYTE
poke() {
	# shellcheck disable=SC2059 # the format is what it is about
	printf "\\$(printf %o "$3")" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# The section headers, which the program runs without, overwritten here and there.
test_malformed_sections() {
	local offset size seed
	size=$(stat -c %s "$dial")
	offset=$(od -An -tu8 -j40 -N8 "$dial" | xargs) # e_shoff
	RANDOM=4
	for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
		cp "$dial" "$tmp/mangled"
		for _ in 1 2 3 4 5 6 7 8; do
			poke "$tmp/mangled" $((offset + (RANDOM * 32768 + RANDOM) % (size - offset))) $((RANDOM % 256))
		done
		case $seed in
		1) poke "$tmp/mangled" 47 255 ;; # e_shoff, far away
		2) poke "$tmp/mangled" 58 1 ;;   # e_shentsize
		3) poke "$tmp/mangled" 61 255 ;; # e_shnum
		4) poke "$tmp/mangled" 63 255 ;; # e_shstrndx
		esac
		may_die=1 in_session "$dialtrace" -o /dev/null -- "$tmp/mangled"
		case $? in
		2) ;;
		125) has "$tmp/err" '^dialtrace: ' || return ;;
		*) echo "mangled $seed: not 2 or 125"; cat "$tmp/err"; cp "$tmp/mangled" /tmp/; return 1 ;;
		esac
	done
}

test_stripped() {
	command -v strip >/dev/null || return 0
	strip -o "$tmp/stripped" "$dial" || return
	timeout "$patience" "$peer" "$dialtrace" -o "$tmp/trace" -- "$tmp/stripped" ADDR
	is "exit status" 0 $? && has "$tmp/trace" ' no function of the port in ' 'connect\(3, .* = EINPROGRESS'
}

# Two tracers, one on the other's command.
test_traced_tracer() {
	in_session "$dialtrace" -f json -o "$tmp/outer" -- "$dialtrace" -f json -o "$tmp/trace" -- sh -c 'echo hello; exit 8'
	is "exit status" 8 $? && is "output" hello "$(cat "$tmp/out")" && has "$tmp/outer" '"summary"' &&
		has "$tmp/trace" '"summary"'
}

# --- ---

t "the command line" test_usage
t "values of options" test_values
t "--help" test_help
t "the options of peer" test_peer
t "a command that is not there" test_not_found
t "a command that cannot be executed" test_not_executable
t "not root" test_not_root

needs_tracing "tests of input that trace"

t "options end where the command starts" test_options_end
t "a command in no known format" test_exec_format
t "processes that cannot be attached to" test_pids
t "output that cannot be written" test_output
t "too few descriptors" test_few_descriptors
if unshare -m true 2>/dev/null; then
	t "a kernel without BTF" test_no_btf
	t "no /proc" test_no_proc
	t "through sudo" test_sudo
else
	skip "a kernel without BTF" "no mount namespace can be made here"
	skip "no /proc" "no mount namespace can be made here"
	skip "through sudo" "no mount namespace can be made here"
fi
if setpriv --bounding-set -all,+bpf,+perfmon,+sys_ptrace true 2>/dev/null; then
	t "capabilities that are missing" test_capabilities
else
	skip "capabilities that are missing" "they cannot be dropped here"
fi
t "signals and capabilities of the command" test_signals
t "descriptors of the command" test_descriptors
t "environment and arguments of the command" test_environment
t "a script as the command" test_script
t "a command that dies" test_dies
t "signals are forwarded" test_forwarded
t "signals that are not heeded" test_insistent
t "timeout(1)" test_timeout
t "a signal to the group" test_group
t "Ctrl-C" test_terminal
t "ignored signals stay ignored" test_ignored
t "control characters" test_control_characters
t "lying arguments" test_lies
if [ "$(uname -m)" = x86_64 ]; then
	t "32-bit system calls" test_32_bit_calls
	t "a 32-bit program" test_32_bit_program
fi
t "malformed ELF files" test_malformed
t "malformed section headers" test_malformed_sections
t "a stripped program" test_stripped
t "a tracer traced" test_traced_tracer
exit $failed
