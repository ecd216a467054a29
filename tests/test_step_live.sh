#!/bin/bash
# dialtrace --step, as a user has it: keys typed into a terminal (tmux), what is on the screen
# then, and what has become of the process. Needs root and a kernel that permits eBPF; where it
# does not, the tests are skipped, unless CI is set.
#
#   tests/test_step_live.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=tests/terminal.sh
. tests/terminal.sh

# step ARGUMENT...: starts step mode from the shell. A dial's peer answers after $pause ms.
pause=500
step() {
	terminal has-session 2>/dev/null || shell 100 24 || return
	keys "clear; '$B/peer' -p $pause '$B/dialtrace' $*" Enter
}

# The process that is stepped through, a child of the tracer by its NAME.
traced() { # NAME
	pgrep -P "$(stepper)" -x "$1"
}

# All threads of a process stand still.
stands() { # PID
	local status
	for status in "/proc/$1/task"/*/status; do
		grep -q '^State:.T (stopped)' "$status" || return
	done
}

gone() { # PID...
	local pid
	for pid; do
		[ ! -e "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null || return
	done
}

# The tracer, what it has started, and nobody else.
family() {
	stepper
	pgrep -P "$(stepper)"
}

# The number of the line shown last.
number() {
	sed -nE '1s/.*, ([0-9]+) of .*/\1/p' "$tmp/screen"
}

# Goes on by a key, to the next stop; the process stands there. 1 if it has ended.
press() { # KEY PID
	local before
	before=$(number)
	keys "$1"
	until_true new_stop_or_end "$before" && until_true drawn || return
	if head -n 1 "$tmp/screen" | grep -q ' ended, '; then
		echo "ended before the stop came:"
		cat "$tmp/screen"
		return 1
	fi
	until_true stands "$2"
}

# The screen is what it was just before, not half of it another stop's.
drawn() {
	mv "$tmp/screen" "$tmp/screen.before"
	terminal capture-pane -p >"$tmp/screen"
	cmp -s "$tmp/screen.before" "$tmp/screen"
}

# Goes on until the screen shows a line.
go_to() { # PATTERN PID
	until grep -qE -e "$1" "$tmp/screen"; do
		press Space "$2" || return
	done
}

new_stop_or_end() { # OLD-NUMBER
	terminal capture-pane -p >"$tmp/screen"
	head -n 1 "$tmp/screen" | grep -q ' ended, ' && return
	head -n 1 "$tmp/screen" | grep -q ' stopped, ' && [ "$(number)" != "$1" ]
}

# --- Stops ---

test_stop() {
	local pid
	step --kernel=2.6.26 --step -- "$B/dial" ADDR
	sees '^ live · .*/dial · Linux .* as 2\.6\.26 +stopped, 1 of 1$' '▶ 8\.1 +runtime\.findrunnable' \
		'^ step +8\.1 ' '^ chapter +8 ' 'space next .* q quit' || return
	pid=$(traced dial)
	until_true stands "$pid" || return
	sleep 0.5
	sees 'stopped, 1 of 1$' && stands "$pid" || return
	press Space "$pid" && sees '▶ 8\.8 ' && press Enter "$pid" && sees '▶ 10\.1 ' && is "line" 3 "$(number)"
}

# Those of a dial without stops, in their order; but epoll_wait, since sysmon's may come first.
test_syscalls() {
	local pid seen=() line
	step --kernel=2.6.26 --step=syscalls -- "$B/dial" ADDR
	sees '▶ 2\.2 .*= EINVAL' '^ result +EINVAL, as Linux 2\.6\.26 answers' || return
	pid=$(traced dial)
	for ((i = 0; i < 100; i++)); do
		line=$(sed -nE 's/^ ▶ [0-9. ]*([a-z0-9_]+)\(.*/\1/p' "$tmp/screen")
		[ "$line" = epoll_wait ] || seen+=("$line")
		press Space "$pid" || break
	done
	sees ' ended, ' '^ the program has ended$' && is "calls" \
		"socket socket fcntl fcntl fcntl setsockopt connect epoll_create1 epoll_create fcntl epoll_ctl getsockopt getsockname getpeername setsockopt write read read epoll_ctl close" \
		"${seen[*]}" && keys q && ended 0
}

test_calls() {
	local pid
	step --kernel=2.6.26 --step=calls -- "$B/dial" ADDR
	sees '▶ 8\.1 ' || return
	pid=$(traced dial)
	for ((i = 0; i < 8; i++)); do
		press Space "$pid" && sees '^ result +entered' || return
	done
}

test_steps() {
	local pid
	step --kernel=2.6.26 --step=steps -- "$B/dial" ADDR
	sees '▶ 8\.1 ' || return
	pid=$(traced dial)
	# The next ones' first times, and never one twice.
	for ((i = 0; i < 150; i++)); do
		sed -nE 's/^ ▶ ([0-9]+\.[0-9]+).*/\1/p' "$tmp/screen" >>"$tmp/steps"
		press Space "$pid" || break
	done
	sees ' ended, ' && is "twice" "" "$(sort "$tmp/steps" | uniq -d)" || return
	[ "$(wc -l <"$tmp/steps")" -gt 40 ] && grep -qx 11.10 "$tmp/steps" && grep -qx 8.3 "$tmp/steps"
}

# Only where it comes first, whatever the mode.
test_next_step() {
	local pid
	step --kernel=2.6.26 --step -- "$B/dial" ADDR
	sees '▶ 8\.1 ' || return
	pid=$(traced dial)
	for ((i = 0; i < 12; i++)); do
		press n "$pid" && sees '▶' || return
		sed -nE 's/^ ▶ ([0-9]+\.[0-9]+).*/\1/p' "$tmp/screen" >>"$tmp/next"
	done
	is "twice" "" "$(sort "$tmp/next" | uniq -d)" && is "steps" 12 "$(wc -l <"$tmp/next")"
}

# It waits while the program stands still, and is seen to while it waits.
test_blocked() {
	local pid now gone_on='' pause=3000
	step --kernel=2.6.26 --step=syscalls -- "$B/dial" ADDR
	sees '▶ 2\.2 ' && pid=$(traced dial) || return
	go_to '▶ 9\.10 .*EAGAIN' "$pid" || return
	sleep 1 # The peer does not answer meanwhile.
	until_true waits || return
	sees ' running, ' '▶ 8\.3 +epoll_wait\(4, …, 128, -1\)' '^ result +waiting, for [0-9.]+ ms now' 'p pause' || return
	now=$(grep '^ result' "$tmp/screen")
	until_true changed "$now" || return
	! stands "$pid" || { echo "it stands while it waits"; cat "$tmp/screen"; return 1; }
	sees ' stopped, ' '▶ 8\.3 .*128, -1\) = 1' '^ result +1, slept [0-9]{4,}\.' && until_true stands "$pid"
}

# It sleeps in epoll_wait, and goes on from any stop before: at the scheduler's look, and at
# sysmon's, which may come at the same time and hide the other. gone_on is the last of them.
waits() {
	terminal capture-pane -p >"$tmp/screen"
	grep -q ' running, ' "$tmp/screen" && grep -q '▶ 8\.3 .*128, -1' "$tmp/screen" && return
	if grep -q ' stopped, ' "$tmp/screen" && [ "$(number)" != "$gone_on" ]; then
		gone_on=$(number)
		keys Space
	fi
	return 1
}

changed() { # RESULT
	terminal capture-pane -p >"$tmp/screen"
	[ "$(grep '^ result' "$tmp/screen")" != "$1" ] && grep -q '^ result .*waiting, for' "$tmp/screen"
}

# --- Going on ---

test_back() {
	local pid
	step --kernel=2.6.26 --step -- "$B/dial" ADDR
	sees ' 1 of 1$' && pid=$(traced dial) || return
	press Space "$pid" && press Space "$pid" && sees ' stopped, 3 of 3$' '▶ 10\.1 ' || return
	keys b && sees ' stopped, 2 of 3$' '▶ 8\.8 ' && keys g && sees ' 1 of 3$' && keys b && sees '^ this is the first stop' || return
	keys / 10.1 Enter && sees ' 3 of 3$' '▶ 10\.1' && keys g && sees ' 1 of 3$' && keys Space && sees ' 2 of 3$' && keys Space && sees ' 3 of 3$' || return
	stands "$pid" && press Space "$pid" && sees ' 4 of 4$'
}

test_continue() {
	step --kernel=2.6.26 --step=steps -- "$B/dial" ADDR
	sees '▶ 8\.1 ' && keys c && sees ' ended, ' '^ the program has ended$' '▶ 11\.10 ' && keys c && sees 'has ended' || return
	keys g && sees '▶ 8\.1 ' && keys Space && sees '▶ 8\.8 ' && keys q && sees "^article: 36 of 36 steps seen, in order" && ended 0
}

test_pause() {
	local pid
	step --step=syscalls -- "$B/dial" ADDR
	sees '▶ 2\.2 ' && pid=$(traced dial) && keys c && sees ' running, ' '128, -1' && keys p || return
	sees ' stopped, ' '▶ 8\.3 .*= 1$' && until_true stands "$pid"
}

test_help() {
	step --step -- "$B/dial" ADDR
	sees '▶' && keys '?' && sees '^ c +continue, without stops' '^ q +quit: the program goes on' && keys x && sees '▶'
}

# --- The end ---

printer='echo one; echo two >&2; echo status $?'

test_output() {
	local pid
	step --step=syscalls -- sh -c "\"echo one; printf '\\\\033[31mred\\\\n' >&2; echo three; exit 3\""
	sees '▶' && pid=$(traced sh) && go_to '^ output +\\33\[31mred$' "$pid" && lacks '^one$' && keys c && sees '^ output +three$' 'ended with status 3' || return
	keys q && ended 3 && sees '^one$' '^three$'
}

test_quit() {
	shell 100 24 && settings "$tmp/before" && step --step=syscalls -- sh -c "\"$printer; exit 4\"" && sees '▶' || return
	keys q && sees '^one$' '^two$' '^status 0$' && restored 4
}

# The dial goes on to its end by itself. How much was seen of it is told.
test_quit_dial() {
	step --step -- "$B/dial" ADDR && sees '▶' && keys q && sees '^[0-9]+ events, 0 lost' && ended 0
}

test_signal() { # KEY-OR-SIGNAL STATUS
	local pids
	shell 100 24 && settings "$tmp/before" && step --step -- "$B/dial" ADDR && sees '▶' || return
	mapfile -t pids < <(family; pgrep -f "^$B/peer ")
	is "processes" 4 ${#pids[@]} || return # the tracer, dial, the guard, and the peer's other end
	if [ "$1" = C-c ]; then
		keys C-c
	else
		kill "-$1" "$(stepper)"
	fi
	restored "$2" && until_true gone "${pids[@]}"
}

# It goes on when the tracer is killed, and nothing is left.
test_kill() {
	local pids
	shell 100 24 && settings "$tmp/before" || return
	step --step=syscalls -- sh -c "\"$printer; : >$tmp/went-on\"" && sees '▶' || return
	until_true stands "$(traced sh)" || return
	mapfile -t pids < <(family)
	kill -KILL "$(stepper)"
	ended 137 && settings "$tmp/after" && cmp "$tmp/before" "$tmp/after" || return
	until_true gone "${pids[@]}" && [ -e "$tmp/went-on" ]
}

test_kill_goes_on() {
	local pid
	step --step -- "$B/dial" ADDR && sees '▶' && pid=$(traced dial) && until_true stands "$pid" || return
	kill -KILL "$(stepper)"
	ended 137 && until_true gone "$pid"
}

# Killed while it stops it and lets it go.
test_kill_busy() {
	local pids
	step --step=syscalls -- dd if=/dev/zero of=/dev/null bs=1 count=300000 && sees '▶' || return
	mapfile -t pids < <(family)
	keys Space Space c p c p Space && kill -KILL "$(stepper)" && ended 137 && until_true gone "${pids[@]}"
}

# Whoever kills it while it stands is shown.
test_killed() {
	local pids
	step --step -- "$B/dial" ADDR && sees '▶' || return
	mapfile -t pids < <(family)
	kill -KILL "$(traced dial)"
	sees ' ended, ' 'ended by SIGKILL' && keys Space && sees 'ended by SIGKILL' && keys q && ended 137 && until_true gone "${pids[@]}"
}

# The process stands where it stood.
test_suspend() {
	local pid
	shell 100 24 && settings "$tmp/before" && step --step -- "$B/dial" ADDR && sees ' 1 of 1$' && pid=$(traced dial) || return
	keys C-z && sees 'Stopped' && keys clear Enter && settings "$tmp/after" && cmp "$tmp/before" "$tmp/after" && stands "$pid" || return
	keys fg Enter && sees ' stopped, 1 of 1$' '▶' && stands "$pid" && keys Space && sees ' 2 of 2$' && keys q && restored 0
}

test_hangup() {
	local pids
	step --step -- "$B/dial" ADDR && sees '▶' || return
	mapfile -t pids < <(family)
	terminal kill-server
	until_true gone "${pids[@]}"
}

# --- A running process ---

# start_echo: build/echo in the background, its number in $echo, its address in $address.
start_echo() {
	address=127.0.0.1:$((20000 + RANDOM % 20000))
	"$B/echo" "$address" >"$tmp/echo" 2>&1 &
	echo=$!
	started+=("$echo")
	until_true answers
}

answers() {
	[ "$(ask)" = hello ]
}

# What the server answers within a second.
ask() {
	timeout 1 bash -c "exec 3<>/dev/tcp/${address/://} && echo hello >&3 && head -n 1 <&3" 2>/dev/null
}

attach() {
	shell 100 24 && start_echo && step --step=syscalls -p "$echo" && sees ' running, 0 of 0$' || return
	ask
	sees ' stopped, ' '▶' && until_true stands "$echo"
}

test_attach() {
	attach && press Space "$echo" && press Space "$echo" && keys q && ended 0 && until_true answers
}

# Who has stopped it lets it go on.
test_attach_stopped() {
	shell 100 24 && start_echo && kill -STOP "$echo" && until_true stands "$echo" || return
	step --step=syscalls -p "$echo" && sees "process $echo is stopped: kill -CONT" && ended 125 && stands "$echo"
}

test_attach_signal() { # SIGNAL STATUS
	attach && kill "-$1" "$(stepper)" && ended "$2" && until_true answers
}

# --- Go ---

test_go() {
	local pid
	step --step=calls -- "$B/dial-go" ADDR
	sees '▶ ' '^ result +entered' && pid=$(traced dial-go) || return
	until grep -q '▶ 1\.1 ' "$tmp/screen"; do
		press n "$pid" || return
	done
	[ "$(sed -n 's/^Threads:.//p' "/proc/$pid/status")" -gt 1 ] && sees '▶ 1\.1 +net\.DialTCP\(net="tcp", raddr=127' || return
	for ((i = 0; i < 30; i++)); do
		press Space "$pid" || return
	done
	keys c && sees ' ended, ' '^ the program has ended$' && keys q && ended 0
}

test_go_syscalls() {
	local pid
	step --step=syscalls -- "$B/dial-go" ADDR
	sees '▶ ' && pid=$(traced dial-go) || return
	while press Space "$pid"; do
		sed -nE 's/^ ▶ [0-9. ]*([a-z0-9_]+)\(.*/\1/p' "$tmp/screen" >>"$tmp/calls"
	done
	sees ' ended, ' '^ the program has ended$' && keys q && ended 0 || return
	grep -qx connect "$tmp/calls" && grep -qx write "$tmp/calls" && grep -qx read "$tmp/calls"
}

# --- With other options ---

# What -o has is a recording like any other. Where the machine stalls, sysmon may poll before
# the dial does, and a step come too early: then it is made again.
test_output_file() {
	output_file || output_file || output_file
}

output_file() {
	step -f json -o "$tmp/json" --kernel=2.6.26 --check --step=steps -- "$B/dial" ADDR
	sees '▶ 8\.1 ' && keys Space && sees '▶ 8\.8 ' && keys c && sees ' ended, ' && keys q && ended 0 || return
	exits 0 "$B/dialtrace" replay --check "$tmp/json" && has "$tmp/out" '^article: 36 of 36 steps seen, in order'
}

# What cannot be shown is not begun.
test_terminal() {
	shell 100 24 && keys "TERM=none '$B/dialtrace' --step -- touch '$tmp/begun'" Enter &&
		sees 'cannot use this terminal: is TERM right' && ended 125 && [ ! -e "$tmp/begun" ]
}

test_not_found() {
	local pids
	shell 100 24 && keys "'$B/dialtrace' --step -- /nonexistent/x" Enter && sees 'cannot run' && ended 127 || return
	mapfile -t pids < <(pgrep -x dialtrace -f "$B/dialtrace")
	is "processes" 0 ${#pids[@]}
}

# Not all was seen.
test_check() {
	step --check --step=steps -- "$B/dial" ADDR
	sees '▶ 8\.1 ' && keys q && sees 'steps' && ended 125
}

test_usage() {
	local case message
	while IFS='|' read -r case message; do
		# shellcheck disable=SC2086 # options
		exits 125 "$B/dialtrace" $case -- true && is "message" "dialtrace: $message" "$(sed '1s,^.*/,,;1q' "$tmp/err")" || return
	done <<-END
		--step|--step needs a terminal: to show on, and to read keys from
		--step=lines|--step cannot be 'lines', only calls, syscalls, steps or all
		--step -f json|--step is shown on the terminal: give the JSON an --output of its own
		--source|--source goes with --step only
	END
}

# --- ---

needs_tracing "live step mode"
if ! command -v tmux >/dev/null; then
	skip "live step mode" "no tmux"
	exit $failed
fi
on_terminal "a stop" test_stop
on_terminal "each system call" test_syscalls
on_terminal "calls" test_calls
on_terminal "steps" test_steps
on_terminal "the next step" test_next_step
on_terminal "blocked" once_more test_blocked
on_terminal "back and forth" test_back
on_terminal "continue" test_continue
on_terminal "pause" test_pause
on_terminal "help" test_help
on_terminal "the program's output" test_output
on_terminal "q" test_quit
on_terminal "q, while it dials" test_quit_dial
on_terminal "^C" test_signal C-c 130
on_terminal "SIGTERM" test_signal TERM 143
on_terminal "SIGHUP" test_signal HUP 129
on_terminal "SIGKILL" test_kill
on_terminal "SIGKILL, and the dial goes on" test_kill_goes_on
on_terminal "SIGKILL, and stops come and go" test_kill_busy
on_terminal "the program is killed" test_killed
on_terminal "suspended" test_suspend
on_terminal "the terminal hangs up" test_hangup
on_terminal "attached" test_attach
on_terminal "attached to what is stopped" test_attach_stopped
on_terminal "attached, SIGTERM" test_attach_signal TERM 0
on_terminal "attached, SIGINT" test_attach_signal INT 0
on_terminal "attached, SIGKILL" test_attach_signal KILL 137
on_terminal "Go: calls" test_go
on_terminal "Go: system calls" test_go_syscalls
on_terminal "a recording" test_output_file
on_terminal "a check that fails" test_check
on_terminal "a terminal that is none" test_terminal
on_terminal "a command that is none" test_not_found
t "usage errors" test_usage
exit $failed
