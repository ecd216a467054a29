#!/bin/bash
# The player's pages in headless Chromium, opened from their files as a teacher would:
# keys, links, what is shown at a step, two recordings, a hostile one, a very long one,
# and axe-core's rules.
#
#   tests/test_player.sh          B=DIRECTORY if not build
#   tests/test_player.sh -s DIR   and leaves screenshots in DIR, to be looked at
# shellcheck disable=SC2317,SC2016 # the tests are called through t; $ is JavaScript's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=tests/chromium.sh
. tests/chromium.sh
recordings=walkthrough/recordings

# render NAME FILE...: a page of recordings.
render() {
	timeout 60 "$B/dialtrace" replay --html="$tmp/$1.html" "${@:2}"
}

# show NAME[#STEP]
show() {
	open_page "file://$tmp/${1/\#/.html#}$([[ $1 = *\#* ]] || echo .html)"
}

# at: the event shown, from 1.
at() {
	js "document.getElementById('link').textContent"
}

semaphores() {
	js '[...document.querySelectorAll(".semaphore .value")].map(e => e.textContent.slice(1).trim()).join(" ")'
}

# number STEP: of its first event in the dial.
number() {
	jq -sr --arg step "$1" 'map(select(.t)) | map(.step) | index($step) + 1' "$recordings/dial-2.6.26.ndjson"
}

# --- one recording ---

test_steps() {
	show dial || return
	is "at first" "#e1" "$(at)" && is "length" "93" "$(js 'stops.length')" || return
	press ArrowRight && is "right" "#e2" "$(at)" || return
	press ArrowLeft && is "left" "#e1" "$(at)" || return
	press ArrowLeft && is "left of the first" "#e1" "$(at)" || return
	press PageDown && is "page down" "#e11" "$(at)" || return
	press End && is "end" "#e93" "$(at)" || return
	press ArrowRight && is "right of the last" "#e93" "$(at)" || return
	press Home && is "home" "#e1" "$(at)"
}

# From chapter to chapter there and back: the same places, in the other order.
test_chapters() {
	local there back
	show dial || return
	there=$(js 'const there = [here]; do KEYS["]"](); while (there.at(-1) !== here && there.push(here)); there.join()')
	back=$(js 'const back = []; go(stops.length - 1); do { KEYS["["](); back.unshift(here); } while (here); back.join()')
	[ "$(tr , '\n' <<<"$there" | wc -l)" -gt 10 ] || { echo "chapters: $there"; return 1; }
	is "back" "${there%,*}" "$back" || return
	js 'go(0)' >/dev/null
	press ']' ']' && is "the next" "#e3" "$(at)" || return
	js '$("chapters").value = "5"; $("chapters").dispatchEvent(new Event("change"))' >/dev/null
	is "chosen" 5.1 "$(js 'document.querySelector(".badge").textContent')"
}

test_links() {
	local n
	show 'dial#8.3' && is "first of step 8.3" "#e$(number 8.3)" "$(at)" || return
	n=$(number 2.2)
	show 'dial#e57' && is "event 57" "#e57" "$(at)" || return
	js 'location.hash = "#2.2"' >/dev/null
	sleep 0.2
	is "changed" "#e$n" "$(at)" || return
	press ArrowRight
	sleep 0.5
	is "address" "#e$((n + 1))" "$(js location.hash)" || return
	show 'dial#e9999' && is "no such event" "#e1" "$(at)" || return
	show 'dial#<img src=x onerror=alert(1)>' && is "no link" "#e1" "$(at)"
}

test_play() {
	show dial || return
	js '$("speed").value = "60"' >/dev/null
	press ' ' ' '
	sleep 1
	is "plays" Pause "$(js '$("play-label").textContent')" || return
	press ' ' ' '
	local n
	n=$(js here)
	is "on its way" yes "$([ "$n" -gt 5 ] && [ "$n" -lt 92 ] && echo yes || echo "at $n")" || return
	sleep 0.3
	is "pauses" "$n" "$(js here)" || return
	press + + && is "faster" /1000 "$(js '$("speed").value')" || return
	# At real time the 50 ms of epoll_wait take 50 ms, whatever sysmon does before.
	is "real time" yes "$(js 'go(sides[0].events.findIndex((e, i, all) => all[i + 1]?.t - e.t > 4e7)), $("speed").value = "/1", delay() > 49 && delay() < 55 ? "yes" : delay()')"
}

test_search() {
	show dial || return
	press / /
	is "focus" search "$(js 'document.activeElement.id')" || return
	cdp Input.insertText '{"text": "epoll_wait("}' >/dev/null
	is "found" "4 found" "$(js '$("found").textContent')" || return
	press Enter && is "first" "1 of 4" "$(js '$("found").textContent')" || return
	press Enter && press Escape && press n n && is "third" "3 of 4" "$(js '$("found").textContent')" || return
	is "marked" yes "$(js 'document.querySelector(".row.now.match") ? "yes" : "no"')"
}

# What a step shows, reached from either side.
test_snapshot() {
	local step expected
	show dial || return
	for step in 44 45 46 49 50 54 70; do
		js "go($step)" >/dev/null
		js '$("state").textContent' >>"$tmp/forward"
	done
	for step in 70 54 50 49 46 45 44; do
		js "go(92), go($step)" >/dev/null
		js '$("state").textContent' >>"$tmp/backward"
	done
	diff "$tmp/forward" <(tac "$tmp/backward") || return
	# The writer's semaphore on its way, as src/runtime/netpoll.c has it.
	while read -r step expected; do
		js "go(sides[0].events.findIndex(e => e.text.startsWith('$step')))" >/dev/null
		is "rg and wg at $step" "$expected" "$(semaphores)" || return
	done <<-END
		net.runtime_pollOpen nil nil
		runtime.netpollblock nil nil
		runtime.gopark nil pdWait
		runtime.netpollblockcommit nil G = g1
		runtime.netpollunblock nil pdReady
		getsockopt nil nil
	END
	is "wakes" "epoll_wait getsockopt, epoll_wait read" \
		"$(js 'sides[0].arrows.map(a => sides[0].events[a.from].syscall + " " + sides[0].events[a.to].syscall).join(", ")')" || return
	js 'go(92)' >/dev/null
	is "descriptors at the end" "3 closed, 4 open" \
		"$(js '[...sides[0].descriptors.values()].map(d => d.fd + " " + d.latest().state).join(", ")')"
}

# A deadline's wake-up, a close's and sysmon's.
test_wakes() {
	local name expected
	while read -r name expected; do
		render "$name" "$recordings/$name.ndjson" && show "$name" || return
		is "$name" "$expected" "$(js 'sides[0].arrows.map(a => sides[0].laneOf[a.from].label + ":" +
			shortName(sides[0].events[a.from].syscall ?? sides[0].events[a.from].func) + ":" + a.lane.label).join(" ")')" || return
	done <<-END
		deadline m0:epoll_wait:g1 g2:goready:g1 m2:epoll_wait:g1
		close m0:epoll_wait:g1 g1:goready:g2
		sysmon m0:epoll_wait:g1 m1:epoll_wait:g2 g2:goready:g1
	END
}

# The pollDesc of a pollOpen that fails is in the cache again.
test_failed_open() {
	jq -c 'if .step == "6.1" then ., (.depth += 1 | .step = null | .func = "runtime.(*pollCache).free" | .text = .func)
		elif .type == "header" or .type == "summary" then . else empty end' "$recordings/dial-native.ndjson" >"$tmp/open.ndjson"
	render open "$tmp/open.ndjson" && show 'open#e1' && is "opened" "nil nil" "$(semaphores)" || return
	press ArrowRight && is "freed" "free free" "$(semaphores)"
}

# By the port and by Go, each scenario side by side: everything of both, and the steps that
# both take, in one row.
test_all_pairs() {
	local go name
	for go in "$recordings"/*-go.ndjson; do
		name=$(basename "$go" -go.ndjson)
		[ "$name" = dial ] && continue
		render "$name-pair" "$recordings/$name.ndjson" "$go" && show "$name-pair" || return
		is "$name: all there" "true true" "$(js '[0, 1].map(s => rows.map(r => r.events[s]).filter(i => i >= 0).every((i, n) => i === n) &&
			rows.filter(r => r.events[s] >= 0).length === sides[s].events.length).join(" ")')" || return
		is "$name: one step in a row" yes "$(js 'rows.every(r => r.events.includes(-1) ||
			sides[0].events[r.events[0]].step === sides[1].events[r.events[1]].step) ? "yes" : "no"')" || return
		is "$name: most of the port is there in Go" yes "$(js 'rows.filter(r => !r.events.includes(-1)).length * 2 >
			sides[0].events.length ? "yes" : "no"')" || return
	done
}

# The goroutine that reads is another number in Go, and stands beside the port's all the
# same; both pages tell the same of the pollDesc.
test_roles() {
	render close-pair "$recordings/close.ndjson" "$recordings/close-go.ndjson" && show close-pair || return
	is "beside each other" "9.10 11.4 11.8 11.10" "$(js '["9.10", "11.4", "11.8", "11.10"].filter(step => rows.some(r =>
		!r.events.includes(-1) && r.events.every((i, s) => sides[s].events[i].step === step))).join(" ")')" || return
	is "who is readied has left rg" "nil nil" "$(js 'sides.map(f => { const i = f.events.findIndex((e, n) =>
		/goready/.test(e.func) && f.arrows.some(a => a.from === n) && f.polls.size && [...f.polls.values()][0].closing.get(n));
		return [...f.polls.values()][0].r.history.get(i); }).join(" ")')" || return
	is "free when it is" "nil free nil free" "$(js 'sides.flatMap(f => ["epoll_ctl", "free"].map(name => [...f.polls.values()][0].w.history
		.get(f.events.findLastIndex(e => shortName(e.syscall ?? e.func) === name)))).join(" ")')"
}

# Where events are lost, nothing is known until it is seen again.
test_lost() {
	sed '55a{"type":"lost","events":7}' "$recordings/dial-2.6.26.ndjson" >"$tmp/lost.ndjson"
	render lost "$tmp/lost.ndjson" && show 'lost#e55' || return
	is "rg and wg" "? ?" "$(semaphores)" || return
	is "lanes" unknown "$(js '[...new Set(sides[0].order.filter(l => l.first < 54).map(l => l.state.get(54).kind))].join()')" &&
		is "call path" true "$(js 'sides[0].parent.slice(54).every(up => up < 0 || up > 54)')" &&
		is "the pollDesc" "closing: ?, read deadline has passed: ?, write deadline has passed: ?" "$(js 'document.querySelector(".poll .note").textContent.trim()')" &&
		is "at the end" "the recording is not whole" "$(js 'go(stops.length - 1), eventAt(here).text')" || return
	# A line that cannot be read is lost as well.
	sed '56s/.*/{"type":"call"}/' "$recordings/dial-2.6.26.ndjson" >"$tmp/unreadable.ndjson"
	render unreadable "$tmp/unreadable.ndjson" 2>/dev/null
	show 'unreadable#e55' && is "rg and wg" "? ?" "$(semaphores)" &&
		is "row" "what is recorded here cannot be read" "$(js 'document.querySelector(".row.now .text").textContent')" &&
		is "at the end" "the recording is not whole" "$(js 'go(stops.length - 1), eventAt(here).text')" || return
	# Where is not known.
	jq -c 'if .type == "summary" then .lost = 7 else . end' "$recordings/dial-2.6.26.ndjson" >"$tmp/somewhere.ndjson"
	render somewhere "$tmp/somewhere.ndjson" && show 'somewhere#e94' &&
		is "some" "the recording is not whole: 7 events lost" "$(js 'document.querySelector(".row.now.lost .text").textContent')" &&
		is "errors" "" "$(page_errors)"
}

# A goroutine runs on one thread, and a thread runs one goroutine. Who keeps its thread, but
# does nothing that is recorded, is not idle.
test_threads() {
	local go
	for go in "$recordings"/*.ndjson; do
		render threads "$go" && show threads || return
		is "$go" "" "$(js 'sides[0].events.flatMap((e, i) => {
			const lent = sides[0].order.filter(l => l.kind === "m").map(l => l.state.get(i)).filter(s => s?.kind === "lends").map(s => s.note);
			return new Set(lent).size < lent.length ? [`e${i + 1}: ${lent}`] : []; }).join()')" || return
	done
	render sysmon "$recordings/sysmon.ndjson" && show 'sysmon#e80' &&
		is "g1 keeps its P" "g1 busy, g2 ready" "$(js 'sides[0].order.filter(l => l.kind === "g").map(l => `${l.label} ${l.state.get(79).kind}`).join(", ")')"
}

# syscalls_of LINE...: a recording of system calls, "PID RESULT ERROR NAME(ARGUMENTS)" each.
syscalls_of() {
	jq -c 'select(.type == "header")' "$recordings/dial-native.ndjson"
	printf '%s\n' "$@" | jq -Rc 'capture("^(?<pid>\\d+) (?<ret>\\S+) (?<errno>\\S+) (?<text>(?<name>\\w+)\\((?<fd>\\d*).*)$") |
		{t: (input_line_number * 1000), pid: (.pid | tonumber), tid: (.pid | tonumber), g: 0, m: 0, has_g: false, type: "exit",
		syscall: .name, nr: 1, args: [(if .fd == "" then 0 else .fd | tonumber end), 0, 0, 0, 0, 0],
		text: "\(.text) = \(if .errno == "-" then .ret else .errno end)", func: null, depth: 0, step: null, dur: 1,
		ret: (.ret | tonumber), errno: (if .errno == "-" then null else .errno end), refused: false, slept: false}'
	echo '{"type":"summary","events":'$#',"lost":0,"steps_seen":0,"steps_total":26}'
}

descriptors() {
	js '[...sides[0].descriptors.values()].map(d => sides[0].process(d.pid) + d.fd + " " + ["is", "state", "cloexec", "last"]
		.map(key => d.latest()[key]).filter(Boolean).join(" ")).join("; ")'
}

test_descriptors() {
	syscalls_of '7 3 - socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP)' '7 0 - recvfrom(3, "", 64, 0, NULL, NULL)' \
		'7 0 - close(4)' '7 4 - dup(3)' '7 0 - close(5)' '7 5 - fcntl(3, F_DUPFD_CLOEXEC, 5)' '7 0 - close(3)' \
		'7 3 - dup2(4, 3)' '7 0 - close(6)' '7 6 - dup3(4, 6, O_CLOEXEC)' '7 0 - pipe([7, 8])' '7 0 - close(8)' \
		'7 0 - socketpair(AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0, [11, 12])' '7 0 - close(12)' \
		'7 1 - write(8, "x", 1)' '7 0 - read(7, "", 64)' '7 -1 EBADF read(-1, "", 64)' '7 -1 EBADF connect(9, {AF_INET, 127.0.0.1:9}, 16)' \
		>"$tmp/descriptors.ndjson"
	render descriptors "$tmp/descriptors.ndjson" && show 'descriptors#e18' && is "descriptors" \
		"3 socket, dgram new no dup2 of 4; 4 socket, dgram new no dup of 3; 5 socket, dgram new yes fcntl of 3; 6 socket, dgram new yes dup3 of 4; 7 pipe, to read open no read = 0 (end of file); 8 ? ? ? write = 1; 11 socket, dgram connected yes; 12 socket, dgram closed" \
		"$(descriptors)" && is "a datagram" "recvfrom = 0" "$(js '[...sides[0].descriptors.values()][0].get(1).last')" || return
	# Each process has its own.
	syscalls_of '7 3 - socket(AF_INET, SOCK_STREAM, IPPROTO_IP)' '8 0 - close(3)' >"$tmp/processes.ndjson"
	render processes "$tmp/processes.ndjson" && show 'processes#e2' &&
		is "of two processes" "7:3 socket, stream new no; 8:3 ? closed" "$(descriptors)" &&
		is "shown" "7:3 8:3" "$(js '[...document.querySelectorAll(".descriptors tbody th")].map(e => e.textContent).join(" ")')" &&
		is "errors" "" "$(page_errors)"
}

test_code() {
	show 'dial#2.2' || return
	is "file" yes "$(js '/^src\/net\/sock_cloexec.c:\d+ · Go: net\/sock_cloexec.go$/.test($("file").textContent) ? "yes" : $("file").textContent')" || return
	is "line of the first" yes "$(js 'document.querySelector(".line.here code").textContent.includes("SOCK_NONBLOCK") ? "yes" : "no"')" || return
	js 'go(sides[0].events.findIndex(e => e.syscall === "socket" && !e.refused))' >/dev/null
	is "line of the second" yes "$(js 'document.querySelector(".line.here code").textContent.includes("net_socketFunc(family, sotype, proto, s)") ? "yes" : "no"')" || return
	# Enter on the call path leaves the focus there.
	js 'document.querySelector("#path button").focus(), 0' >/dev/null
	press Enter $'\r' && is "focus" true "$(js 'document.activeElement === document.querySelector("#path button[aria-current]")')" || return
	# Every function that occurs is there, and says where it stands.
	is "without source" "" "$(js '[...new Set(sides[0].events.filter(e => e.type === "call").map(e => e.func))].filter(f => !guide.sources[f]).join()')" || return
	js 'JSON.stringify(Object.values(guide.sources))' | jq -r '.[] | "\(.file):\(.line) \(.lines[0])"' |
		while IFS=' ' read -r where first; do
			is "$where" "$first" "$(sed -n "${where##*:}p" "${where%:*}" | sed 's/^ *//')" || return
		done
}

# Without the port's source beside it, the page names Go's file.
test_no_source() {
	cp "$B/dialtrace" "$tmp/dialtrace"
	local file=$PWD/$recordings/dial-2.6.26.ndjson
	(cd "$tmp" && ./dialtrace replay --html=bare.html "$file") && show 'bare#2.1' || return
	is "said" "The source of net.sysSocket is not at hand here. In Go it stands in net/sock_cloexec.go." \
		"$(js '$("source").textContent')"
}

test_looks() {
	local small
	scheme dark && show dial || return
	is "dark" dark "$(js 'matchMedia("(prefers-color-scheme: dark)").matches ? getComputedStyle(document.documentElement).colorScheme : "no"')" || return
	press d d && is "light" light "$(js 'getComputedStyle(document.documentElement).colorScheme')" || return
	scheme light
	small=$(js 'parseFloat(getComputedStyle(document.querySelector(".row")).fontSize)')
	press l l && is "large" yes "$(js "parseFloat(getComputedStyle(document.querySelector('.row')).fontSize) > 1.3 * $small ? 'yes' : 'no'")" || return
	press '?' '?' && is "help" true "$(js '$("help-dialog").open')" && press Escape && is "closed" false "$(js '$("help-dialog").open')"
}

test_spoken() {
	show 'dial#7.4' || return
	js '$("live").textContent' | grep -q 'runtime.gopark' || { js '$("live").textContent'; return 1; }
	is "list" "option true" "$(js 'const row = $(trees[0].view.getAttribute("aria-activedescendant"));
		row.getAttribute("role") + " " + row.getAttribute("aria-selected")')"
}

# --- two ---

test_pair() {
	show pair || return
	is "only in the first" "fcntl syscall.CloseOnExec syscall.SetNonblock" \
		"$(js '[...new Set(rows.filter(r => r.mark === "−").map(r => sides[0].events[r.events[0]]).map(e => e.syscall ?? e.func))]
			.filter(n => /fcntl|CloseOnExec|SetNonblock/.test(n)).sort().join(" ")')" || return
	is "why" "Not done here: only an older kernel makes this way necessary (chapter 2)" "$(js 'go(stops.findIndex((r, n) => eventAt(n).step === "2.5")),
		/^[^.]*/.exec(document.querySelector(".half > .absent").textContent)[0]')" || return
	is "aligned" yes "$(js 'rows.every(r => r.events.includes(-1) || sides[0].events[r.events[0]].step === sides[1].events[r.events[1]].step) ? "yes" : "no"')" || return
	is "all there" "true true" "$(js '[0, 1].map(s => rows.map(r => r.events[s]).filter(i => i >= 0).every((i, n) => i === n) &&
		rows.filter(r => r.events[s] >= 0).length === sides[s].events.length).join(" ")')" || return
	js 'go(stops.length >> 1)' >/dev/null
	press n n && is "to a difference" yes "$(js 'rows[stops[here]].mark ? "yes" : "no"')" || return
	show 'pair#f20' && is "event of the second" 19 "$(js 'reached[1][here]')" || return
	is "same scroll" yes "$(js 'trees[0].view.scrollTop === trees[1].view.scrollTop ? "yes" : "no"')" || return
	render same "$recordings/dial-2.6.26.ndjson" "$recordings/dial-2.6.26.ndjson" && show same &&
		is "differences from itself" 0 "$(js 'rows.filter(r => r.mark).length')"
}

# The port's dial and Go's: of its steps nothing is missing but what Go has inlined or given up.
test_port_and_go() {
	render port-and-go "$recordings"/dial-{native,go}.ndjson && show port-and-go || return
	is "the port's alone" "3.2 3.3 6.3 8.5 9.4 11.2 11.5 11.7" \
		"$(js 'rows.filter(r => r.mark === "−").map(r => sides[0].events[r.events[0]].step).filter(s => s && s !== "10.3").join("\n")' |
			sort -V | uniq | xargs)" || return
	is "elsewhere" "9.2" "$(js '[...new Set(rows.filter(r => r.mark === "~" && r.events[0] >= 0)
		.map(r => sides[0].events[r.events[0]].step).filter(s => s !== "10.3"))].join(" ")')" || return
	is "each other's" yes "$(js 'rows.filter(r => r.mark === "~").every(r => r.other.other === r) ? "yes" : "no"')" || return
	is "one step in a row" yes "$(js 'rows.every(r => r.events.includes(-1) || sides[0].events[r.events[0]].step === sides[1].events[r.events[1]].step) ? "yes" : "no"')" || return
	is "renamed" "net.dialTCP net.(*sysDialer).dialTCP" "$(js 'const row = rows.find(r => r.mark === "≈" && sides[0].events[r.events[0]].step === "1.2");
		row.events.map((i, s) => sides[s].events[i].func).join(" ")')" || return
	# Why something is on one side only.
	is "reasons" "8.5 the compiler has put it into its caller (chapter 12), pipe2 what wakes an M that is blocked in netpoll, since Go 1.14 (chapter 12), 9.2 Go of today asks for the other side's address first (chapter 12)" \
		"$(js '[["8.5", "netpollunblock"], ["pipe2", "pipe2"], ["9.2", "getsockname"]].map(([label, name]) => {
			go(stops.findIndex((r, n) => rows[r].mark && shortName(eventAt(n).syscall ?? eventAt(n).func) === name));
			return label + " " + /^Not done here(?:, but (?:earlier|later), at \d+\.\d{3} ms)?: (.*)\. The last/.exec(document.querySelector(".half > .absent").textContent)[1]; }).join(", ")')" || return
	is "when" yes "$(js 'go(stops.findIndex((r, n) => rows[r].mark === "~" && eventAt(n).syscall === "getsockname")),
		/^Not done here, but (earlier|later), at \d/.test(document.querySelector(".half > .absent").textContent) ? "yes" : "no"')" || return
	# Of what Go has inlined, the caller tells who is woken.
	is "wakes" "epoll_pwait getsockopt, epoll_pwait read" \
		"$(js 'sides[1].arrows.filter(a => sides[1].events[a.from].syscall).map(a => sides[1].events[a.from].syscall + " " + sides[1].events[a.to].syscall).join(", ")')" || return
	render go "$recordings/dial-go.ndjson" && show 'go#4.2' || return
	is "the port's function" yes "$(js '/^the port.s net.\(\*pollDesc\).init, src\/net\/fd_poll_runtime.c:\d+ · Go 1.7: net\/fd_poll_runtime.go$/.test($("file").textContent) ? "yes" : $("file").textContent')" &&
		is "caption" "first the poller, then this descriptor; in internal/poll since Go 1.9" "$(js 'document.querySelector(".caption").textContent')" &&
		js 'go(sides[0].events.findIndex(e => e.step === "8.3"))' >/dev/null &&
		is "line" yes "$(js 'document.querySelector(".line.here code").textContent.includes("runtime_epollwait(") ? "yes" : "no"')"
}

# --- what somebody else has written ---

test_hostile() {
	sed -e 's/"text":"net\.DialTCP(/"text":"net.DialTCP(<\/script><img src=x onerror=document.title=1><!--\\u2028\\u202e/' \
		-e '1s/"build\/dial"/"<\/script><script>document.title=1<\/script>\\"\\\\"/' \
		-e 's/"func":"net.newTCPConn"/"func":"net.new\\"<b>\\\\"/; s/"text":"net.newTCPConn"/"text":"net.new\\"<b>\\\\"/' \
		"$recordings/dial-2.6.26.ndjson" >"$tmp/<b>hostile.ndjson"
	render hostile "$tmp/<b>hostile.ndjson" && show hostile || return
	is "events" 93 "$(js 'stops.length')" && is "elements" 0 "$(js 'document.querySelectorAll("img, main b:not(.which b), h1 *").length')" || return
	is "scripts" 1 "$(js 'document.querySelectorAll("script:not([type])").length')" || return
	# What every object has is nothing that is known of a name.
	local name
	for name in __proto__ constructor hasOwnProperty toString; do
		jq -c --arg name "$name" 'if .type == "call" then .func = $name elif .type == "exit" or .type == "enter" then
			.syscall = $name else . end | if .type == "call" or .syscall then .text = "\($name)(fd=3)" else . end' \
			"$recordings/dial-go.ndjson" >"$tmp/names.ndjson"
		render names "$tmp/names.ndjson" && show names && js 'stops.forEach((r, n) => go(n))' >/dev/null &&
			is "errors of $name" "" "$(page_errors)" && is "shown" "$name" "$(js '$("state").querySelector(".func").textContent')" || return
	done
	show hostile || return
	js 'followLink(location.hash = "#1.1")' >/dev/null
	is "shown as text" yes "$(js 'document.querySelector(".event").textContent.includes("</script><img src=x") ? "yes" : "no"')" || return
	# What gets in all the same does not run.
	: >"$tmp/events"
	js 'document.body.insertAdjacentHTML("beforeend", "<img src=data:, onerror=document.title=1>"),
		document.body.append(Object.assign(document.createElement("script"), {textContent: "document.title = 1"})), 0' >/dev/null
	sleep 0.2
	[ "$(js 'document.title')" != 1 ] && page_errors | grep -q 'Content Security Policy'
}

test_usage() {
	local message
	message=$(timeout "$patience" "$B/dialtrace" replay "$recordings"/dial-{2.6.26,native}.ndjson 2>&1 >/dev/null)
	is "status" 125 $? && grep -q "one recording at a time" <<<"$message" || return
	cp "$recordings/dial-native.ndjson" "$tmp/itself.ndjson"
	timeout "$patience" "$B/dialtrace" replay --html="$tmp/itself.ndjson" "$recordings/dial-2.6.26.ndjson" "$tmp/itself.ndjson" 2>/dev/null
	is "status" 125 $? && cmp "$recordings/dial-native.ndjson" "$tmp/itself.ndjson" || return
	# Half a recording is shown as far as it goes.
	head -c 9000 "$recordings/dial-2.6.26.ndjson" >"$tmp/half.ndjson"
	render half "$tmp/half.ndjson" 2>/dev/null
	is "status" 125 $? && show half && is "shown" yes "$(js 'stops.length > 20 ? "yes" : stops.length')" &&
		is "its end" "the recording breaks off here" "$(js 'eventAt(stops.length - 1).text')" || return
	jq -c 'select(.type == "header" or .type == "summary")' "$recordings/dial-2.6.26.ndjson" >"$tmp/empty.ndjson"
	render empty "$tmp/empty.ndjson" && show empty && is "says so" yes "$(js '/no events/.test(document.body.textContent) ? "yes" : "no"')" &&
		is "errors" "" "$(page_errors)"
}

# --- a long one ---

# of_a_step: what a step costs by Chromium's own account, over 100 of them: ms of script,
# style and layout together, and how often the page is laid out.
of_a_step() {
	local metrics='[.result.metrics[] | {(.name): .value}] | add |
		"\((.ScriptDuration + .RecalcStyleDuration + .LayoutDuration) * 1000) \(.LayoutCount)"'
	{
		cdp Performance.getMetrics | jq -r "$metrics"
		js '(async () => { for (let n = 0; n < 100; n++) {
			go(here + 1); await new Promise(requestAnimationFrame); } })()' >/dev/null
		cdp Performance.getMetrics | jq -r "$metrics"
	} | awk 'NR == 1 { ms = $1; layouts = $2 } NR == 2 { printf "%.1f %.1f\n", ($1 - ms) / 100, ($2 - layouts) / 100 }'
}

# The same dial over and over, as one run of 100,000 events.
test_long() {
	jq -c --slurp '. as $all | $all[0], (range(1076) as $n | $all[1:-1][] | .t += $n * 52000000),
		($all[-1] | .events = 93 * 1076)' "$recordings/dial-2.6.26.ndjson" >"$tmp/long.ndjson"
	render long "$tmp/long.ndjson" || return
	local load step
	load=$(date +%s%N)
	show long || return
	is "events" 100068 "$(js 'sides[0].events.length')" || return
	load=$((($(date +%s%N) - load) / 1000000))
	# A step with all it draws, a jump, and a search.
	step=$(js '(async () => {
		const times = [], frame = () => new Promise(requestAnimationFrame);
		for (let n = 0; n < 200; n++) {
			const begin = performance.now();
			go(n % 2 ? here + 1 : (n * 7919 * 31) % stops.length);
			document.body.offsetHeight;
			times.push(performance.now() - begin);
			if (n % 20 === 0)
				await frame();
		}
		times.sort((a, b) => a - b);
		const begin = performance.now();
		$("search").value = "netpollunblock", find();
		return [times[100], times[190], performance.now() - begin].map(t => t.toFixed(1)).join(" ");
	})()')
	echo "$load $step" >"$tmp/times"
	cdp Performance.enable >/dev/null
	js 'go(50000)' >/dev/null
	of_a_step >"$tmp/step"
	# How long it takes is told, and is the machine's affair as well. What it has to do is not:
	# the page is laid out once a step, and never has all of its rows.
	is "layouts a step" yes "$(awk '{ print $2 <= 2 ? "yes" : $2 }' "$tmp/step")" &&
		is "rows in the document" yes "$(js 'document.querySelectorAll(".row").length < 200 ? "yes" : "no"')"
}

# --- rules ---

# axe NAME: no violation on the page that is open.
axe() {
	cdp Page.setBypassCSP '{"enabled": true}' >/dev/null
	show "$1" || return
	jq -Rs '{expression: ., returnByValue: false}' "$B/axe/node_modules/axe-core/axe.min.js" >"$tmp/axe.json"
	cdp Runtime.evaluate "$(jq -c '.expression += "; 0"' "$tmp/axe.json")" >/dev/null || return
	[ -z "${2-}" ] || js "$2" >/dev/null
	is "violations of $1 $2" "" "$(js 'axe.run(document, {}).then(r => r.violations.map(v =>
		v.id + ": " + v.nodes.slice(0, 4).map(n => n.target.join(" ") + " " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message)).join("; ")).join("\n"))')" || return
	cdp Page.setBypassCSP '{"enabled": false}' >/dev/null
}

test_axe() {
	local look
	for look in light dark; do
		scheme "$look"
		axe 'dial#e60' '0' && axe 'dial#2.2' 'toggleLarge()' && axe 'dial#e45' 'showHelp()' && axe 'pair#e20' '0' &&
			axe 'dial#e49' '$("search").value = "epoll", find(), size' || return
	done
	scheme light
	size 800 1000 && axe 'dial#e60' '0' && size 1280 800
}

# Nothing is wider than the window.
test_sizes() {
	local width page
	render go "$recordings/dial-go.ndjson" && render port-and-go "$recordings"/dial-{native,go}.ndjson || return
	for width in 390 500 656 800 1280 1920; do
		size "$width" 900 && show 'dial#e49' || return
		is "width" "$width" "$(js 'document.documentElement.scrollWidth')" || return
		shot "dial-$width"
		show 'pair#e49' && is "width of two" "$width" "$(js 'document.documentElement.scrollWidth')" || return
		shot "pair-$width"
	done
	# Nor wider than its card, in type of either size: Go opens files with long names.
	for width in 390 1024 1280; do
		size "$width" 800
		for page in go port-and-go; do
			show "$page" && is "$page, $width wide" "" "$(js '[false, true].flatMap(large => {
				if (large)
					toggleLarge();
				return stops.flatMap((r, n) => {
					go(n);
					const wide = document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll(".descriptors")]
						.some(e => e.getBoundingClientRect().right > e.closest(".card").getBoundingClientRect().right);
					return wide ? [`${large ? "large " : ""}${n + 1}`] : [];
				});
			}).join()')" || return
		done
	done
	size 1280 800
}

test_errors() {
	local page
	for page in dial pair deadline; do
		show "$page" && js '(async () => { for (let n = 0; n < stops.length; n++) {
			go(n); await new Promise(requestAnimationFrame); } })()' >/dev/null || return
		page_errors
	done >"$tmp/errors"
	cat "$tmp/errors"
	[ ! -s "$tmp/errors" ]
}

if ! command -v chromium >/dev/null || ! command -v jq >/dev/null; then
	skip "the player" "no Chromium or no jq"
	exit $failed
fi
t "pages are made" render dial "$recordings/dial-2.6.26.ndjson"
t "and of two recordings" render pair "$recordings/dial-2.6.26.ndjson" "$recordings/dial-native.ndjson"
t "Chromium starts" start_chromium
[ "$session" ] || exit 1
size 1280 800
t "step by step" test_steps
t "chapters" test_chapters
t "links" test_links
t "playing" test_play
t "search" test_search
t "snapshots" test_snapshot
t "who wakes whom" test_wakes
t "the same goroutines side by side" test_roles
t "a pollOpen that fails" test_failed_open
t "lost events" test_lost
t "who runs where" test_threads
t "descriptors" test_descriptors
t "the code" test_code
t "without source" test_no_source
t "looks" test_looks
t "what is spoken" test_spoken
t "two side by side" test_pair
t "the port and Go" test_port_and_go
t "all scenarios by the port and by Go" test_all_pairs
t "a hostile recording" test_hostile
t "usage, half a recording, none" test_usage
t "100,000 events" test_long
[ -e "$tmp/times" ] && echo "     ms: load; step, median and 95th of 100; search: $(cat "$tmp/times");" \
	"of a step, ms of script, style and layout, and layouts: $(cat "$tmp/step")"
t "window sizes" test_sizes
t "no errors, no network" test_errors
if [ -e "$B/axe/node_modules/axe-core/axe.min.js" ]; then
	t "axe-core: no violations" test_axe
else
	skip "axe-core" "it is not in build/axe, where make test installs it"
fi
exit $failed
