#!/bin/bash
# dialtrace replay --step, as a user has it: keys typed into a terminal (tmux), and what
# is on the screen then. Needs neither root nor eBPF.
#
#   tests/test_step.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
recording=$PWD/walkthrough/recordings/dial-2.6.26.ndjson
# shellcheck source=tests/terminal.sh
. tests/terminal.sh

# step [ARGUMENT...]: starts step mode from the shell, in 80 columns if there is none yet.
step() {
	terminal has-session 2>/dev/null || shell 80 24 || return
	keys "clear; '$B/dialtrace' replay --step $*" Enter
}

# --- Keys ---

test_stop() {
	step "$recording" || return
	sees '^ dial-2\.6\.26\.ndjson · build/dial · Linux .* as 2\.6\.26 +1 of 93' '▶ 8\.1 +runtime\.findrunnable' \
		'space next  b back  n step  c continue  / search  s source  \? help  q quit' || return
	keys / 3.7 Enter
	sees '25 of 93' '^ g1 m0$' '^   1\.1 +net\.DialTCP\(net="tcp", raddr=127\.0\.0\.1:[0-9]+\)$' \
		'^   3\.6  +net\.\(\*netFD\)\.connect$' \
		'^ ▶ 3\.7  +connect\(3, \{AF_INET, .*\}, 16\) = EINPROGRESS$' \
		'^ time +[0-9.]+ ms, [0-9.]+ ms after' '^ result +EINPROGRESS, took 0\.[0-9]+ ms$' \
		'^ step +3\.7  before fd\.init; EINPROGRESS' '^ chapter +3 ' &&
		is "marks" 1 "$(grep -c ▶ "$tmp/screen")"
}

test_next_back() {
	step "$recording"
	sees '^.* 1 of 93'
	keys Space && sees ' 2 of 93' && keys Enter && sees ' 3 of 93' && keys Right && sees ' 4 of 93' || return
	keys b && sees ' 3 of 93' && keys BSpace && sees ' 2 of 93' && keys Left && sees ' 1 of 93' || return
	keys b && sees ' 1 of 93' '^ this is the first stop' || return
	keys End && sees '93 of 93' && keys Space && sees '93 of 93' '^ this is the last stop$' || return
	keys Home && sees ' 1 of 93' && lacks 'last stop' && keys G && sees '93 of 93' && keys g && sees ' 1 of 93'
}

# Past the second socket, fcntl and findrunnable, whose steps have come before.
test_new_step() {
	step "$recording"
	keys / 'EINVAL' Enter && sees '▶ 2\.2 ' 'EINVAL, as Linux 2\.6\.26 answers' || return
	keys n && sees '▶ 2\.3 ' || return
	keys G && sees '93 of 93' && keys n && sees '93 of 93' '^ no other step comes after'
}

test_search() {
	step "$recording"
	keys / && sees '^ search for a step or a text: ' || return
	keys 8.x BSpace 3 && sees '^ search .*: 8\.3' && keys Enter && sees '▶ 8\.3 .*epoll_wait\(4, \[\{EPOLLOUT' || return
	keys / Enter && sees '▶ 8\.3 .*epoll_wait\(4, \[\], 128, 0\) = 0' || return
	keys / NEWTCPCONN Enter && sees '▶ 9\.4 ' '^ the search went on from the first line' || return
	keys / 'no such thing' Enter && sees '▶ 9\.4 ' '^ not found' || return
	# Keys are letters while one types.
	keys / q Escape && sees '▶ 9\.4 ' 'q quit' && lacks 'search for'
}

test_modes() {
	step --step=calls "$recording"
	keys / 'favorite' Enter && sees '▶ 1\.5 ' '^ result +entered' || return
	keys Space && sees '▶ 1\.6 ' && keys Space && sees '▶ 2\.1 ' && keys Space && sees '▶ 2\.3 ' && keys q && ended 0 || return
	step --step=syscalls "$recording"
	sees '▶ 2\.2 ' 'EINVAL, as' && keys Space && sees '▶ 2\.2 .* = 3' && keys Space && sees '▶ 2\.4 ' && keys q && ended 0 || return
	step --step=steps "$recording"
	sees '▶ 8\.1 ' && keys / EINVAL Enter Space && sees '▶ 2\.3 '
}

test_help() {
	step "$recording"
	keys '?' && sees '^ space, Enter, → +next stop' '^ s +show the source' '^ q +quit' || return
	keys q && sees '▶ 8\.1 ' # which ended the help only
}

# A recording of a futex that thread 1 of goroutines sleeps in, of what goroutine 5 does
# after 2.5 ms, and of the futex's end after 20 s.
asleep() {
	head -n 1 "$recording"
	printf '{"t":%s,"pid":1,"tid":1,"g":0,"m":1,"has_g":true,"type":"%s","func":null,"depth":0,"step":null,"syscall":"futex","nr":202,"args":[0,0,0,0,0,0],"text":"futex(…)%s"%s}\n' \
		1000000 enter "" "" 20001000000 exit " = 0" ',"dur":20000000000,"ret":0,"errno":null,"refused":false,"slept":true' >"$tmp/futex"
	head -n 1 "$tmp/futex"
	echo '{"t":3500000,"pid":1,"tid":2,"g":5,"m":0,"has_g":true,"type":"call","func":"main.f","depth":0,"step":null,"alias":null,"text":"main.f"}'
	tail -n 1 "$tmp/futex"
	tail -n 1 "$recording"
}

test_blocked() {
	asleep >"$tmp/asleep"
	step "$tmp/asleep"
	sees '▶ +futex' '^ result +waiting, for 0\.000 ms now' && lacks '^ waiting' && keys Space || return
	sees '^ g5 m0' '▶ +main\.f' '^ step +none' '^ waiting +g0 m1  futex\(…\)  for 2\.500 ms' && keys Space &&
		sees '▶ +futex.* = 0' '^ result +0, slept 20000\.000 ms' && lacks '^ waiting'
}

# In its own timing, while what sleeps is seen to.
test_continue() {
	local now
	asleep >"$tmp/asleep"
	step "$tmp/asleep"
	keys c && sees '▶ +main\.f' 'p pause' '^ waiting .* for [1-9][0-9]{2,}\.[0-9]+ ms' && keys p && sees 'c continue' || return
	now=$(grep '^ waiting' "$tmp/screen")
	sleep 0.5
	sees '▶ +main\.f' && is "while paused" "$now" "$(grep '^ waiting' "$tmp/screen")" || return
	keys q && ended 0 || return
	step --speed=10 "$tmp/asleep"
	keys c && sees '▶ +futex.* = 0' '^ this is the last stop$' 'c continue' && keys q && ended 0 || return
	step --idle=0.1 "$tmp/asleep"
	keys c && sees '▶ +futex.* = 0' '^ this is the last stop$'
}

# --- The source ---

test_source() {
	shell 140 40 || return
	step --source "$recording"
	keys / 7.3 Enter
	sees '│ src/runtime/netpoll\.c:[0-9]+ · in Go: runtime/netpoll\.go' '│ static bool runtime_netpollblock\(' '▶ 7\.3 ' || return
	keys s && sees '▶ 7\.3 ' && lacks 'static bool' && keys s && sees 'static bool' || return
	# Below, where there is no room beside. The call is in it, however long the function.
	terminal resize-window -x 80 -y 24
	sees '▶ 7\.3 ' '^ src/runtime/netpoll\.c' '^ static bool' && lacks '│' || return
	keys / 3.7 Enter && sees '▶ 3\.7 ' '^ src/net/fd_unix\.c' 'net_connectFunc\('
}

# Where the repository is not at hand.
test_no_source() {
	cp "$B/dialtrace" "$tmp/dialtrace"
	shell 80 24 || return
	keys "cd /; $tmp/dialtrace replay --step --source $recording" Enter
	sees '^ in Go: runtime/proc\.go' '^ start dialtrace in its repository to see the source' '^ chapter +8 of the walkthrough'
}

# A chapter that is there is named with its file.
test_chapter() {
	step "$recording"
	keys / 5.1 Enter && sees '▶ 5\.1 ' '^ chapter +5  walkthrough/05-epoll_create\.md$'
}

# --- The terminal ---

test_resize() {
	shell 120 40 || return
	step "$recording"
	keys / 3.2 Enter && sees '▶ 3\.2 ' || return
	local size
	for size in "80 24" "60 20" "40 12" "200 50"; do
		terminal resize-window -x "${size% *}" -y "${size#* }"
		sees '▶ 3\.2 ' '^ step +3\.2 ' '\? help' 'q quit$' || return
		# At the window's end: below what sees saw, in case that was before it grew.
		sleep 0.3
		is "rows" "${size#* }" "$(terminal capture-pane -p | grep -n 'q quit$' | cut -d : -f 1)" || return
	done
	terminal resize-window -x 20 -y 5
	sees '^the window is t' && terminal resize-window -x 80 -y 24 && sees '▶ 3\.2 ' && keys q && ended 0
}

started() { # ARGUMENT...
	shell 80 24 && settings "$tmp/before" && step "$@" && sees '▶' &&
		is "alternate screen, cursor" "1 0" "$(terminal display-message -p '#{alternate_on} #{cursor_flag}')"
}

test_quit() {
	started "$recording" && keys q && restored 0
}

test_interrupt() {
	started "$recording" && keys C-c && restored 130
}

test_terminate() { # SIGNAL STATUS
	started "$recording" && kill "-$1" "$(stepper)" && restored "$2"
}

# The shell gives the settings back; what is on the screen, nobody.
test_kill() {
	started "$recording" && kill -KILL "$(stepper)" && ended 137 && settings "$tmp/after" && cmp "$tmp/before" "$tmp/after"
}

test_suspend() {
	started "$recording" && keys Space && sees ' 2 of 93' && keys C-z && sees 'Stopped' || return
	keys clear Enter && settings "$tmp/after" && cmp "$tmp/before" "$tmp/after" || return
	terminal resize-window -x 90 -y 30
	keys fg Enter && sees ' 2 of 93' '▶' && keys Space && sees ' 3 of 93' && keys q && restored 0
}

# Continued after a stop that could not be seen to come.
test_stopped() {
	started "$recording" && kill -STOP "$(stepper)" && sees 'Stopped' || return
	keys fg Enter && sees ' 1 of 93' '▶' && keys Space && sees ' 2 of 93' && keys q && restored 0
}

test_no_terminal() {
	local term
	exits 125 "$B/dialtrace" replay --step "$recording" && is "message" "dialtrace: --step needs a terminal: to show on, and to read keys from" "$(cat "$tmp/err")" &&
		is "shown" "" "$(cat "$tmp/out")" || return
	shell 80 24 && keys "setsid -w '$B/dialtrace' replay --step '$recording'" Enter && sees 'needs a terminal' && ended 125 || return
	for term in none dumb; do
		keys "clear; TERM=$term '$B/dialtrace' replay --step '$recording'" Enter && sees 'cannot use this terminal' && ended 125 || return
	done
	# The recording may come through a pipe: keys come from the terminal.
	keys "clear; '$B/dialtrace' replay --step - <'$recording'" Enter && sees ' 1 of 93' && keys Space && sees ' 2 of 93' && keys q && ended 0
}

# --- Recordings that are not as they should be ---

test_truncated() {
	head -c 9000 "$recording" >"$tmp/cut"
	started "$tmp/cut" && keys G && sees ' ([0-9]+) of \1' && keys Space && sees 'the rest is missing' || return
	keys q && sees 'it ends without a summary: the rest is ' && restored 125
}

test_empty() {
	head -n 1 "$recording" >"$tmp/none"
	shell 80 24 && step "$tmp/none" && sees 'there is nothing in it to stop at' && ended 125 || return
	step /dev/null && sees 'it is empty' && ended 125
}

# Nothing from a file or its name reaches the terminal as it is.
test_hostile() {
	local name
	name=$tmp/$'x\033]2;owned\a'
	sed 's/net\.DialTCP(/net.DialTCP(\\u001b]2;owned\\u0007\\u001b[2J\\u009b/; 1s,build/dial,\\u001b[31mred,' "$recording" >"$name"
	mkdir "$tmp/hostile" && mv "$name" "$tmp/hostile" && shell 100 24 || return
	keys "clear; '$B/dialtrace' replay --step $tmp/hostile/*" Enter
	sees '^ x\\33\]2;owned\\7 · \\33\[31mred' && keys / DialTCP Enter &&
		sees '▶ 1\.1 +net\.DialTCP\(\\33\]2;owned\\7\\33\[2J' || return
	is "title" no "$(terminal display-message -p '#{pane_title}' | grep -q owned && echo yes || echo no)"
}

# A hundred thousand lines.
test_large() {
	{ head -n 1 "$recording"; for ((i = 0; i < 1100; i++)); do sed '1d;$d' "$recording"; done; tail -n 1 "$recording"; } >"$tmp/large"
	is "lines" 102300 "$(($(wc -l <"$tmp/large") - 2))" && shell 80 24 && step "$tmp/large" || return
	sees ' 1 of 102300' && keys G && sees '102300 of 102300' && keys b && sees '102299 of 102300' && keys g && sees ' 1 of 102300' && keys q && ended 0
}

test_usage() {
	local case message
	while IFS='|' read -r case message; do
		# shellcheck disable=SC2086 # options
		exits 125 "$B/dialtrace" replay $case "$recording" && is "message of $case" "dialtrace replay: $message" "$(head -n 1 "$tmp/err")" || return
	done <<-END
		--step=lines|--step cannot be 'lines', only calls, syscalls, steps or all
		--step --chrome=$tmp/x|--step goes neither with --chrome, --output nor --check
		--step -o $tmp/x|--step goes neither with --chrome, --output nor --check
		--step --check|--step goes neither with --chrome, --output nor --check
		--source|--source goes with --step only
	END
	[ ! -e "$tmp/x" ]
}

# --- ---

if ! command -v tmux >/dev/null; then
	skip "step mode" "no tmux"
	exit $failed
fi
on_terminal "a stop" test_stop
on_terminal "next, back, first, last" test_next_back
on_terminal "the next step" test_new_step
on_terminal "search" test_search
on_terminal "calls, system calls, steps" test_modes
on_terminal "help" test_help
on_terminal "continue and pause" test_continue
on_terminal "who sleeps" test_blocked
on_terminal "the source" test_source
on_terminal "the source is not at hand" test_no_source
on_terminal "the chapter" test_chapter
on_terminal "resized" test_resize
on_terminal "the terminal after q" test_quit
on_terminal "the terminal after ^C" test_interrupt
on_terminal "the terminal after SIGTERM" test_terminate TERM 143
on_terminal "the terminal after SIGHUP" test_terminate HUP 129
on_terminal "the terminal after SIGKILL" test_kill
on_terminal "the terminal while suspended" test_suspend
on_terminal "stopped and continued" test_stopped
on_terminal "without a terminal" test_no_terminal
on_terminal "a truncated recording" test_truncated
on_terminal "nothing to stop at" test_empty
on_terminal "a hostile recording" test_hostile
on_terminal "a large recording" test_large
on_terminal "usage errors" test_usage
exit $failed
