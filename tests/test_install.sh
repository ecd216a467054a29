#!/bin/bash
# make install, the manual page, and the completion of command lines.
#
#   tests/test_install.sh        B=DIRECTORY if not build
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
page=src/dialtrace/dialtrace.1

test_install() {
	local root=$tmp/root
	make -s install DESTDIR="$root" PREFIX=/opt/x || return
	is "files" "opt/x/bin/dialtrace 755
opt/x/share/bash-completion/completions/dialtrace 644
$(cd walkthrough/recordings && printf 'opt/x/share/dialtrace/recordings/%s 644\n' *.ndjson)
opt/x/share/man/man1/dialtrace.1 644" "$(cd "$root" && find . -type f -printf '%P %m\n' | sort)" || return
	# It works where it is, whatever the directory.
	(cd / && "$root/opt/x/bin/dialtrace" replay --check \
		"$root/opt/x/share/dialtrace/recordings/dial-2.6.26.ndjson") | grep -q '^article: 36 of 36' || return
	make -s install DESTDIR="$tmp/default" && [ -x "$tmp/default/usr/local/bin/dialtrace" ]
}

# The long options that --help lists.
options() {
	"$B/dialtrace" "$@" --help | grep -oE -- '^ +(-., )?--[a-z]+' | grep -oE -- '--[a-z]+' | sort -u
}

test_man() {
	is "warnings" "" "$(man --warnings -E UTF-8 -l "$page" 2>&1 >"$tmp/page")" || return
	local option
	for option in $(options) $(options replay); do
		grep -qF -- "$option" "$tmp/page" || { echo "$option is not in the manual page"; return 1; }
	done
	is "enough options" yes "$([ "$(options | wc -l)" -ge 8 ] && [ "$(options replay | wc -l)" -ge 6 ] && echo yes)"
}

# completes WORD... : what fits to the last one, sorted
completes() {
	bash -c 'source scripts/completion.bash
		compopt() { :; }
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_dialtrace
		printf "%s\n" "${COMPREPLY[@]}" | sort -u | xargs' completes "$@"
}

test_completion() {
	local all
	is "options" "$(options | sort | xargs)" "$(completes dialtrace -- | tr -d =)" || return
	all=$(completes dialtrace replay --)
	is "options of replay" "$(options replay | xargs)" "$(tr -d = <<<"$all")" || return
	is "formats" "json text" "$(completes dialtrace -f '')" &&
		is "formats after =" "json text" "$(completes dialtrace --format =)" &&
		is "a format's beginning" json "$(completes dialtrace --format = j)" &&
		is "colours" "always auto" "$(completes dialtrace replay --color = a)" &&
		is "stops after =" "steps syscalls" "$(completes dialtrace replay --step = s)" &&
		is "stops of the live trace" "calls" "$(completes dialtrace --step = c)" &&
		is "the command behind them" true "$(completes dialtrace --step = calls tru | tr ' ' '\n' | grep -x true)" &&
		is "what follows --step" "scripts/setup" "$(completes dialtrace replay --step scripts/se)" &&
		is "recordings" "walkthrough/recordings/dial-2.6.26.ndjson" "$(completes dialtrace replay walkthrough/recordings/dial-2)" &&
		is "the command's files" "scripts/setup" "$(completes dialtrace -f json -- cat scripts/se)" &&
		is "the command" true "$(completes dialtrace --color = never tru | tr ' ' '\n' | grep -x true)" &&
		is "not an option of the command" "" "$(completes dialtrace cat --form)" &&
		is "replay" replay "$(completes dialtrace repla)" &&
		is "the others" "compare quiz" "$(completes dialtrace compar) $(completes dialtrace qui)" || return
	# One name, not two.
	: >"$tmp/a !"
	is "a name with a space" "$tmp/a !" "$(completes dialtrace replay "$tmp/a")" &&
		is "a name with a space as output" "$tmp/a !" "$(completes dialtrace -o "$tmp/a")"
}

t "make install" test_install
t "the manual page" test_man
t "completion" test_completion
exit $failed
