#!/bin/bash
# dialtrace replay: the recordings beside real runs, its pace, its messages. Only the
# comparison with real runs needs root and eBPF.
#
#   tests/test_replay.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
dialtrace=$B/dialtrace peer=$B/peer
recordings=walkthrough/recordings
recording=$recordings/dial-2.6.26.ndjson

# replay STATUS OPTION...: into $tmp/out and $tmp/err
replay() {
	exits "$1" "$dialtrace" replay "${@:2}"
}

# --- The text ---

# Beside sysmon's thread, which runs beside the dial's, and what differs from run to
# run: times, ports, addresses, the kernel, and whether a call that is shown once slept.
normalise() {
	sed -E 's/\x1b\[([0-9]*)m/<\1>/g' "$1" |
		grep -vE ' m1  .*(10|8)\.|Linux [0-9.]+' |
		sed -E -e 's/^((<[0-9]*>)*) *[0-9]+\.[0-9]{3}  /\1T  /' -e 's/after [0-9.]+ ms/after N ms/' \
			-e 's/127\.0\.0\.1:[0-9]{2,}/127.0.0.1:PORT/' -e 's/0x[0-9a-f]{6,}/PTR/' \
			-e 's/[0-9]+ events/N events/' |
		grep -vE '(close|connect|write|epoll_ctl)\(.*waiting(<>)?$' |
		sed -E '/(close|connect|write|epoll_ctl)\(/s/<2>  after N ms<>$//'
}

# A run's text is another run's recording, replayed.
test_text() { # NAME OPTION...
	local name=$1
	shift
	for _ in 1 2 3; do
		timeout "$patience" "$peer" "$dialtrace" --check --color=always "$@" -o "$tmp/live" -- build/dial ADDR
		is "exit status" 0 $? || return
		grep -qE '10\.5 .* = [^0]' "$tmp/live" || break
	done
	replay 0 --check --color=always "$recordings/dial-$name.ndjson" || return
	normalise "$tmp/live" >"$tmp/expected"
	normalise "$tmp/out" >"$tmp/actual"
	diff -u --label live --label replayed "$tmp/expected" "$tmp/actual" &&
		is "lines" yes "$([ "$(wc -l <"$tmp/actual")" -gt 100 ] && echo yes)"
}

# The first line says where and what, as live.
test_header() {
	replay 0 "$recording" || return
	is "header" "dialtrace: Linux $(jq -r 'select(.type == "header") | .kernel' "$recording"), answering as 2.6.26 would · $(jq -r 'select(.type == "header") | .probes' "$recording") functions probed in build/dial" \
		"$(head -n 1 "$tmp/out")"
}

test_color() {
	replay 0 "$recording" && is "colours in a file" 0 "$(grep -c $'\033' "$tmp/out")" || return
	mv "$tmp/out" "$tmp/plain"
	replay 0 --color=always "$recording" && has "$tmp/out" $'\033\\[36m' || return
	sed 's/\x1b\[[0-9]*m//g' "$tmp/out" | diff -u "$tmp/plain" - || return
	timeout "$patience" script -qec "stty cols 100; $dialtrace replay --idle=0 $recording" /dev/null </dev/null | tr -d '\r' >"$tmp/tty"
	has "$tmp/tty" $'\033\\[36m' || return
	sed 's/\x1b\[[0-9]*m//g' "$tmp/tty" >"$tmp/stripped"
	is "lines wider than the window" "" "$(awk 'length($0) > 100' "$tmp/stripped")"
}

# In the container of a student: no root, no capability, no /sys.
test_no_rights() {
	mkdir -p "$tmp/student" && cp "$dialtrace" "$recording" "$tmp/student" && chmod -R a+rX "$tmp" || return
	timeout "$patience" "${as_nobody[@]}" --inh-caps=-all --bounding-set=-all \
		"$tmp/student/dialtrace" replay --check "$tmp/student/${recording##*/}" >"$tmp/out"
	is "exit status" 0 $? && has "$tmp/out" '^article: 36 of 36 steps seen, in order'
}

test_stdin() {
	replay 0 - <"$recording" && cp "$tmp/out" "$tmp/stdin" && replay 0 "$recording" &&
		cmp "$tmp/stdin" "$tmp/out" || return
	replay 0 -o "$tmp/file" "$recording" && cmp "$tmp/stdin" "$tmp/file" && is "also printed" "" "$(cat "$tmp/out")"
}

# What comes through a pipe is shown when it comes.
test_stream() {
	local n
	{ head -n 5 "$recording"; sleep 1; tail -n +6 "$recording"; } | "$dialtrace" replay - >"$tmp/stream" &
	sleep 0.5
	n=$(wc -l <"$tmp/stream")
	wait
	is "lines in time" 6 "$n" && replay 0 "$recording" && cmp "$tmp/stream" "$tmp/out"
}

# --- The pace ---

# took COMMAND...: milliseconds
took() {
	local start
	start=$(date +%s%N)
	"$@" >/dev/null || return
	echo $((($(date +%s%N) - start) / 1000000))
}

on_terminal() {
	timeout "$patience" script -qec "$dialtrace replay $*" /dev/null </dev/null
}

test_pace() {
	local ms slow=$tmp/slow
	# Half a second, mostly one wait.
	jq -c 'if .t then .t *= 10 else . end' "$recording" >"$slow"
	# From the first line to the last.
	ms=$(jq -n '[inputs.t // empty] | (.[-1] - .[0]) / 1000000 | floor' "$slow")
	within "recorded" "$ms" 490 1000 &&
		within "at once" "$(took "$dialtrace" replay "$slow")" 0 $((ms - 100)) &&
		within "on a terminal" "$(took on_terminal "$slow")" "$ms" $((ms + 900)) &&
		within "slowly" "$(took on_terminal --speed=0.5 "$slow")" $((2 * ms)) $((2 * ms + 900)) &&
		within "fast" "$(took on_terminal --speed=100 "$slow")" $((ms / 100)) $((ms - 100)) &&
		within "without long pauses" "$(took on_terminal --idle=0.1 "$slow")" 100 $((ms - 100)) &&
		within "slowly, without long pauses" "$(took on_terminal --speed=0.1 --idle=0.1 "$slow")" 100 $((10 * ms - 1000)) &&
		within "into a pipe, when asked for" "$(took "$dialtrace" replay --speed=0.5 "$slow")" $((2 * ms)) $((2 * ms + 900))
}

# --- What is no recording, or no whole one ---

test_truncated() {
	local n=40 lines
	# In the middle of a line: what precedes it is shown.
	{ head -n $((n - 1)) "$recording"; sed -n "${n}p" "$recording" | head -c 50; } >"$tmp/cut"
	replay 125 "$tmp/cut" && has "$tmp/err" "^dialtrace: $tmp/cut:$n: the line is no JSON: it breaks off$" \
		"^dialtrace: $tmp/cut:$n: it ends without a summary: the rest is missing$" || return
	# One line more than objects: the header takes two.
	is "lines shown" "$n" "$(wc -l <"$tmp/out")" || return
	lines=$(wc -l <"$tmp/out")
	head -n $((n - 1)) "$recording" >"$tmp/cut"
	replay 125 "$tmp/cut" && has "$tmp/err" "^dialtrace: $tmp/cut:$((n - 1)): it ends without a summary" &&
		is "lines shown" "$lines" "$(wc -l <"$tmp/out")"
}

test_damaged() {
	sed -e '20s/"depth":[0-9]*/"depth":"x"/' -e '30s/.*/{"type":"new"}/' "$recording" >"$tmp/damaged"
	replay 125 "$tmp/damaged" &&
		has "$tmp/err" ":20: the field \"depth\" is not a natural number" ':30: there is no type "new"$' &&
		is "messages" 2 "$(wc -l <"$tmp/err")" &&
		has "$tmp/out" '^[0-9]+ events, 0 lost|^article: ' || return
	# Many of them are counted.
	sed '20,60s/.*/?/' "$recording" >"$tmp/damaged"
	replay 125 "$tmp/damaged" && has "$tmp/err" ': 36 more lines that cannot be read' && is "messages" 6 "$(wc -l <"$tmp/err")"
}

test_foreign() {
	replay 125 /etc/passwd && has "$tmp/err" '^dialtrace: /etc/passwd:1: the line is no JSON: ' \
		'^dialtrace: /etc/passwd: this is no recording, which dialtrace --format=json makes' && is "shown" "" "$(cat "$tmp/out")" || return
	echo '{"name": "x"}' >"$tmp/json"
	replay 125 "$tmp/json" && has "$tmp/err" ':1: the field "type" is missing$' || return
	replay 125 "$dialtrace" && has "$tmp/err" ':1: ' || return
	replay 125 /dev/null && has "$tmp/err" 'it is empty$' || return
	replay 125 "$tmp/none" && has "$tmp/err" "^dialtrace: cannot read $tmp/none: No such file or directory$" || return
	replay 125 "$tmp" && has "$tmp/err" ':1: cannot read on: Is a directory$' || return
	replay 125 /dev/zero && has "$tmp/err" ':1: the line is too long$' || return
	replay 125 --html="$tmp/page" - - <"$recording" && has "$tmp/err" 'standard input is one recording, not two' || return
	# It overwrites nothing.
	echo mine >"$tmp/mine"
	replay 125 -o "$tmp/mine" /etc/passwd && replay 125 --chrome="$tmp/mine" /dev/null &&
		is "the file" mine "$(cat "$tmp/mine")"
}

test_joined() {
	cat "$recording" "$recording" >"$tmp/two"
	replay 125 "$tmp/two" && has "$tmp/err" ":$(($(wc -l <"$recording") + 1)): there is something after the summary$" || return
	{ head -n 9 "$recording"; cat "$recording"; } >"$tmp/two"
	replay 125 "$tmp/two" && has "$tmp/err" ':10: there is a second header' || return
	tail -n +2 "$recording" >"$tmp/headless"
	replay 125 "$tmp/headless" && has "$tmp/err" ':1: the header is missing$' && has "$tmp/out" 'net\.DialTCP'
}

# What the tracer says to itself, whoever wrote it.
test_hostile() {
	sed 's/net\.DialTCP(/net.DialTCP(\\u001b]0;owned\\u0007\\u001b[2J\\u009b/' "$recording" >"$tmp/hostile"
	replay 0 --color=never "$tmp/hostile" && has "$tmp/out" 'net\.DialTCP\(\\33\]0;owned\\7\\33\[2J' &&
		is "control characters" "" "$(LC_ALL=C grep -n $'[\001-\010\013-\037\177]' "$tmp/out")"
}

test_usage() {
	local case
	while IFS='|' read -r case message; do
		# shellcheck disable=SC2086 # options
		replay 125 $case && has "$tmp/err" "^dialtrace replay: $message" && is "shown" "" "$(cat "$tmp/out")" || return
	done <<-END
		|nothing to replay: give a recording, made with dialtrace --format=json, or - for standard input
		--speed=0 $recording|--speed wants a number from 0\\.1 to 100, not '0'
		--speed=101 $recording|--speed wants a number
		--speed=nan $recording|--speed wants a number
		--speed=1x $recording|--speed wants a number
		--idle=-1 $recording|--idle wants a number
		--check=1.99 $recording|--check wants steps such as 7\\.1-7\\.5,9\\.9, not '1\\.99'
		--color=red $recording|--color cannot be 'red', only auto, always or never
		--chrome=$tmp/x -o $tmp/y $recording|give either --chrome or --output, not both
		--nonsense $recording|unrecognized option
		$recording $recording|one recording at a time
	END
	replay 0 --help && has "$tmp/out" '^Usage: dialtrace replay \[OPTION\.\.\.\] FILE' '--speed=FACTOR'
}

# A command of that name can still be traced.
test_called_replay() {
	printf '#!/bin/sh\nexit 7\n' >"$tmp/replay"
	chmod +x "$tmp/replay"
	PATH=$tmp:$PATH timeout "$patience" "$dialtrace" -o /dev/null -- replay
	is "exit status" 7 $?
}

test_output() {
	cp "$recording" "$tmp/itself"
	replay 125 -o "$tmp/itself" "$tmp/itself" && has "$tmp/err" 'is the recording itself: it would be overwritten$' &&
		cmp "$recording" "$tmp/itself" || return
	replay 125 --chrome="$tmp/itself" - <"$tmp/itself" && cmp "$recording" "$tmp/itself" || return
	replay 125 -o "$tmp/none/x" "$recording" && has "$tmp/err" "cannot write $tmp/none/x: No such file" || return
	replay 125 -o /dev/full "$recording" && has "$tmp/err" 'cannot write /dev/full: No space left' || return
	timeout "$patience" "$dialtrace" replay --speed=0.1 "$recording" 2>"$tmp/err" | head -n 1 >"$tmp/out"
	is "exit status" 125 "${PIPESTATUS[0]}" && has "$tmp/err" 'cannot write the trace: Broken pipe'
}

# A part of a page or of a Chrome trace is not left behind.
test_no_room() {
	local option
	for option in --html --chrome; do
		(ulimit -f 4; exits 125 "$dialtrace" replay "$option=$tmp/part" "$recording") &&
			has "$tmp/err" "cannot write $tmp/part: File too large" || return
		[ ! -e "$tmp/part" ] || { echo "a part was left by $option"; return 1; }
	done
}

# More than there is memory for.
test_memory() {
	local line
	line=$(sed -n 2p "$recording")
	{ head -n 1 "$recording"; yes "$line" | head -n 100000; tail -n 1 "$recording"; } >"$tmp/big"
	for option in --html --chrome; do
		(ulimit -v 40000; "$B/dialtrace" replay "$option=/dev/null" "$tmp/big" >"$tmp/out" 2>"$tmp/err")
		is "exit status with $option" 125 $? && has "$tmp/err" '^dialtrace: out of memory' || return
	done
}

test_check() {
	grep -v '"step":"6.4"' "$recording" >"$tmp/without"
	replay 0 "$tmp/without" && replay 125 --check "$tmp/without" &&
		has "$tmp/err" "^dialtrace: --check: 35 of the article's 36 steps were seen: 6\.4 is missing$" && has "$tmp/out" '✗ 6\.4 ' || return
	replay 125 --check=1.1-1.6,9.4 "$recordings/refused.ndjson" && has "$tmp/err" "^dialtrace: --check: " || return
	# Another list, given or recorded.
	replay 0 --check=7.1-7.5,9.9 "$recording" && has "$tmp/out" '^checklist: 6 of 6 steps seen, in order' || return
	replay 125 --check=9.9,7.1 "$recording" && has "$tmp/err" ' 2 of the 2 steps were seen: 7\.1 came too early' || return
	sed '1s/"checklist":null/"checklist":"6.4,11.10"/' "$recording" >"$tmp/listed"
	replay 0 --check "$tmp/listed" && has "$tmp/out" '^checklist: 2 of 2 steps seen, in order' || return
	sed '1s/"checklist":null/"checklist":"x"/' "$recording" >"$tmp/listed"
	replay 125 "$tmp/listed" && has "$tmp/err" ':1: the field "checklist" is no list of steps$'
}

# --- The Chrome trace ---

# The arrows of a dial: what connect and Read waited for, and what they did then.
test_chrome() {
	replay 0 --chrome="$tmp/chrome" "$recording" && is "shown" "" "$(cat "$tmp/out")" && jq -e . "$tmp/chrome" >/dev/null || return
	is "tracks" "g1 m0 m1" "$(jq -r '.traceEvents[] | select(.name == "thread_name") | .args.name' "$tmp/chrome" | sort | xargs)" &&
		is "processes" build/dial "$(jq -r '.traceEvents[] | select(.name == "process_name") | .args.name' "$tmp/chrome")" || return
	is "arrows" "$(printf '%s\n' 'm0 runtime.netpollready, g1 getsockopt' 'm0 runtime.netpollready, g1 read')" \
		"$(jq -r '(.traceEvents | map(select(.name == "thread_name") | {key: "\(.tid)", value: .args.name}) | from_entries) as $names |
		[foreach .traceEvents[] as $e ({open: {}};
			"\($e.tid)" as $t |
			if $e.ph == "B" then .open[$t] += [$e.name] elif $e.ph == "E" then .open[$t] |= .[:-1] else . end;
			{e: $e, at: "\($names["\($e.tid)"]) \(.open["\($e.tid)"][-1])"})] |
		map(select(.e.ph == "s" or .e.ph == "f")) | group_by(.e.id)[] | map(.at) | join(", ")' "$tmp/chrome")" || return
	# As many slices as calls and system calls.
	is "slices" "$(jq -rn '[inputs | select(.type == "call" or .type == "exit" or (.type == "enter"))] |
		map(select((.type == "exit" and .slept) | not)) | length' "$recording")" \
		"$(jq '[.traceEvents[] | select(.ph == "B")] | length' "$tmp/chrome")" &&
		is "open at the end, of the goroutine and of sysmon" "runtime.main runtime.sysmon" \
			"$(jq -r 'reduce .traceEvents[] as $e ({};
				if $e.ph == "B" then .["\($e.tid)"] += [$e.name] elif $e.ph == "E" then .["\($e.tid)"] |= .[:-1] else . end) |
				.[][]' "$tmp/chrome" | grep -E 'runtime.(main|sysmon)' | sort | xargs)"
}

# What can be read of half a recording is a whole trace.
test_chrome_truncated() {
	head -c 9000 "$recording" >"$tmp/cut"
	replay 125 --chrome="$tmp/chrome" "$tmp/cut" && jq -e '.traceEvents | length > 20' "$tmp/chrome"
}

# --- The recordings ---

# What a recording says of each goroutine, one after the other: its steps, calls and
# system calls, with results.
goroutines() {
	jq -r 'select(.has_g and .g != 0 and .type != "enter") |
		"g\(.g) \(.type) \(.depth) \(.step) \(.refused) \(.errno) \(.text)"' "$1" |
		sort -s -k1,1 |
		sed -E -e 's/0x[0-9a-f]{6,}/PTR/g' -e 's/127\.0\.0\.1:[0-9]{2,}/127.0.0.1:PORT/g' |
		if [[ $1 = */bigwrite* ]]; then only_once; else cat; fi
}

# How many bytes a large write takes is the kernel's affair, so is how often it has to be
# tried, and whether the other side has had everything when it is asked: of these lines,
# the first of its kind, and none of the last read's.
only_once() {
	sed -E -e 's/(write.*), [0-9]{5,}\) = /\1, MANY) = /' -e 's/(MANY\) =) [0-9]+/\1 MANY/' \
		-e '/ net\.\(\*netFD\)\.Read/,/ net\.\(\*netFD\)\.Close/{/Read|Close/!d}' | awk '!seen[$0]++'
}

# The same of the scheduler on the first thread, where nothing runs beside it. How Go's own
# start is shared out among its threads differs: there it begins with the dial.
scheduler() {
	case $1 in
	*/dial-go.*) jq -r 'select(.func == "net.DialTCP" or (.has_g and .g == 0 and .m == 0 and .type != "enter")) |
		"\(.type) \(.depth) \(.step) \(.text)"' "$1" |
		sed -E -e '1,/net\.DialTCP/d' -e 's/NULL, [0-9]+\)/NULL, SIZE)/' ;;
	*/dial-*) jq -r 'select(.has_g and .g == 0 and .m == 0 and
		(.type != "enter" or .text == "epoll_wait(4, …, 128, -1)")) |
		"\(.type) \(.depth) \(.step) \(.text)"' "$1" ;;
	esac
}

same_run() { # NAME
	local what
	timeout 60 scripts/record "$tmp/recordings" "$1" || return
	for what in goroutines scheduler; do
		$what "$recordings/$1.ndjson" >"$tmp/expected"
		$what "$tmp/recordings/$1.ndjson" >"$tmp/actual"
		diff -u --label "$recordings/$1.ndjson" --label "a run" "$tmp/expected" "$tmp/actual" || return
	done
}

# Deadlines and pauses are milliseconds: a run on a machine that stalls is made again.
test_recording() { # NAME
	same_run "$1" || same_run "$1" || same_run "$1" || return
	goroutines "$recordings/$1.ndjson" >"$tmp/expected"
	is "lines" yes "$([ "$(wc -l <"$tmp/expected")" -gt 30 ] && echo yes)" &&
		is "fields" "$(fields "$recordings/$1.ndjson" "$tmp/recordings/$1.ndjson")" \
			"$(fields "$tmp/recordings/$1.ndjson" "$recordings/$1.ndjson")"
}

# The fields of each type in FILE that is in OTHER, too: a call may sleep in one run only.
fields() {
	jq -r '"\(.type) \(keys_unsorted)"' "$1" | grep -E "^($(jq -r .type "$2" | sort -u | paste -sd '|')) " | sort -u
}

test_recordings_whole() {
	local file
	for file in "$recordings"/*.ndjson; do
		echo "$file"
		replay 0 --check "$file" && replay 0 --chrome="$tmp/chrome" "$file" || return
		is "size of $file in kB, up to 200" yes "$([ "$(wc -c <"$file")" -lt 204800 ] && echo yes)" || return
	done
}

# --- ---

# What stands inside a function in a recording, that function calls, itself or through others:
# by the program's code. Two functions are called by pointers.
test_callers() {
	local name program
	for name in dial-2.6.26 refused listen deadline close bigwrite sysmon udp; do
		program=$B/${name%%-*}
		[ "$name" = refused ] && program=$B/dial
		{
			objdump -d --no-show-raw-insn "$program" | awk '
				/^[0-9a-f]+ <.*>:$/ { caller = substr($2, 2, length($2) - 3) }
				match($0, /(call|jmp) +[0-9a-f]+ <[^>+]+>/) {
					callee = substr($0, RSTART, RLENGTH)
					gsub(/.*<|>/, "", callee)
					print "edge", caller, callee
				}'
			echo edge sync_Once_Do net_runtime_pollServerInit
			echo edge runtime_timerproc runtime_netpolldeadlineimpl
			jq -r 'select(.type == "call") | "line \(.pid)/\(if .g == 0 then "\(.tid)" else "g\(.g)" end) \(.depth) \(.func | gsub("[(*)]"; "") | gsub("\\."; "_"))"' \
				"walkthrough/recordings/$name.ndjson"
		} | awk -v name="$name" '
			function reaches(from, to, seen,   queue, n, i, j, part, k) {
				queue[n = 1] = from
				for (i = 1; i <= n; i++) {
					k = split(callees[queue[i]], part, " ")
					for (j = 1; j <= k; j++) {
						if (part[j] == to)
							return 1
						if (!((from, part[j]) in visited)) {
							visited[from, part[j]] = 1
							queue[++n] = part[j]
						}
					}
				}
				return 0
			}
			$1 == "edge" { callees[$2] = callees[$2] " " $3; next }
			{
				stack[$2, $3] = $4
				delete visited
				if ($3 > 0 && !reaches(stack[$2, $3 - 1], $4)) {
					print name ": " $4 " stands in " stack[$2, $3 - 1] ", which does not call it"
					wrong = 1
				}
				pairs += $3 > 0
			}
			END { exit wrong || pairs < 20 }' || return
	done
}

if ! command -v jq >/dev/null; then
	skip "replay" "no jq"
	exit $failed
fi
t "callers" test_callers
t "the header" test_header
t "colours and width" test_color
t "without any rights" test_no_rights
t "standard input, and -o" test_stdin
t "through a pipe, as it comes" test_stream
t "the pace" test_pace
t "a truncated recording" test_truncated
t "a damaged recording" test_damaged
t "what is no recording" test_foreign
t "recordings joined, and without header" test_joined
t "a hostile recording" test_hostile
t "usage errors" test_usage
t "output that cannot be written" test_output
t "no room for a page" test_no_room
t "more than fits the memory" test_memory
t "--check" test_check
t "Chrome trace" test_chrome
t "Chrome trace of half a recording" test_chrome_truncated
t "the recordings are whole" test_recordings_whole

needs_tracing "recordings beside real runs"
t "a command called replay" test_called_replay
t "a run's text is a recording's: 2.6.26" test_text 2.6.26 --kernel=2.6.26
t "a run's text is a recording's: native" test_text native
for file in "$recordings"/*.ndjson; do
	name=$(basename "$file" .ndjson)
	go=$(head -n 1 "$file" | jq .go) # 19 is Go 1.19, 0 the port
	if [ "$go" != 0 ] && [ "$go" != "$(go env GOVERSION | cut -d . -f 2)" ]; then
		skip "a run is as recorded: $name" "recorded with Go 1.$go, here is $(go env GOVERSION)"
		continue
	fi
	t "a run is as recorded: $name" test_recording "$name"
done
exit $failed
