# shellcheck shell=bash disable=SC2154 # tmp is from lib.sh
# Tests of what runs in a terminal, as a user has it: keys typed (tmux), and what is on the
# screen then. Sourced after lib.sh.

tests=0
unset TMUX

# A server of our own for each test, without anybody's configuration: one that is just ending
# would take the next test's terminal with it.
terminal() {
	timeout "$patience" tmux -S "$tmp/tmux$tests" -f /dev/null "$@"
}
trap 'terminal kill-server 2>/dev/null; clean_up' EXIT

# on_terminal NAME FUNCTION [ARG...]: a test that starts a shell, or step.
on_terminal() {
	tests=$((tests + 1))
	t "$@"
	terminal kill-server 2>/dev/null
}

# once_more FUNCTION [ARG...]: again, on another terminal, if it fails: for what sysmon's polls can
# spoil where the machine stalls.
once_more() {
	"$@" && return
	terminal kill-server 2>/dev/null
	tests=$((tests + 1))
	"$@"
}

# sees PATTERN...: each extended regular expression comes to be on the screen, all at the
# same time.
sees() {
	local pattern missing deadline=$((SECONDS + patience))
	while [ $SECONDS -le $deadline ]; do
		terminal capture-pane -p >"$tmp/screen"
		missing=
		for pattern; do
			grep -qE -e "$pattern" "$tmp/screen" || missing=$pattern
		done
		[ "$missing" ] || return 0
		sleep 0.05
	done
	echo "nothing like '$missing' on the screen:"
	cat "$tmp/screen"
	return 1
}

# lacks PATTERN: it is not on the screen that sees saw last.
lacks() {
	! grep -nE -e "$1" "$tmp/screen"
}

keys() {
	terminal send-keys "$@"
}

# A shell on a terminal of COLUMNS and ROWS.
shell() { # COLUMNS ROWS
	terminal new-session -d -x "$1" -y "$2" "PS1='ready> ' bash --norc --noprofile" && sees '^ready>'
}

# The process that the shell runs.
stepper() {
	pgrep -P "$(terminal display-message -p '#{pane_pid}')"
}

# The shell is back, and says that the last status was this.
ended() { # STATUS
	sees 'ready>$' && keys "echo status=\$?" Enter && sees "^status=$1\$"
}

# What the shell's terminal is set to, into a file.
settings() {
	keys "stty -g >$1; echo set" Enter
	sees '^set$' && keys clear Enter && sees '^ready>$' && [ -s "$1" ]
}

# The same settings as before, and the shell's screen.
restored() { # STATUS
	ended "$1" && settings "$tmp/after" && cmp "$tmp/before" "$tmp/after" || return
	is "alternate screen, cursor" "0 1" "$(terminal display-message -p '#{alternate_on} #{cursor_flag}')"
}
