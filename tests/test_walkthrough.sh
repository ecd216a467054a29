#!/bin/bash
# README.md and the chapters of the walkthrough, held to the code and to real runs:
#
#  - every woven block is what scripts/weave makes of it now, and none is pasted;
#  - every step of the step table that belongs to a chapter has its anchor there,
#    <a id="8.3"></a>, and every such anchor is a step's;
#  - every function of the port stands in exactly one chapter. One that stands in two
#    is a failure at once, one that stands in none only when chapters 1 to 13 are all
#    there; until then the test is skipped. scripts/weave -f lists them all;
#  - every relative link leads somewhere;
#  - every command does what it says: each block of sh is run, in a copy of the
#    directory, the blocks of a page one after the other. What a comment on the line
#    before the block says is heeded:
#      <!-- not run: REASON -->      it is not
#      <!-- exit: N -->              it ends with status N (else 0)
#      <!-- with: NAME=VALUE... -->  the words NAME in it stand for VALUE: shell
#
#   tests/test_walkthrough.sh
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
shopt -s nullglob
chapters=(walkthrough/[0-9][0-9]-*.md)
last=13

# --- blocks ---

# thrice FUNCTION [ARG...]: the best of three. A run in which the machine stalled for
# 10 ms shows sysmon at work where there is none else.
thrice() {
	"$@" >/dev/null 2>&1 || "$@" >/dev/null 2>&1 || "$@"
}

test_woven() {
	scripts/weave "$@" -o "$tmp/woven" || return
	diff -ru -x '*.dot' -x recordings walkthrough "$tmp/woven" && return
	echo "make weave brings it up to date"
	return 1
}

# ast PAGE: what pandoc makes of it, as JSON.
ast() {
	local parsed
	parsed=$tmp/$(basename "$1").json
	[ -f "$parsed" ] || pandoc -f gfm -t json "$1" >"$parsed" || return
	cat "$parsed"
}

# blocks PAGE: of each fence what language, what text, and the comments right before;
# each of the three ends in a zero byte.
blocks() {
	ast "$1" | jq -j '
	.. | arrays | select(any(.[]; type == "object" and .t == "CodeBlock")) |
	reduce .[] as $b ({out: [], notes: ""};
		if $b.t == "RawBlock" then .notes += $b.c[1] + "\n"
		elif $b.t == "CodeBlock" then .out += [$b.c[0][1][0] // "", $b.c[1], .notes] | .notes = ""
		else .notes = "" end) | .out[] + "\u0000"'
}

# README's trace has times, and is too short to be woven: each of its lines must be
# one of a real run, in order.
test_readme_trace() {
	local pointers='s/PTR[0-9]+/PTR/'
	awk '/^dialtrace: /, /^article: / { if (!/^ *…$/) print }' README.md |
		scripts/weave -n | sed -E "$pointers" >"$tmp/readme"
	make -s trace-dial 2>&1 | scripts/weave -n | sed -E "$pointers" >"$tmp/real"
	awk '
	NR == FNR { line[++n] = $0; next }
	$0 == line[k + 1] { k++ }
	END {
		if (n && k == n) exit
		print n ? "no such line in a run of make trace-dial, or not there:\n" line[k + 1] : "no trace"
		exit 1
	}' "$tmp/readme" "$tmp/real"
}

# Of a chapter, all but commands is woven.
test_pasted() {
	local lang text notes bad=0
	while IFS= read -r -d '' lang && IFS= read -r -d '' text && IFS= read -r -d '' notes; do
		[ "$lang" = sh ] || [[ $notes =~ '<!-- '(code|trace|output)[\ :] ]] && continue
		printf 'pasted, not woven:\n%s\n' "$text"
		bad=1
	done < <(blocks "$1")
	return "$bad"
}

# --- steps and functions ---

# Does chapter $1 have the anchors of its steps, and no others?
test_anchors() {
	local number=${1#walkthrough/}
	number=$((10#${number%%-*}))
	diff <(sed -nE "s/^\t\{($number), ([1-9][0-9]*),.*/\1.\2/p" src/dialtrace/steps.c | sort -Vu) \
		<(ids "$1" | grep -E '^[0-9]+\.[0-9]+$' | sort -V) |
		sed -n 's/^</no anchor for step/p; s/^>/anchor, but no such step, or twice:/p' >"$tmp/anchors"
	cat "$tmp/anchors"
	[ ! -s "$tmp/anchors" ]
}

test_step_table() {
	[ "$(grep -cE $'^\t\\{[0-9]+, [0-9]+,' src/dialtrace/steps.c)" -ge 70 ] && return
	echo "the rows of src/dialtrace/steps.c are not found: {CHAPTER, PLACE, ..."
	return 1
}

test_once() {
	awk '{ print $1, $2 }' "$tmp/functions" | uniq -d | while read -r file name; do
		echo "stands more than once: $file $name, in" \
			"$(grep "^$file $name " "$tmp/functions" | cut -d ' ' -f 3 | xargs)"
	done >"$tmp/twice"
	cat "$tmp/twice"
	[ ! -s "$tmp/twice" ]
}

test_everywhere() {
	sed -n 's/ -$//p' "$tmp/functions" >"$tmp/nowhere"
	[ ! -s "$tmp/nowhere" ] && return
	echo "in no chapter:"
	awk '$1 != file { printf "%s%s:", file ? "\n" : "", file = $1 } { printf " %s", $2 } END { print "" }' \
		"$tmp/nowhere"
	return 1
}

# --- links ---

# ids PAGE: what a link can lead to in it.
ids() {
	ast "$1" | jq -r '.. | objects |
		if .t == "Header" then .c[1][0]
		elif .t == "RawInline" or .t == "RawBlock" then .c[1] | scan(" id=\"([^\"]*)\"")[]
		else empty end'
}

test_links() {
	local page=$1 link file bad=0
	while read -r link; do
		file=$page
		[ "${link%%#*}" = "" ] || file=$(dirname "$page")/${link%%#*}
		if [ ! -e "$file" ]; then
			echo "no such file: $link"
			bad=1
		elif [[ $link == *#* ]] && ! ids "$file" | grep -qxF -e "${link#*#}"; then
			echo "no such place: $link"
			bad=1
		fi
	done < <(ast "$page" | jq -r '
		.. | objects | select(.t == "Link" or .t == "Image") | .c[2][0] |
		select(test("^[a-z]+:") | not)')
	return "$bad"
}

# --- commands ---

# A copy of all but the sanitizers' builds, the commands' playground.
make_sandbox() {
	mkdir -p "$tmp/sandbox"
	tar c --exclude=./.git --exclude='./build-*' . | tar x -C "$tmp/sandbox"
}

# command_block TEXT NOTES: runs it.
command_block() {
	local text=$1 notes=$2 expected=0 with='' name status=0
	[[ $notes =~ '<!-- not run: '.+' -->' ]] && return
	[[ $notes =~ '<!-- exit: '([0-9]+)' -->' ]] && expected=${BASH_REMATCH[1]}
	if [[ $notes =~ '<!-- with: '([^$'\n']+)' -->' ]]; then
		with=${BASH_REMATCH[1]}
		while read -r name; do
			text=$(sed -E "s/\b${name%=}\b/\$${name%=}/g" <<<"$text")
		done < <(grep -oE '\b[A-Z]+=' <<<"$with")
	fi
	(cd "$tmp/sandbox" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL timeout -k 5 60 \
		bash -euo pipefail -c "$with"$'\n'"$text" >"$tmp/out" 2>&1 </dev/null) || status=$?
	[ "$status" = "$expected" ] && return
	printf '%s\n' "exit status $status instead of $expected:" "$text" "printed:"
	tail -n 20 "$tmp/out"
	return 1
}

test_commands() {
	local lang text notes bad=0
	while IFS= read -r -d '' lang && IFS= read -r -d '' text && IFS= read -r -d '' notes; do
		case $lang in
		sh) command_block "$text" "$notes" || bad=1 ;;
		'' | bash | console | shell)
			printf 'commands stand in a fence of sh, other text in one of text:\n%s\n' "$text"
			bad=1
			;;
		esac
	done < <(blocks "$1")
	return "$bad"
}

# --- ---

# Why nothing can be traced here, or nothing.
cannot_trace() {
	if [ "$(uname -m)" != x86_64 ]; then
		echo "the walkthrough shows runs on x86_64"
	elif ! sudo -n true 2>/dev/null; then
		echo "not root, and sudo wants a password"
	elif ! sudo timeout "$patience" build/dialtrace -o /dev/null -- true 2>"$tmp/err"; then
		head -n 1 "$tmp/err"
	fi
}

reason=$(cannot_trace)
[ -z "$reason" ] || skip "commands and traces" "$reason"

if [ ${#chapters[@]} = 0 ]; then
	echo "skip - the walkthrough: no chapters yet"
else
	t "woven blocks are up to date" test_woven ${reason:+-c}
	scripts/weave -f >"$tmp/functions" || failed=1
	t "no function stands in two chapters" test_once
	written=$(printf '%s\n' "${chapters[@]}" | grep -cvE '/00-')
	if [ "$written" = $last ]; then
		t "every function stands in a chapter" test_everywhere
	else
		test_everywhere >/dev/null
		echo "skip - every function stands in a chapter: $written of $last chapters are written," \
			"$(wc -l <"$tmp/nowhere") of $(awk '{ print $1, $2 }' "$tmp/functions" | uniq | wc -l) functions wait"
	fi
	t "the step table can be read" test_step_table
	for page in "${chapters[@]}"; do
		t "$page: nothing is pasted" test_pasted "$page"
		t "$page: anchors" test_anchors "$page"
	done
fi
[ "$reason" ] || t "README.md: the trace" thrice test_readme_trace
[ "$reason" ] || make_sandbox
t "NOTES.md: links" test_links NOTES.md
for page in README.md "${chapters[@]}"; do
	t "$page: links" test_links "$page"
	[ "$reason" ] || t "$page: commands" test_commands "$page"
done
exit $failed
