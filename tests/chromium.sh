# shellcheck shell=bash disable=SC2154 # tmp is from lib.sh
# Headless Chromium for tests of pages: sourced after lib.sh. Chromium is told what to do in
# the DevTools protocol, through a pair of pipes: JSON messages that end in a zero byte.
#
# The script that sources this has an option, -s DIR: it leaves screenshots in DIR, to be
# looked at.

set -o pipefail # most of these functions end in jq
shots=
while getopts s: opt; do
	case $opt in
	s) shots=$OPTARG ;;
	*) exit 2 ;;
	esac
done
[ -z "$shots" ] || mkdir -p "$shots" || exit 1

chromium=
session=
trap 'stop_chromium; clean_up' EXIT

start_chromium() {
	mkfifo "$tmp/to" "$tmp/from"
	exec 8<>"$tmp/to" 9<>"$tmp/from"
	# Root needs --no-sandbox; only our own files are opened.
	TMPDIR=$tmp chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
		--hide-scrollbars --user-data-dir="$tmp/profile" --remote-debugging-pipe \
		3<&8 4>&9 8>&- 9>&- >"$tmp/chromium.log" 2>&1 &
	chromium=$!
	local target
	target=$(cdp Target.createTarget '{"url": "about:blank"}' | jq -r .result.targetId) || return
	session=$(cdp Target.attachToTarget "{\"targetId\": \"$target\", \"flatten\": true}" | jq -r .result.sessionId)
	[ "$session" ] && for domain in Page Runtime Log Network; do
		cdp "$domain.enable" >/dev/null || return
	done
}

# Its helpers may still write for a moment when it has ended itself.
stop_chromium() {
	[ "$chromium" ] || return
	session='' cdp Browser.close >/dev/null 2>&1 || kill "$chromium"
	wait "$chromium"
	rm -rf "$tmp" 2>/dev/null || sleep 1
}

# cdp METHOD [PARAMS]: prints the answer. Events that come before it are kept.
cdp() {
	local id reply
	id=$(($(cat "$tmp/id" 2>/dev/null || echo 0) + 1))
	echo "$id" >"$tmp/id" # we may be in a subshell
	printf '{"id": %s, "method": "%s", "params": %s %s}\0' "$id" "$1" "${2:-{\}}" \
		"${session:+, \"sessionId\": \"$session\"}" >&8
	while IFS= read -r -t 60 -d '' reply <&9; do
		case $reply in
		"{\"id\":$id,\"result\""*) printf '%s\n' "$reply" && return ;;
		"{\"id\":$id,"*) break ;;
		esac
		printf '%s\n' "$reply" >>"$tmp/events"
	done
	echo "no answer to $1 but: $reply" >&2
	tail -n 5 "$tmp/chromium.log" >&2
	return 1
}

# js EXPRESSION: prints its value; a promise is waited for.
js() {
	cdp Runtime.evaluate "$(jq -n --arg e "$1" '{expression: $e, returnByValue: true, awaitPromise: true}')" |
		jq -r '.result | if .exceptionDetails then error(.exceptionDetails.exception.description) else .result.value end'
}

# open_page URL: and waits until it is there. Errors of the page before are forgotten.
open_page() {
	: >"$tmp/events"
	cdp Page.navigate '{"url": "about:blank"}' >/dev/null
	cdp Page.navigate "{\"url\": \"$1\"}" >/dev/null &&
		js 'new Promise(done => document.readyState === "complete" ? done() :
			addEventListener("load", done))' >/dev/null
}

# page_errors: what the page has written to the console, and what it has asked a network for.
page_errors() {
	jq -r '
		if .method == "Log.entryAdded" then .params.entry.text
		elif .method == "Runtime.exceptionThrown" then
			.params.exceptionDetails | .exception.description // .text
		elif .method == "Runtime.consoleAPICalled" then "\(.params.args)"
		elif .method == "Network.requestWillBeSent" and
			(.params.request.url | test("^(file|data|about):") | not)
		then "asks for \(.params.request.url)"
		else empty end' "$tmp/events"
}

# press KEY [TEXT]: the key of that name, and the text that it types if it does.
press() {
	local key
	key=$(jq -n --arg key "$1" --arg text "${2-}" '{key: $key, text: $text} +
		if $key == " " then {code: "Space", windowsVirtualKeyCode: 32}
		elif $key == "Tab" then {code: "Tab", windowsVirtualKeyCode: 9}
		elif $key == "Enter" then {code: "Enter", windowsVirtualKeyCode: 13}
		elif $key == "Escape" then {code: "Escape", windowsVirtualKeyCode: 27}
		else {} end')
	cdp Input.dispatchKeyEvent "$(jq '. + {type: "keyDown"}' <<<"$key")" >/dev/null &&
		cdp Input.dispatchKeyEvent "$(jq '. + {type: "keyUp", text: ""}' <<<"$key")" >/dev/null
}

# size WIDTH HEIGHT
size() {
	cdp Emulation.setDeviceMetricsOverride \
		"{\"width\": $1, \"height\": $2, \"deviceScaleFactor\": 1, \"mobile\": false}" >/dev/null
}

# scheme light|dark
scheme() {
	cdp Emulation.setEmulatedMedia \
		"{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"$1\"}]}" >/dev/null
}

# shot NAME [PARAMS]: a screenshot, if there are to be any.
shot() {
	[ -z "$shots" ] || cdp Page.captureScreenshot "${2:-{\}}" | jq -r .result.data | base64 -d >"$shots/$1.png"
}
