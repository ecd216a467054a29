#!/bin/bash
# The tracer at work: what it shows of real runs, what it does to them, and how it
# ends. Needs root and a kernel that permits eBPF; where it does not, the tests are
# skipped, unless CI is set.
#
#   tests/test_live.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
dialtrace=$B/dialtrace dial=$B/dial peer=$B/peer
golden=tests/golden/go1.7.4 expect=tests/expect

gone() {
	[ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

# trace_dial FILE STATUS [OPTION...] -- [PEER-OPTION...]: traces a dial of peer.
trace_dial() {
	local file=$1 status=$2 options=()
	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	timeout "$patience" "$peer" "$@" "$dialtrace" "${options[@]}" -f json -o "$file" -- "$dial" ADDR
	is "exit status" "$status" $?
}

# --- JSON ---

# Every line is an object with the documented fields and types; what it says of the
# whole is true.
well_formed() {
	local wrong
	jq -e . "$1" >/dev/null || return
	wrong=$(jq -rn '
	def is($t): type == $t;
	def natural: is("number") and . >= 0 and . == floor;
	def header: keys == ["checklist", "emulated", "go", "inlined", "kernel", "missing", "note", "probes",
			"program", "type"] and (.go | natural) and (.note | is("string")) and
		(.missing + .inlined | is("array") and all(is("string"))) and
		(.checklist | . == null or is("string")) and
		(.emulated | . == null or . == "2.6.26") and (.kernel | is("string")) and
		(.probes | natural) and (.program | is("string"));
	def common: (.t | natural) and (.pid | natural) and (.tid | natural) and
		(.g | natural) and (.m | natural) and (.has_g | is("boolean")) and (.text | is("string")) and
		(.depth | natural) and
		(.step | . == null or (is("string") and test("^[1-9][0-9]*\\.[1-9][0-9]*$")));
	def call: keys == ["alias", "depth", "func", "g", "has_g", "m", "pid", "step", "t",
			"text", "tid", "type"] and common and (.func | is("string")) and
		(.alias | . == null or is("string"));
	def syscall: common and (.syscall | is("string")) and (.nr | natural) and
		(.args | is("array") and length == 6 and all(is("number"))) and
		(.func | . == null or is("string"));
	def enter: keys == ["args", "depth", "func", "g", "has_g", "m", "nr", "pid", "step",
			"syscall", "t", "text", "tid", "type"] and syscall;
	def exit: keys == ["args", "depth", "dur", "errno", "func", "g", "has_g", "m", "nr",
			"pid", "refused", "ret", "slept", "step", "syscall", "t", "text", "tid", "type"] and
		syscall and (.dur | . == null or natural) and (.ret | is("number")) and
		(.errno | . == null or test("^E[A-Z0-9_]+$")) and
		(.refused | is("boolean")) and (.slept | is("boolean")) and (.errno == null or .ret == -1);
	def lost: keys == ["events", "type"] and (.events | natural);
	def summary: keys == ["events", "lost", "steps_seen", "steps_total", "type"] and
		(.events | natural) and (.lost | natural) and (.steps_seen | natural) and
		(.steps_total | natural) and .steps_seen <= .steps_total;
	def well_formed: if .type == "header" then header elif .type == "call" then call elif .type == "enter" then enter
		elif .type == "exit" then exit elif .type == "lost" then lost
		else .type == "summary" and summary end;
	reduce inputs as $o ({wrong: [], objects: 0, n: 0, lost: 0, last: {}};
		(if ($o.type == "header") != (.objects == 0) then .wrong += ["the header: \($o)"]
		 else . end) | .objects += 1 |
		(if $o | well_formed | not then .wrong += ["ill-formed: \($o)"] else . end) |
		(if .end then .wrong += ["after the summary: \($o)"] else . end) |
		if $o.type == "summary" then .end = $o
		elif $o.type == "header" then .
		elif $o.type == "lost" then .lost += $o.events
		else
			.n += 1 | "\($o.tid)" as $tid |
			(if $o.t < (.last[$tid] // 0) then .wrong += ["back in time: \($o)"]
			 else . end) |
			.last[$tid] = $o.t
		end) |
	(if .end then . else .wrong += ["no summary"] end) |
	(if .n == .end.events then . else .wrong += ["\(.n) events, not \(.end)"] end) |
	(if .lost == .end.lost then . else .wrong += ["\(.lost) lost, not \(.end)"] end) |
	.wrong[:5][]' "$1")
	is "wrong" "" "$wrong"
}

# field FILTER FILE: of the summary
summary() {
	tail -n 1 "$2" | jq -r ".$1"
}

# --- The tree ---

# The calls of the threads: "goroutine depth step text", what varies from run to run
# taken out. sysmon's thread runs beside the dial, so each thread for itself; sysmon's
# polls depend on the machine's speed. A call that sleeps is shown where it always
# does, in the blocking epoll_wait.
tree() {
	jq -r --argjson m "$2" '
		select(.m == $m) |
		select(.type != "enter" or .text == "epoll_wait(4, …, 128, -1)") |
		select($m == 0 or (.step != "10.4" and .step != "10.5" and .step != "10.6" and
			.step != "8.4" and .step != "8.5" and .step != "10.7")) |
		"g\(.g) \(.depth) \(.step) \(.text)\(if .type == "enter" then "   waiting"
		elif .refused then "   refused" else "" end)"' "$1" |
		sed -E -e 's/0x[0-9a-f]{6,}/PTR/' -e 's/(127\.0\.0\.1|\[::1\]):[0-9]{2,}/\1:PORT/'
}

# expect_tree NAME FILE: the main thread's tree is the one in expect/NAME.txt, and
# sysmon has a thread of its own, if the run was long enough for it to start.
expect_tree() {
	tree "$2" 0 >"$tmp/tree"
	if [ "${UPDATE-}" ]; then
		cp "$tmp/tree" "$expect/$1.txt"
	fi
	diff -u "$expect/$1.txt" "$tmp/tree" || return
	tree "$2" 1 >"$tmp/tree"
	[ "$1" = refused ] && [ ! -s "$tmp/tree" ] && return
	is "sysmon's thread" "g0 0 10.3 runtime.sysmon" "$(cat "$tmp/tree")" &&
		is "threads" "0 1" "$(jq -r 'select(.m != null) | .m' "$2" | sort -u | xargs)"
}

# Whether sysmon's thread polled away what the dial's thread would have: then the
# run says nothing.
stolen() {
	jq -e -n '[inputs | select(.step == "10.5" and .ret != 0)] | length > 0' "$1" >/dev/null
}

test_tree() { # NAME STATUS OPTION... -- PEER-OPTION...
	local name=$1
	shift
	for _ in 1 2 3; do
		trace_dial "$tmp/json" "$@" || return
		stolen "$tmp/json" || break
	done
	well_formed "$tmp/json" && expect_tree "$name" "$tmp/json" &&
		is lost 0 "$(summary lost "$tmp/json")" &&
		is "steps seen" "$(summary steps_total "$tmp/json")" \
			"$(summary steps_seen "$tmp/json")"
}

test_tree_refused() {
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$dial" 127.0.0.1:1 2>"$tmp/err"
	is "exit status" 1 $? && has "$tmp/err" 'connection refused' &&
		well_formed "$tmp/json" && expect_tree refused "$tmp/json" &&
		is lost 0 "$(summary lost "$tmp/json")"
}

# --- The system calls, beside real Go's and strace's ---

# From dialtrace's text, the golden files and strace to one form.
normalise() {
	sed -E -e 's/^T[0-9]+ //' -e 's/ *\(INJECTED\)//' -e 's/, */, /g' -e 's/ +=/ =/' \
		-e 's/ = -1 (E[A-Z]+).*/ = \1/' -e 's/IPPROTO_IP\)/0)/' -e 's/\(flags /(/' \
		-e 's/sa_family=(AF_INET), (sin_)?port(=(htons\()?[0-9]+\)?)?, sin_addr=inet_addr\("([0-9.]+)"\)/\1, \5/' \
		-e 's/(AF_INET, [0-9.]+):[0-9]+/\1/' \
		-e 's/\{events=([A-Z|]+), data=(PD|0x[0-9a-f]+|\{[^}]*\})\}?/{\1, PD}/' \
		-e 's/pollDesc of fd [0-9]+/PD/' -e 's/0x[0-9a-f]{6,}/PTR/'
}

# The dial's system calls: those of its thread.
syscalls() {
	jq -r 'select(.type == "exit" and .m == 0) | .text' "$1"
}

same_syscalls() { # NAME FILE
	normalise <"$golden/$1.txt" >"$tmp/go"
	syscalls "$2" | normalise >"$tmp/port"
	diff -u --label "Go 1.7.4: $1" --label dialtrace "$tmp/go" "$tmp/port"
}

test_golden() { # NAME OPTION...
	local name=$1
	shift
	for _ in 1 2 3; do
		trace_dial "$tmp/json" 0 "$@" -- || return
		stolen "$tmp/json" || break
	done
	same_syscalls "$name" "$tmp/json"
}

test_golden_refused() {
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$dial" 127.0.0.1:1 2>/dev/null
	is "exit status" 1 $? && same_syscalls refused "$tmp/json"
}

# One run that both watch: dialtrace watches strace watching the dial.
test_strace() { # OPTION...
	local calls tid
	calls='socket,setsockopt,?epoll_create,epoll_create1,epoll_ctl,?epoll_wait,epoll_pwait'
	calls=$calls,connect,getsockopt,getsockname,getpeername,fcntl,read,write,close
	rm -f "$tmp"/strace.*
	timeout "$patience" "$peer" "$dialtrace" "$@" -f json -o "$tmp/json" -- \
		strace -q -ff -e signal=none -e "trace=$calls" -o "$tmp/strace" "$dial" ADDR
	is "exit status" 0 $? || return
	# The thread with the most to say is the dial's.
	tid=$(wc -l "$tmp"/strace.* | awk '$2 != "total" && $1 > max { max = $1; f = $2 }
		END { sub(/.*\./, "", f); print f }')
	grep -v '^+++' "$tmp/strace.$tid" | normalise >"$tmp/expected"
	jq -r --argjson tid "$tid" 'select(.type == "exit" and .tid == $tid) | .text' \
		"$tmp/json" | normalise >"$tmp/actual"
	diff -u --label strace --label dialtrace "$tmp/expected" "$tmp/actual" &&
		is "calls" yes "$([ "$(wc -l <"$tmp/expected")" -ge 16 ] && echo yes)"
}

# --- While it happens ---

waiting() {
	jq -r 'select(.type == "enter" and .syscall == "epoll_wait") | .text' "$tmp/json" \
		2>/dev/null | grep -q -- '-1)$'
}

test_blocked() {
	local pid
	rm -f "$tmp/json"
	timeout "$patience" "$peer" -p 1000 "$dialtrace" -f json -o "$tmp/json" -- "$dial" ADDR &
	pid=$!
	until_true waiting || return
	cp "$tmp/json" "$tmp/early"
	wait "$pid"
	is "exit status" 0 $? || return
	# While it blocks: not returned.
	is "lines in time" 1 "$(jq -r 'select(.type == "enter" and .syscall == "epoll_wait") |
		.type' "$tmp/early" | wc -l)" &&
		is "too early" "" "$(jq -c 'select(.type == "exit" and .text != null and
			(.text | test("^epoll_wait.*-1\\)")))' "$tmp/early")" || return
	# Then the whole call, with what it waited for.
	jq -c 'select(.type == "exit" and (.text | test("^epoll_wait.*-1\\)")))' "$tmp/json" \
		>"$tmp/late"
	has "$tmp/late" 'EPOLLIN\|EPOLLOUT, pollDesc of fd 3' '"ret":1' '"step":"8.3"' &&
		is "one line" 1 "$(wc -l <"$tmp/late")" &&
		is "dur about 1 s" true "$(jq '.dur > 990000000 and .dur < 1800000000' "$tmp/late")" &&
		is "t follows dur" true "$(jq -n --slurpfile early "$tmp/early" \
			--slurpfile late "$tmp/late" '($early | map(select(.type == "enter" and
			.syscall == "epoll_wait"))[0].t) as $t |
			($late[0].t - $t - $late[0].dur) | fabs < 5000000')"
}

test_refused_marked() {
	trace_dial "$tmp/json" 0 --kernel=2.6.26 -- || return
	is "refused" "socket EINVAL -1, epoll_create1 ENOSYS -1" "$(jq -r 'select(.refused) |
		"\(.syscall) \(.errno) \(.ret)"' "$tmp/json" | paste -sd , | sed 's/,/, /g')" || return
	trace_dial "$tmp/json" 0 -- || return
	is "refused natively" "" "$(jq -c 'select(.refused)' "$tmp/json")"
}

test_threads() {
	trace_dial "$tmp/json" 0 -- || return
	is "M and thread of sysmon" "1 true" "$(jq -r 'select(.step == "10.3") |
		"\(.m) \(.tid != .pid)"' "$tmp/json")" &&
		is "processes" 1 "$(jq -r '.pid // empty' "$tmp/json" | sort -u | wc -l)"
}

calls_of() { # PID FILE
	jq -r --argjson pid "$1" 'select(.type == "exit" and .pid == $pid) | .syscall' "$2" |
		grep -E 'socket|connect|epoll_ctl' | xargs
}

test_forks() {
	local pids pid
	timeout "$patience" "$peer" "$dialtrace" -f json -o "$tmp/json" -- \
		sh -c "$dial \$1; $dial \$1; :" sh ADDR
	is "exit status" 0 $? && well_formed "$tmp/json" || return
	pids=$(jq -r 'select(.syscall == "connect") | .pid' "$tmp/json" | sort -u)
	is "dials" 2 "$(wc -w <<<"$pids")" || return
	for pid in $pids; do
		is "calls of $pid" "socket setsockopt connect epoll_ctl getsockopt setsockopt epoll_ctl" \
			"$(jq -r --argjson pid "$pid" 'select(.type == "exit" and .pid == $pid and .tid == $pid) |
			.syscall' "$tmp/json" | grep -E 'sockopt|^socket|connect|epoll_ctl' | xargs)" ||
			return
	done
}

test_exec() {
	timeout "$patience" "$peer" "$dialtrace" -f json -o "$tmp/json" -- sh -c "exec $dial \$1" sh ADDR
	is "exit status" 0 $? && well_formed "$tmp/json" &&
		is "connects" "connect EINPROGRESS" "$(jq -r 'select(.syscall == "connect") |
			"\(.syscall) \(.errno)"' "$tmp/json")" &&
		is "processes" 1 "$(jq -r '.pid // empty' "$tmp/json" | sort -u | wc -l)"
}

# The kernel gives the process's number to the thread that executes.
test_exec_in_thread() {
	compile exec_in_thread -pthread <<-'END' || return
		#include <pthread.h>
		#include <unistd.h>
		static void *run(void *arg) { return execl("/bin/echo", "echo", "from a thread", (char *)0), arg; }
		int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); pthread_join(t, 0); return 1; }
	END
	# As the command, and as a child of it.
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$tmp/exec_in_thread" >"$tmp/out"
	is "exit status" 0 $? && has "$tmp/json" 'write\(1, .*from a thread' && well_formed "$tmp/json" || return
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- sh -c "$tmp/exec_in_thread; exit 9" >"$tmp/out"
	is "exit status" 9 $? && has "$tmp/json" 'write\(1, .*from a thread'
}

# --- Attaching ---

test_attach() {
	local pid
	"$peer" -p 1200 "$dial" ADDR & # executes dial: its process number
	pid=$!
	started+=("$pid")
	sleep 0.2
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -p "$pid"
	is "exit status" 0 $? && well_formed "$tmp/json" || return
	wait "$pid"
	is "dial's exit status" 0 $? || return
	# Entered before we came: nobody knows when.
	is "what woke it" "null 1" "$(jq -r 'select(.syscall == "epoll_wait" and .m == 0) |
		"\(.dur) \(.ret)"' "$tmp/json")" &&
		is "calls" "epoll_wait read epoll_ctl close" "$(jq -r 'select(.type == "exit" and
			.m == 0) | .syscall' "$tmp/json" | xargs)" &&
		is "answer" 'read(3, "ping\n", 64) = 5' "$(jq -r 'select(.syscall == "read") |
			.text' "$tmp/json")" &&
		is "functions" "11.1 net.(*netFD).Close" "$(jq -r 'select(.type == "call" and
			.step == "11.1") | "\(.step) \(.func)"' "$tmp/json")"
}

# A process that sleeps for long is not gone, nor is one whose children end.
test_attach_server() {
	local server tracer
	sh -c 'while :; do sleep 0.15; done' &
	server=$!
	started+=("$server")
	"$dialtrace" --all -f json -o "$tmp/json" -p "$server" &
	tracer=$!
	started+=("$tracer")
	sleep 1
	kill -TERM "$tracer" || return
	wait "$tracer"
	is "exit status" 0 $? || return
	well_formed "$tmp/json" && has "$tmp/json" 'clock_nanosleep' || return
	is "children seen" true "$(jq -n '[inputs | .pid // empty] | unique | length > 3' "$tmp/json")" || return
	sleep 0.2
	[ -d "/proc/$server" ] || { echo "the server is gone"; return 1; }
	is "the server's own" S "$(awk '/^State/ { print $2 }' "/proc/$server/status")"
}

test_attach_idle() {
	local idle tracer
	sleep 1.5 &
	idle=$!
	started+=("$idle")
	timeout "$patience" "$dialtrace" --all -f json -o "$tmp/json" -p "$idle"
	is "exit status" 0 $? && gone "$idle" && has "$tmp/json" "close\\(2\\) = 0" \
		'"clock_nanosleep".*"dur":null,"ret":0'
}

# Attached to what never stops, and told to stop.
test_attach_busy() {
	local busy tracer
	dd if=/dev/zero of=/dev/null bs=1 2>/dev/null &
	busy=$!
	started+=("$busy")
	"$dialtrace" -f json -p "$busy" >/dev/null &
	tracer=$!
	started+=("$tracer")
	sleep 0.4
	kill -TERM "$tracer"
	until_true gone "$tracer" && [ -d "/proc/$busy" ]
}

child_of() {
	child=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
	[ "$child" ]
}

# What runs in a container has another number there, and so has a command that is
# started into one.
test_attach_namespace() {
	local tracer
	unshare -fp --kill-child sh -c 'while :; do sleep 0.1; done' &
	started+=("$!")
	until_true child_of "$!" || return
	rm -f "$tmp/json"
	"$dialtrace" --all -f json -o "$tmp/json" -p "${child% }" &
	tracer=$!
	started+=("$tracer")
	until_true grep -qs clock_nanosleep "$tmp/json" || return
	kill -TERM "$tracer" || return
	wait "$tracer"
	is "exit status" 0 $? || return
	# The same number inside, with an outer /proc.
	timeout "$patience" unshare -fp sh -c "sleep 1 & exec $dialtrace --all -f json -o $tmp/json -p \$!" &&
		has "$tmp/json" '"syscall":"(exit_group|clock_nanosleep|restart_syscall|close)"' || return
	timeout "$patience" unshare -p "$dialtrace" -f json -o "$tmp/json" -- echo inside
	is "exit status" 0 $? && has "$tmp/json" 'write\(1, ..inside'
}

# --- Options ---

test_all() {
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- cat /dev/null
	is "exit status" 0 $? && has_not "$tmp/json" '"(mmap|brk|execve)"' || return
	timeout "$patience" "$dialtrace" --all -f json -o "$tmp/json" -- sh -c '(exit 3); :'
	is "exit status" 0 $? && well_formed "$tmp/json" &&
		has "$tmp/json" '"mmap"' '"brk"' '"wait4"' && has_not "$tmp/json" syscall_4294967295 &&
		is "numbers" "" "$(jq -c 'select(.nr != null and .nr > 1000)' "$tmp/json")"
}

escapes() {
	LC_ALL=C grep -c "$(printf '\033')" "$1"
}

test_color() {
	local n
	timeout "$patience" "$dialtrace" --color=always -o "$tmp/out" -- "$dial" 127.0.0.1:1 2>/dev/null
	n=$(escapes "$tmp/out")
	[ "$n" -gt 40 ] || { echo "$n lines with escapes"; return 1; }
	# Nothing but colours: the same lines as without.
	sed 's/\x1b\[[0-9]*m//g' "$tmp/out" >"$tmp/stripped"
	is "with always, beside colours" 0 "$(escapes "$tmp/stripped")" || return
	timeout "$patience" "$dialtrace" --color=never -o "$tmp/out" -- "$dial" 127.0.0.1:1 2>/dev/null
	is "with never" 0 "$(escapes "$tmp/out")" || return
	timeout "$patience" "$dialtrace" -o "$tmp/out" -- "$dial" 127.0.0.1:1 2>/dev/null
	is "into a file" 0 "$(escapes "$tmp/out")" || return
	timeout "$patience" script -qec "$dialtrace -- $dial 127.0.0.1:1" /dev/null </dev/null >"$tmp/out"
	n=$(escapes "$tmp/out")
	[ "$n" -gt 40 ] || { echo "$n lines with escapes on a terminal"; return 1; }
	timeout "$patience" script -qec "$dialtrace --color=never -- $dial 127.0.0.1:1" /dev/null </dev/null >"$tmp/out"
	is "with never, on a terminal" 0 "$(escapes "$tmp/out")"
}

test_text() {
	timeout "$patience" "$peer" "$dialtrace" --kernel=2.6.26 --check -- "$dial" ADDR >"$tmp/out"
	is "exit status" 0 $? && has "$tmp/out" \
		'^dialtrace: Linux [0-9.]+, answering as 2\.6\.26 would · [0-9]+ functions probed in .*/dial$' \
		'^ +ms +who +step' \
		'^ +[0-9]+\.[0-9]{3}  g1 m0 +1\.1 +net\.DialTCP\(net="tcp", raddr=127\.0\.0\.1:[0-9]+\)$' \
		'^ .* 2\.2 +socket\(AF_INET, SOCK_STREAM\|SOCK_CLOEXEC\|SOCK_NONBLOCK, 0\) = EINVAL +as Linux 2\.6\.26$' \
		'^ .* g0 m1 +10\.3 +runtime\.sysmon$' \
		'^ .* 8\.3 +epoll_wait\(4, …, 128, -1\) +waiting$' \
		'^ .* 8\.3 +epoll_wait\(4, \[\{EPOLLIN\|EPOLLOUT, pollDesc of fd 3\}\], 128, -1\) = 1 +after [0-9.]+ ms$' \
		'^  ✓ 1\.1 +net\.DialTCP ' \
		'^article: ([0-9]+) of \1 steps seen, in order · [0-9]+ events, 0 lost$' || return
	has_not "$tmp/out" '✗' && is "checklist" 36 "$(grep -c '✓' "$tmp/out")"
}

# Text tells how long a call slept, JSON of every call how long it took.
test_durations() {
	timeout "$patience" "$peer" "$dialtrace" -o "$tmp/out" -- "$dial" ADDR >"$tmp/stdout" || return
	is "how long it slept" "1 or more" "$(awk '
		/ waiting$/ { since[$2 $3] = $1 }
		/ after [0-9.]+ ms$/ {
			wrong = $(NF - 1) - ($1 - since[$2 $3])
			if (!(($2 $3) in since) || wrong < -0.0015 || wrong > 0.0015)
				print
			n++
		}
		END { print n ? "1 or more" : "none" }' "$tmp/out")" || return
	timeout "$patience" "$peer" "$dialtrace" -f json -o "$tmp/json" -- "$dial" ADDR >"$tmp/stdout" || return
	is "how long it took" "[]" "$(jq -c -n '
		reduce inputs as $o ({wrong: []};
			if $o.type == "enter" then .since["\($o.tid)"] = $o.t
			elif $o.type != "exit" then .
			elif $o.dur == null or $o.dur <= 0 then .wrong += [$o]
			elif $o.slept and $o.dur <= $o.t - .since["\($o.tid)"] then .wrong += [$o]
			else . end) | .wrong' "$tmp/json")"
}

# On a projector, and on an old terminal: no line longer than the window, and no step of
# the checklist without its caption.
test_text_width() {
	local width
	for width in 100 80; do
		timeout "$patience" script -qec "stty cols $width; $peer $dialtrace --kernel=2.6.26 -- $dial ADDR" \
			/dev/null </dev/null | tr -d '\r' | sed 's/\x1b\[[0-9]*m//g' >"$tmp/out"
		has "$tmp/out" '^article: ' || return
		is "lines wider than $width" "" "$(grep -E ".{$((width + 1))}" "$tmp/out")" &&
			is "captions" 36 "$(grep -A 1 '✓' "$tmp/out" | tr '\n' ' ' | grep -oE '✓ [0-9.]+ +[^✓]+[^ ✓]  +[^ ✓]' | wc -l)" || return
	done
}

# Who does not dial is not told which steps of a dial are missing.
test_no_checklist() {
	exits 0 "$peer" -m dial "$dialtrace" -- "$B/listen" ADDR && has "$tmp/out" '9\.11 +net\.\(\*netFD\)\.accept' '^[0-9]+ events, 0 lost$' &&
		has_not "$tmp/out" '✗|^article'
}

test_check_stranger() {
	exits 125 "$dialtrace" --check -- true && has "$tmp/err" '^dialtrace: --check: 0 of the article.s [0-9]+ steps were seen: the program has none of the port.s functions' || return
	# A dial that fails takes not all steps: that counts, not its own status.
	exits 125 "$dialtrace" --check -- "$dial" 127.0.0.1:1 && has "$tmp/err" '^dialtrace: --check: ' &&
		has "$tmp/out" '✗ 9\.4 +net\.newTCPConn +not seen'
}

test_statuses() {
	local n
	for n in 0 1 2 77 124 125 126 127 128 255; do
		timeout "$patience" "$dialtrace" -o /dev/null -- sh -c "exit $n"
		is "exit status" "$n" $? || return
	done
	for n in 1 2 6 9 11 13 15; do
		timeout "$patience" "$dialtrace" -o /dev/null -- sh -c "ulimit -c 0; kill -$n \$\$"
		is "exit status" $((128 + n)) $? || return
	done
	timeout "$patience" "$dialtrace" -o /dev/null -- "$tmp/none" 2>/dev/null
	is "exit status" 127 $? || return
	timeout "$patience" "$dialtrace" -o /dev/null -- /etc/passwd 2>/dev/null
	is "exit status" 126 $? || return
	timeout "$patience" "$dialtrace" -o /dev/null --nonsense true 2>/dev/null
	is "exit status" 125 $?
}

# --- What it does to others ---

address_known() {
	[ -s "$tmp/address" ]
}

# Somebody to dial who outlives the tracer.
start_peer() { # MILLISECONDS
	rm -f "$tmp/address"
	"$peer" -p "$1" sh -c "echo \$1 >$tmp/address; exec sleep 20" sh ADDR &
	started+=("$!")
	until_true address_known && address=$(cat "$tmp/address")
}

status_known() {
	[ -s "$tmp/status" ]
}

test_killed() {
	local tracer
	start_peer 900 || return
	rm -f "$tmp/json" "$tmp/status"
	"$dialtrace" -f json -o "$tmp/json" -- sh -c \
		"$dial $address; echo dial \$? >$tmp/half; echo done; mv $tmp/half $tmp/status" >"$tmp/out" &
	tracer=$!
	until_true waiting || return
	kill -KILL "$tracer"
	wait "$tracer" 2>/dev/null
	is "before the answer" "" "$(cat "$tmp/status" 2>/dev/null)" || return
	until_true status_known || return
	is "the command's end" "dial 0 done" "$(cat "$tmp/status" "$tmp/out" | xargs)" || return
	# Its probes are gone, and others can be placed.
	trace_dial "$tmp/json" 0 --check -- && well_formed "$tmp/json"
}

test_killed_dial() {
	local tracer pid
	start_peer 900 || return
	rm -f "$tmp/json"
	"$dialtrace" --kernel=2.6.26 -f json -o "$tmp/json" -- "$dial" "$address" &
	tracer=$!
	until_true waiting || return
	pid=$(jq -r '.pid // empty' "$tmp/json" | head -n 1)
	kill -KILL "$tracer"
	wait "$tracer" 2>/dev/null
	[ -d "/proc/$pid" ] || { echo "dial went with it"; return 1; }
	until_true gone "$pid"
}

test_two_at_once() {
	local one two
	timeout "$patience" "$peer" -p 300 "$dialtrace" --check --kernel=2.6.26 -f json -o "$tmp/1" -- "$dial" ADDR &
	one=$!
	timeout "$patience" "$peer" -p 300 "$dialtrace" --check -f json -o "$tmp/2" -- "$dial" ADDR &
	two=$!
	wait "$one"
	is "exit status" 0 $? || return
	wait "$two"
	is "exit status" 0 $? || return
	for f in 1 2; do
		well_formed "$tmp/$f" &&
			is "processes" 1 "$(jq -r '.pid // empty' "$tmp/$f" | sort -u | wc -l)" &&
			is "connects" 1 "$(jq -r 'select(.syscall == "connect").type' "$tmp/$f" | wc -l)" ||
			return
	done
	expect_tree 2.6.26 "$tmp/1" && expect_tree native "$tmp/2"
}

# A dial that somebody else started is nobody's business.
test_bystander() {
	local tracer
	start_peer 10 || return
	"$dialtrace" -f json -o "$tmp/json" -- sleep 0.8 &
	tracer=$!
	sleep 0.3
	timeout "$patience" "$dial" "$address" || return
	wait "$tracer"
	is "exit status" 0 $? && is "processes" 1 "$(jq -r '.pid // empty' "$tmp/json" | sort -u | wc -l)" &&
		has_not "$tmp/json" 'connect|DialTCP'
}

# same_as_untraced COMMAND...: output, exit status, and what is left of it
same_as_untraced() {
	local option
	"$@" >"$tmp/plain.out" 2>"$tmp/plain.err" </dev/null
	echo $? >>"$tmp/plain.out"
	for option in -fjson --all --kernel=2.6.26; do
		timeout "$patience" "$dialtrace" "$option" -o /dev/null -- "$@" >"$tmp/traced.out" 2>"$tmp/traced.err" </dev/null
		echo $? >>"$tmp/traced.out"
		diff -u --label untraced --label "traced with $option" "$tmp/plain.out" "$tmp/traced.out" &&
			diff -u --label untraced --label "traced with $option" "$tmp/plain.err" "$tmp/traced.err" ||
			return
	done
}

test_same() {
	compile threads -pthread <<-'END' || return
		#include <pthread.h>
		#include <stdio.h>
		#include <unistd.h>
		static int sum, fd[2];
		static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
		static void *run(void *n)
		{
			for (int i = 0; i < 200; i++) {
				char c = 1;
				write(fd[1], &c, 1);
				read(fd[0], &c, 1);
				pthread_mutex_lock(&lock);
				sum += c;
				pthread_mutex_unlock(&lock);
			}
			return n;
		}
		int main(void)
		{
			pthread_t t[40];
			pipe(fd);
			for (long i = 0; i < 40; i++)
				pthread_create(&t[i], 0, run, (void *)i);
			for (long i = 0; i < 40; i++)
				pthread_join(t[i], 0);
			printf("%d\n", sum);
			return 17;
		}
	END
	# shellcheck disable=SC2016 # for the inner shell
	same_as_untraced sh -c 'ulimit -c 0; echo before; kill -9 $$; echo after' &&
		same_as_untraced sh -c 'ulimit -c 0; kill -SEGV $$' &&
		same_as_untraced "$tmp/threads" &&
		same_as_untraced sh -c 'for i in 1 2 3 4 5 6 7 8; do (exit $i) || echo $i; done; (sleep 0.05; echo late) & wait' &&
		same_as_untraced sh -c 'echo out; echo err >&2; cat; exit 42' &&
		same_as_untraced sh -c 'yes | head -n 20000 | md5sum' &&
		same_as_untraced sh -c 'trap "echo caught" USR1; kill -USR1 $$; echo $?' &&
		same_as_untraced env -i PATH=/usr/bin:/bin A=1 env &&
		same_as_untraced "$dial" 127.0.0.1:1 &&
		same_as_untraced "$dial" nonsense &&
		same_as_untraced "$dial"
}

# --- How much ---

test_rounds() {
	if [ -x "$B/bench/rounds" ]; then
		cp "$B/bench/rounds" "$tmp/rounds"
	else
		compile rounds <tests/bench/rounds.c
	fi
}

test_nothing_lost() {
	test_rounds || return
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$tmp/rounds" 10000 >"$tmp/out"
	is "exit status" 0 $? && well_formed "$tmp/json" || return
	is lost 0 "$(summary lost "$tmp/json")" &&
		is "calls" "epoll_wait 10000, read 10000, write 10000" "$(jq -r 'select(.type == "exit" and
		.args[2] == 1 and .ret == 1) | .syscall' "$tmp/json" | sort | uniq -c |
		awk '$1 > 100 { printf "%s%s %s", sep, $2, $1; sep = ", " }')"
}

# The output is read by nobody for a while: memory stays within bounds, and whatever
# is not written is counted.
test_slow_reader() { # FORMAT
	local pid total peak=0 hwm
	rm -f "$tmp/pid"
	(sh -c "echo \$\$ >$tmp/pid; exec $dialtrace -f $1 -- dd if=/dev/zero of=/dev/null bs=1 count=300000 status=none" |
		(sleep 2; cat) >"$tmp/out"; echo "${PIPESTATUS[0]}" >"$tmp/status") &
	until_true test -s "$tmp/pid" || return
	pid=$(cat "$tmp/pid")
	while [ -e "/proc/$pid/status" ]; do
		hwm=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
		[ "${hwm:-0}" -gt "$peak" ] && peak=$hwm
		sleep 0.05
	done
	wait $!
	is "exit status" 0 "$(cat "$tmp/status")" || return
	within "peak memory, kB" "$peak" 1000 40959 || return
	if [ "$1" = text ]; then
		has "$tmp/out" '^ +\.\.\. [0-9]+ events lost here' || return
		tail -n 1 "$tmp/out" | awk '{ exit !($1 + $3 >= 600000 && $3 > 100000) }' ||
			{ tail -n 1 "$tmp/out"; return 1; }
	else
		well_formed "$tmp/out" || return
		total=$(($(summary events "$tmp/out") + $(summary lost "$tmp/out")))
		# Two calls a round, and dd's own.
		within "calls in all" "$total" 600000 600100 || return
		[ "$(summary lost "$tmp/out")" -gt 100000 ] || { tail -n 1 "$tmp/out"; return 1; }
	fi
}

test_reader_gone() {
	rm -f "$tmp/done"
	timeout "$patience" "$dialtrace" -- sh -c "i=0; while [ \$i -lt 200 ]; do sleep 0.002; i=\$((i + 1)); done
		touch $tmp/done; exit 3" 2>"$tmp/err" | head -n 1 >"$tmp/out"
	is "exit status" 125 "${PIPESTATUS[0]}" && has "$tmp/err" 'cannot write.*Broken pipe' &&
		is "the command's mark" "$tmp/done" "$(ls "$tmp/done")"
}

# Threads and processes that come and go all the time.
test_churn() {
	compile churn -pthread <<-'END' || return
		#include <pthread.h>
		#include <unistd.h>
		#include <sys/wait.h>
		static void *run(void *n) { return close(-1), n; }
		int main(void)
		{
			for (int i = 0; i < 3000; i++) {
				pthread_t t;
				if (i % 10 == 0 && fork() == 0)
					_exit(close(-1) != -1);
				pthread_create(&t, 0, run, 0);
				pthread_join(t, 0);
			}
			while (wait(0) > 0)
				;
			return 0;
		}
	END
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$tmp/churn"
	is "exit status" 0 $? && is lost 0 "$(summary lost "$tmp/json")" &&
		is "closes" 3300 "$(grep -c '"text":"close(-1) = EBADF"' "$tmp/json")"
}

# In a container the command's process has another number than in the kernel.
test_pid_namespace() {
	timeout "$patience" "$peer" unshare -fp --mount-proc "$dialtrace" --check -f json -o "$tmp/json" -- "$dial" ADDR
	is "exit status" 0 $? && well_formed "$tmp/json"
}

test_ipv6() {
	trace_dial "$tmp/json" 0 --check --kernel=2.6.26 -- -6 || return
	well_formed "$tmp/json" && is "connect" 'connect(3, {AF_INET6, [::1]:PORT}, 28) = EINPROGRESS' \
		"$(jq -r 'select(.syscall == "connect") | .text' "$tmp/json" | sed 's/\]:[0-9]*/]:PORT/')" &&
		has "$tmp/json" 'raddr=\[::1\]:[0-9]+' 'net.socket\(.*family=AF_INET6' IPV6_V6ONLY &&
		is lost 0 "$(summary lost "$tmp/json")"
}

# A process that gets the number of one that has ended is nobody's business, even while
# that one's children are traced on.
test_number_reused() {
	local tracer pid
	compile again <<-'END' || return
		#define _GNU_SOURCE
		#include <linux/sched.h>
		#include <stdint.h>
		#include <stdlib.h>
		#include <sys/syscall.h>
		#include <sys/wait.h>
		#include <unistd.h>
		/* again PID: is a process of that number, and says so. */
		int main(int argc, char **argv)
		{
			pid_t pid = atoi(argv[1]);
			struct clone_args args = {.exit_signal = 17, .set_tid = (uintptr_t)&pid, .set_tid_size = 1};
			if (argc == 3)
				return write(1, "again\n", 6) != 6;
			if (syscall(SYS_clone3, &args, sizeof(args)) == 0)
				execl("/proc/self/exe", "again", argv[1], "here", (char *)0);
			return wait(0) != pid;
		}
	END
	# The command,
	"$dialtrace" -f json -o "$tmp/json" -- sh -c "sleep 0.8 & echo \$\$ >$tmp/pid" &
	tracer=$!
	started+=("$tracer")
	until_true test -s "$tmp/pid" && pid=$(cat "$tmp/pid") && until_true gone "$pid" || return
	until_true "$tmp/again" "$pid" || return
	wait "$tracer"
	is "exit status" 0 $? && has_not "$tmp/json" 'again' || return
	# and what was attached to.
	rm -f "$tmp/json"
	sh -c "until [ -s $tmp/json ]; do sleep 0.1; done; sleep 2 &" &
	pid=$!
	"$dialtrace" --all -f json -o "$tmp/json" -p "$pid" &
	tracer=$!
	started+=("$tracer")
	wait "$pid"
	"$tmp/again" "$pid" && kill -0 "$tracer" || return
	wait "$tracer"
	is "exit status" 0 $? && has "$tmp/json" exit wait4 && has_not "$tmp/json" 'again'
}

# The first thread ends, the others go on: what the process has entered and registered
# is known as before.
test_first_thread() {
	compile first -pthread <<-'END' || return
		#include <pthread.h>
		#include <sys/epoll.h>
		#include <unistd.h>
		static int e, p[2];
		static void *run(void *main_thread)
		{
			struct epoll_event ev;
			pthread_join(*(pthread_t *)main_thread, 0);
			usleep(50000);
			return epoll_wait(e, &ev, 1, 0), (void *)0;
		}
		int main(void)
		{
			static pthread_t t, self;
			struct epoll_event ev = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = &t}};
			self = pthread_self();
			pipe(p);
			e = epoll_create1(0);
			epoll_ctl(e, EPOLL_CTL_ADD, p[1], &ev);
			pthread_create(&t, 0, run, &self);
			pthread_exit(0);
		}
	END
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$tmp/first"
	is "exit status" 0 $? && has "$tmp/json" 'epoll_wait\(5, \[\{EPOLLOUT, pollDesc of fd 4\}\]'
}

# Inode numbers are a file system's own: another program with the probed one's has no
# goroutines.
test_same_inode() {
	compile probed -static <<-'END' || return
		#include <unistd.h>
		__thread void *volatile runtime_tls_g;
		int main(int argc, char **argv)
		{
			runtime_tls_g = argv;
			return execl(argv[1], argv[1], (char *)0);
		}
	END
	# Something is where the other has its g.
	compile stranger -static <<-'END' || return
		#include <unistd.h>
		static long words[64];
		__thread void *volatile it = words;
		int main(void) { return it != words || write(1, "stranger", 8) != 8; }
	END
	mkdir "$tmp/one" "$tmp/two"
	# shellcheck disable=SC2016 # for the inner shell
	timeout "$patience" unshare -m sh -c 'cd "$0" && mount -t tmpfs none one && mount -t tmpfs none two &&
		cp probed one && cp stranger two && stat -c %i one/probed two/stranger >inodes &&
		exec "$@" one/probed two/stranger' "$tmp" "$dialtrace" -f json -o "$tmp/json" --
	is "exit status" 0 $? && is "inode numbers" 1 "$(sort -u "$tmp/inodes" | wc -l)" &&
		is "goroutines" false "$(jq 'select(.syscall == "write") | .has_g' "$tmp/json")"
}

# It has ended before we come.
test_attach_without_first() {
	local pid tracer
	compile rest -pthread <<-'END' || return
		#include <pthread.h>
		#include <unistd.h>
		static void *run(void *arg)
		{
			for (int i = 0; i < 300; i++) {
				close(-7);
				usleep(20000);
			}
			return arg;
		}
		int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); pthread_exit(0); }
	END
	"$tmp/rest" &
	pid=$!
	started+=("$pid")
	until_true gone "$pid" || return # a zombie, but for its thread
	rm -f "$tmp/json"
	"$dialtrace" -f json -o "$tmp/json" -p "$pid" &
	tracer=$!
	started+=("$tracer")
	until_true grep -qsF 'close(-7)' "$tmp/json" || return
	kill -TERM "$tracer"
	wait "$tracer"
	is "exit status" 0 $?
}

# Lengths behind pointers: at the very end of what is mapped, nowhere, and longer than
# what a record takes along; and a datagram longer than its buffer.
test_lengths() {
	compile lengths <<-'END' || return
		#define _GNU_SOURCE
		#include <netinet/in.h>
		#include <netinet/tcp.h>
		#include <stdlib.h>
		#include <sys/mman.h>
		#include <sys/socket.h>
		#include <unistd.h>
		int main(void)
		{
			char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), a[1024], b[8] = "........";
			socklen_t *len = (void *)(page + 4096 - sizeof(*len));
			int s = socket(AF_INET, SOCK_STREAM, 0), d[2];
			munmap(page + 4096, 4096);
			*len = 128; getsockname(s, (void *)a, len);
			*len = -1; getsockname(s, (void *)a, len);
			getsockname(s, (void *)1, (void *)1);
			*len = 8; getsockopt(s, SOL_SOCKET, SO_TYPE, a, len);
			*len = 200; getsockopt(s, SOL_TCP, TCP_CONGESTION, a, len);
			*len = 1000; getsockopt(s, SOL_TCP, TCP_INFO, a, len);
			socketpair(AF_UNIX, SOCK_DGRAM, 0, d);
			write(d[0], "0123456789", 10);
			recv(d[1], b, 4, MSG_TRUNC);
			struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
			int u = socket(AF_INET, SOCK_DGRAM, 0);
			bind(u, (void *)&in, sizeof(in));
			*len = sizeof(in); getsockname(u, (void *)&in, len);
			sendto(u, "0123456789012345678901234567890123456789", 40, 0, (void *)&in, sizeof(in));
			*len = 128; recvfrom(u, a, sizeof(a), 0, (void *)(a + 256), len);
			sendto(u, "", 0, 0, (void *)&in, sizeof(in));
			*len = 2; recvfrom(u, a, sizeof(a), 0, (void *)(a + 256), len);
			sendto(u, "x", 1, 0, (void *)1, sizeof(in));
			recvfrom(u, a, sizeof(a), MSG_DONTWAIT, (void *)(a + 256), len);
			connect(s, (void *)a, -1);
			setsockopt(s, SOL_SOCKET, SO_DEBUG, a, -1);
			return 0;
		}
	END
	timeout "$patience" "$dialtrace" -f json -o "$tmp/json" -- "$tmp/lengths"
	is "exit status" 0 $? && jq -r 'select(.syscall != null and
		(.syscall | test("get|recv|sendto|connect|setsock"))) | .text' "$tmp/json" |
		sed -E 's/0x[0-9a-f]{6,}/PTR/g; s/127\.0\.0\.1:[0-9]+/ADDR/; s/CONGESTION, "[a-z]*\\0[^"]*"/CONGESTION, NAME/
			s/INFO, "[^"]*"\.\.\., \[1000 => [0-9]{3}]/INFO, STRUCT, [1000 => N]/' >"$tmp/out"
	diff -u - "$tmp/out" <<-'END'
		getsockname(3, {AF_INET, 0.0.0.0:0}, [128 => 16]) = 0
		getsockname(3, PTR, [-1]) = EINVAL
		getsockname(3, 0x1, 0x1) = EFAULT
		getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [8 => 4]) = 0
		getsockopt(3, SOL_TCP, TCP_CONGESTION, NAME, [200 => 16]) = 0
		getsockopt(3, SOL_TCP, TCP_INFO, STRUCT, [1000 => N]) = 0
		recvfrom(5, "0123", 4, MSG_TRUNC, NULL, NULL) = 10
		getsockname(6, {AF_INET, ADDR}, [16]) = 0
		sendto(6, "01234567890123456789012345678901"..., 40, 0, {AF_INET, ADDR}, 16) = 40
		recvfrom(6, "01234567890123456789012345678901"..., 1024, 0, {AF_INET, ADDR}, [128 => 16]) = 40
		sendto(6, "", 0, 0, {AF_INET, ADDR}, 16) = 0
		recvfrom(6, "", 1024, 0, {sa_family=AF_INET, …}, [2 => 16]) = 0
		sendto(6, "x", 1, 0, 0x1, 16) = EFAULT
		recvfrom(6, PTR, 1024, MSG_DONTWAIT, PTR, [16]) = EAGAIN
		connect(3, PTR, -1) = EINVAL
		setsockopt(3, SOL_SOCKET, SO_DEBUG, PTR, -1) = EINVAL
	END
}

# --- The step table and the port ---

test_symbols() {
	local wrong
	nm "$dial" | awk '{ print $3, $1, $2 }' >"$tmp/nm"
	# The table's functions, from its source: {…, .func = "…"}
	grep -oE '\.(func|alias|under) = "[^"]+"' src/dialtrace/steps.c | cut -d'"' -f2 | sort -u |
		while read -r name; do
			symbol=$(sed -e 's/[(*)]//g' -e 's/\./_/g' <<<"$name")
			grep -qE "^$symbol [0-9a-f]+ [Tt]\$" "$tmp/nm" || echo "$name: no $symbol"
		done >"$tmp/wrong"
	is "not in the port" "" "$(cat "$tmp/wrong")" || return
	is "enough" yes "$([ "$(grep -cE '\.func = ' src/dialtrace/steps.c)" -gt 60 ] && echo yes)" || return
	# All of them are probed.
	timeout "$patience" "$dialtrace" -o "$tmp/out" -- "$dial" 2>/dev/null
	is "functions probed" "$(grep -vE '\.syscall = ' src/dialtrace/steps.c |
		grep -oE '\.func = "[^"]+"' | sort -u | wc -l)" \
		"$(sed -nE '1s/.*· ([0-9]+) functions.*/\1/p' "$tmp/out")"
}

# --- ---

needs_tracing "live tests"
if ! command -v jq >/dev/null; then
	skip "live tests" "no jq"
	exit $failed
fi

t "the tree, as on Linux 2.6.26" test_tree 2.6.26 0 --kernel=2.6.26 --check --
t "the tree, native" test_tree native 0 --check --
t "the tree, refused" test_tree_refused
if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
	t "IPv6" test_ipv6
else
	skip "IPv6" "the loopback interface has none"
fi
if [ "$(uname -m)" = x86_64 ]; then
	t "system calls as Go 1.7.4's: dial" test_golden dial
	t "system calls as Go 1.7.4's: oldkernel" test_golden oldkernel --kernel=2.6.26
	t "system calls as Go 1.7.4's: refused" test_golden_refused
else
	echo "skip - system calls as Go 1.7.4's: the golden files were made on x86_64"
fi
if command -v strace >/dev/null && strace -q -o /dev/null true 2>/dev/null; then
	t "system calls as strace shows them" test_strace
	t "system calls as strace shows them, as on Linux 2.6.26" test_strace --kernel=2.6.26
else
	skip "system calls as strace shows them" "no strace, or it may not trace"
fi
t "a call that blocks shows while it does" test_blocked
t "what the old kernel refuses is marked" test_refused_marked
t "threads are followed" test_threads
t "forks are followed" test_forks
t "exec is followed" test_exec
t "exec in a thread is followed" test_exec_in_thread
t "attach to a dial that waits" test_attach
t "attach to a server, and detach" test_attach_server
t "attach to a process that sleeps" test_attach_idle
t "attach to a process that never rests" test_attach_busy
t "--all shows all" test_all
t "--color" test_color
t "text output" test_text
t "text output fits the window" test_text_width
t "how long a call slept, or took" test_durations
t "no list for who does not dial" test_no_checklist
t "--check of a program that is not the port" test_check_stranger
t "exit statuses" test_statuses
t "killed, it leaves the command alone" test_killed
t "killed, it leaves the dial alone" test_killed_dial
t "two at once" test_two_at_once
t "others are not traced" test_bystander
t "programs behave as untraced" test_same
t "a reader that keeps up loses nothing" test_nothing_lost
t "a slow reader: JSON" test_slow_reader json
t "a slow reader: text" test_slow_reader text
t "a reader that goes away" test_reader_gone
t "threads and processes that come and go" test_churn
if unshare -fp --mount-proc true 2>/dev/null; then
	t "inside a PID namespace" test_pid_namespace
	t "attach to what is inside a PID namespace" test_attach_namespace
else
	skip "inside a PID namespace" "none can be made here"
fi
t "a process number used again" test_number_reused
t "the first thread ends before the others" test_first_thread
t "attach to a process whose first thread has ended" test_attach_without_first
if unshare -m true 2>/dev/null; then
	t "another program with the inode number of the probed one" test_same_inode
else
	skip "another program with the inode number of the probed one" "no mount namespace can be made here"
fi
t "lengths behind pointers" test_lengths
t "the step table's functions are the port's" test_symbols
exit $failed
