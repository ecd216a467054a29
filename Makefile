# make trace-dial   the article's path, live
# make trace        what else there is to watch; STEP=calls lets you go through it
# make trace-go     the same dial by Go itself
# make quiz         the dial again: which system call comes next?
# make compare      the port's dial and Go's, side by side; FORMAT=json for programs
# make weave        fills the walkthrough's blocks from the source and from real runs
# make book         the walkthrough as HTML, in build/book
# make test         everything that can be tested on this machine
# make recordings   the walkthrough's recordings, anew
# make player       the walkthrough's recordings as pages to step through, in build/player
# make bench        what tracing costs, beside other tracers, and the port, beside Go
# make model        every interleaving of the poller's semaphores, with spin
# make install      dialtrace, its manual page and its recordings
# make fuzz         feeds the readers of foreign files with anything
# make lint         format and static analysis
# SANITIZE=address|thread builds the port for that sanitizer, in its own directory

KERNEL ?=
SANITIZE ?=
B := build$(if $(SANITIZE),-$(SANITIZE))

CC := gcc
CLANG := clang
ARCH := $(shell uname -m)
# One short line a file; V=1 shows the commands.
ifeq ($(V),)
.SILENT:
say = @echo "  $(1) $@"
endif

BPF_ARCH := $(if $(filter aarch64,$(ARCH)),arm64,x86)
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

CPPFLAGS := -D_GNU_SOURCE -Isrc -Ibpf -isystem $(B)/generated
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -Wconversion -Werror
DEPS = -MMD -MP

# The port is built so that every function can be found by its name, entered at
# its first instruction and seen on the stack: no inlining, no clones, no tail
# calls, and a nop at each entry, which the kernel emulates where it would have to
# single-step another instruction.
PORT_CFLAGS := $(CFLAGS) -pthread -fno-inline -fno-ipa-cp -fno-ipa-sra -fno-ipa-icf \
	-fno-partial-inlining -fno-optimize-sibling-calls
# The stack pointer is the same at every call a function makes, as it is in Go: nesting is
# read off it.
ifeq ($(ARCH),x86_64)
PORT_CFLAGS += -maccumulate-outgoing-args
endif
ifeq ($(SANITIZE),)
PORT_CFLAGS += -fpatchable-function-entry=1
PORT_LDFLAGS := -static
else ifeq ($(SANITIZE),address)
PORT_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
PORT_LDFLAGS := -fsanitize=address,undefined
else
PORT_CFLAGS += -fsanitize=thread
PORT_LDFLAGS := -fsanitize=thread
endif

PORT_SRC := \
	src/runtime/asm_amd64.S \
	src/runtime/asm_arm64.S \
	src/runtime/chan.c \
	src/runtime/lock_futex.c \
	src/runtime/netpoll.c \
	src/runtime/netpoll_epoll.c \
	src/runtime/os_linux.c \
	src/runtime/panic.c \
	src/runtime/proc.c \
	src/runtime/sema.c \
	src/runtime/stack.c \
	src/runtime/stubs.c \
	src/runtime/time.c \
	src/context/context.c \
	src/time/sleep.c \
	src/time/time.c \
	src/sync/once.c \
	src/os/error.c \
	src/syscall/exec_unix.c \
	src/syscall/syscall_linux.c \
	src/net/dial.c \
	src/net/fd_mutex.c \
	src/net/fd_poll_runtime.c \
	src/net/fd_unix.c \
	src/net/hook_unix.c \
	src/net/ip.c \
	src/net/ipsock.c \
	src/net/ipsock_posix.c \
	src/net/net.c \
	src/net/sock_cloexec.c \
	src/net/sock_linux.c \
	src/net/sock_posix.c \
	src/net/sockopt_linux.c \
	src/net/sockopt_posix.c \
	src/net/tcpsock.c \
	src/net/tcpsock_posix.c \
	src/net/tcpsockopt_posix.c \
	src/net/tcpsockopt_unix.c \
	src/net/udpsock.c \
	src/net/udpsock_posix.c

TRACER_SRC := \
	src/dialtrace/check.c \
	src/dialtrace/chrome.c \
	src/dialtrace/command.c \
	src/dialtrace/compare.c \
	src/dialtrace/decode.c \
	src/dialtrace/decode_args.c \
	src/dialtrace/decode_call.c \
	src/dialtrace/decode_sockaddr.c \
	src/dialtrace/decode_tables.c \
	src/dialtrace/elf_image.c \
	src/dialtrace/emulate.c \
	src/dialtrace/go_pclntab.c \
	src/dialtrace/go_prologue.c \
	src/dialtrace/go_version.c \
	src/dialtrace/gosym.c \
	src/dialtrace/guard.c \
	src/dialtrace/held.c \
	src/dialtrace/json.c \
	src/dialtrace/live.c \
	src/dialtrace/options.c \
	src/dialtrace/out.c \
	src/dialtrace/output.c \
	src/dialtrace/player.c \
	src/dialtrace/player_page.S \
	src/dialtrace/polldescs.c \
	src/dialtrace/probes.c \
	src/dialtrace/process.c \
	src/dialtrace/program.c \
	src/dialtrace/recording.c \
	src/dialtrace/replay.c \
	src/dialtrace/quiz.c \
	src/dialtrace/reasons.c \
	src/dialtrace/ring_reader.c \
	src/dialtrace/sequence.c \
	src/dialtrace/step.c \
	src/dialtrace/step_moves.c \
	src/dialtrace/step_repo.c \
	src/dialtrace/step_run.c \
	src/dialtrace/step_screen.c \
	src/dialtrace/step_source.c \
	src/dialtrace/step_term.c \
	src/dialtrace/steps.c \
	src/dialtrace/steps_go.c \
	src/dialtrace/symbols.c \
	src/dialtrace/text.c \
	src/dialtrace/trace.c \
	src/dialtrace/tree.c

objects = $(addprefix $(B)/,$(addsuffix .o,$(basename $(1))))
PORT_OBJ := $(call objects,$(PORT_SRC))
TRACER_OBJ := $(call objects,$(TRACER_SRC))

# The programs on the port.
CMDS := $(addprefix $(B)/,bigwrite close deadline dial echo listen sysmon udp)
CMD_OBJ := $(CMDS:$(B)/%=$(B)/src/cmd/%.o) $(B)/src/cmd/cmd.o

PROGRAMS := $(CMDS) $(B)/peer $(B)/dialtrace

all: $(PROGRAMS)

# With STEP=calls, syscalls, steps or all: by keys, and there is no saying what timers and the
# other end do meanwhile. Else all steps must be seen.
watch = $(if $(STEP),--step$(if $(filter-out all,$(STEP)),=$(STEP)),--check$(1))

# Who runs a scenario: a program on the port, or its twin in Go. Go's default is a P for
# each CPU; with one it does the same every time, and so does the port.
BY ?= port
ifneq ($(filter-out port go,$(BY)),)
$(error BY=$(BY): it can be port or go)
endif
twin := $(if $(filter go,$(BY)),-go)
TWINS := $(addprefix $(B)/,$(addsuffix -go,bigwrite close deadline dial listen sysmon udp))
PEER :=
watched = $(SUDO) env GOMAXPROCS=$(or $(GOMAXPROCS),1) $(B)/peer $(PEER) $(B)/dialtrace $(RECORD)

ifdef twin
trace-dial: trace-go
else
trace-dial: $(PROGRAMS)
	@$(watched) --kernel=$(or $(KERNEL),2.6.26) $(watch) -- $(B)/dial ADDR
endif

# The other scenarios: the program, who is at the other end, and the steps it is about, in
# the order in which they come. In Go some have come before: its own goroutines park and are
# readied (7.4, 8.6, 10.6), and the file that says somaxconn is polled (6.4). Since Go 1.14 each P
# has timers of its own, looked at where the scheduler polls (not 11.13, 11.16 and 11.17).
trace-refused: PEER = -m refuse
trace-refused: RUN = dial ADDR
trace-refused: STATUS = 1
trace-refused: STEPS = 1.1,3.6-3.7,4.1-4.2,6.1,6.3-6.4,7.1-7.3,8.2-8.5,9.1,11.1-11.8,11.10
trace-refused: GO_STEPS = $(STEPS)

trace-listen: PEER = -m dial
trace-listen: RUN = listen ADDR
trace-listen: STEPS = 1.7,3.8-3.13,4.1,6.4,9.11-9.13,7.1-7.5,8.2-8.5,9.15,9.9-9.10,9.7-9.8,11.1
trace-listen: GO_STEPS = 1.7,3.8-3.13,9.11-9.13,7.1-7.3,7.5,8.2-8.5,9.15,9.9-9.10,9.7-9.8,11.1

trace-deadline: RUN = deadline ADDR
trace-deadline: STEPS = 1.1,8.4,9.7,11.11-11.13,9.9-9.10,11.15-11.18,8.6,11.1
trace-deadline: GO_STEPS = 1.1,8.4,9.7,11.11-11.12,9.9-9.10,11.18,11.1

trace-close: RUN = close ADDR
trace-close: STEPS = 1.1,8.4,9.9-9.10,11.1-11.3,8.6,11.4-11.8,11.10
trace-close: GO_STEPS = 1.1,8.4,9.9-9.10,11.1-11.8,11.10

trace-bigwrite: PEER = -m sink
trace-bigwrite: RUN = bigwrite ADDR
trace-bigwrite: STEPS = 1.1,7.1-7.5,8.2-8.5,9.7-9.8,11.20-11.21,9.9-9.10,11.1
trace-bigwrite: GO_STEPS = 1.1,7.1-7.3,7.5,8.2-8.5,9.7-9.8,11.20-11.21,9.9-9.10,11.1

trace-sysmon: PEER = -p 30
trace-sysmon: RUN = sysmon ADDR
trace-sysmon: STEPS = 10.1,1.1,7.5,9.7-9.10,10.6-10.7,11.1/10.3-10.5
trace-sysmon: GO_STEPS = 10.1,1.1,7.5,9.7-9.10,10.7,11.1/10.3-10.5

trace-udp: RUN = udp
trace-udp: STEPS = 1.9,3.14-3.15,4.1,6.4,1.8,3.7,9.7-9.10,7.1-7.5,9.16-9.19,11.1
trace-udp: GO_STEPS = 1.9,3.14-3.15,6.4,1.8,3.7,9.7-9.10,7.1-7.3,7.5,9.16-9.19,11.1

SCENARIOS := refused listen deadline close bigwrite sysmon udp

$(SCENARIOS:%=trace-%): $(PROGRAMS) $(if $(twin),$(TWINS))
	$(if $(twin),$(if $(filter 2.6.26,$(KERNEL)),$(error a Go of today does not run on it: see make trace-go KERNEL=2.6.26)))
	@$(watched) --kernel=$(or $(KERNEL),native) $(call watch,=$(if $(twin),$(GO_STEPS),$(STEPS))) -- \
		$(B)/$(firstword $(RUN))$(twin) $(wordlist 2,$(words $(RUN)),$(RUN)) || [ $$? = $(or $(STATUS),0) ]

# A Go of today does not take the older path: its dial ends where that would begin.
trace-go: CHECK = $(if $(filter 2.6.26,$(KERNEL)),=1.1-1.6$(comma)2.1-2.2)
trace-go: $(PROGRAMS) $(B)/dial-go
	@$(watched) --kernel=$(or $(KERNEL),native) $(call watch,$(CHECK)) -- $(B)/dial-go ADDR || \
		{ [ $$? = 1 ] && [ "$(KERNEL)" = 2.6.26 ] && \
		echo 'This Go wants Linux 2.6.32: it has no second try without the flags.'; }

$(TWINS) $(B)/sleep-go $(B)/wake-go: $(B)/%-go: src/cmd/%.go | build/.setup-go
	@mkdir -p $(@D)
	$(call say,GO )
	CGO_ENABLED=0 GOCACHE="$$PWD/$(B)/go-cache" go build -o $@ $<

compare: $(PROGRAMS) $(B)/dial-go
	@mkdir -p $(B)/compare
	@for p in dial dial-go; do $(SUDO) env GOMAXPROCS=1 $(B)/peer $(B)/dialtrace \
		--kernel=$(or $(KERNEL),native) --format=json -o $(B)/compare/$$p.ndjson -- $(B)/$$p ADDR \
		2>$(B)/compare/$$p.stderr || [ "$$p $$? $(KERNEL)" = 'dial-go 1 2.6.26' ] || \
		{ cat $(B)/compare/$$p.stderr >&2; exit 1; }; done
	@$(B)/dialtrace compare --format=$(or $(FORMAT),text) $(B)/compare/dial.ndjson $(B)/compare/dial-go.ndjson

quiz: $(B)/dialtrace
	@$(B)/dialtrace quiz $(or $(RECORDING),walkthrough/recordings/dial-2.6.26.ndjson)

trace:
	@echo "make trace-dial      a dial, as on Linux 2.6.26: the path of the article"
	@echo "make trace-refused   nobody listens: SO_ERROR tells, and all is taken back"
	@echo "make trace-listen    a server: accept parks as a read does"
	@echo "make trace-deadline  a read that may take 20 ms: the timer, its goroutine and its thread"
	@echo "make trace-close     a goroutine parked on what another one closes"
	@echo "make trace-bigwrite  more than the kernel takes: parked for writing"
	@echo "make trace-sysmon    the only P is busy: sysmon polls, and injects the reader"
	@echo "make trace-udp       two goroutines over UDP: connect returns at once"
	@echo "make trace-go        the dial once more, by the Go that is installed"
	@echo "make compare         the port's dial and Go's in two columns"
	@echo "KERNEL=2.6.26 or KERNEL=native: the kernel that answers"
	@echo "BY=go: the same by the Go that is installed"
	@echo "STEP=calls, syscalls, steps or all: the program stops there, and goes on by keys"

$(CMDS): $(B)/%: $(B)/src/cmd/%.o $(B)/src/cmd/cmd.o $(PORT_OBJ)
	$(call say,LD )
	$(CC) $(PORT_CFLAGS) $(PORT_LDFLAGS) -o $@ $^

$(B)/peer: $(B)/src/cmd/peer.o
	$(call say,LD )
	$(CC) $(CFLAGS) -o $@ $^

$(B)/dialtrace: $(B)/src/dialtrace/main.o $(TRACER_OBJ)
	$(call say,LD )
	$(CC) $(CFLAGS) -o $@ $^ -lbpf -lelf -lseccomp -ljson-c -lncursesw -ltinfo -lm

# Stack switching is what stubs.c does: it tells ThreadSanitizer about it, and
# must not be instrumented itself.
$(B)/src/runtime/stubs.o: private PORT_CFLAGS := $(filter-out -fsanitize=thread,$(PORT_CFLAGS)) \
	$(if $(filter thread,$(SANITIZE)),-DSANITIZE_THREAD)

$(PORT_OBJ) $(CMD_OBJ): private OBJ_CFLAGS = $(PORT_CFLAGS)
OBJ_CFLAGS = $(CFLAGS)

$(B)/%.o: %.c | $(B)/.setup
	@mkdir -p $(@D)
	$(call say,CC )
	$(CC) $(CPPFLAGS) $(OBJ_CFLAGS) $(DEPS) -c -o $@ $<

$(B)/%.o: %.S | $(B)/.setup
	@mkdir -p $(@D)
	$(call say,CC )
	$(CC) $(CPPFLAGS) -c -o $@ $<

$(B)/generated/dialtrace.bpf.o: bpf/dialtrace.bpf.c bpf/kernel.h bpf/arch.h bpf/event.h bpf/ring.h bpf/config.h | $(B)/.setup
	@mkdir -p $(@D)
	$(call say,BPF)
	$(CLANG) -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra -Werror \
		-Wno-unused-parameter -Ibpf -c -o $@ $<

$(B)/generated/dialtrace.skel.h: $(B)/generated/dialtrace.bpf.o
	$(call say,GEN)
	PATH=$$PATH:/usr/sbin bpftool gen skeleton $< name dialtrace_bpf >$@.tmp 2>/dev/null
	mv $@.tmp $@

$(B)/src/dialtrace/probes.o: $(B)/generated/dialtrace.skel.h

# The player's page; its parts in the order in which they are read.
PLAYER := $(addprefix src/dialtrace/player/,page.html style.css recording.js facts.js align.js \
	code.js tree.js state.js main.js)

$(B)/generated/player.html: scripts/player-page $(PLAYER)
	@mkdir -p $(@D)
	$(call say,GEN)
	$^ >$@

$(B)/src/dialtrace/player_page.o: $(B)/generated/player.html
$(B)/src/dialtrace/player_page.o: private CPPFLAGS += -DPLAYER_PAGE='"$(B)/generated/player.html"'

# Each recording as a page, and side by side: the dial on two kernels, and everything by the
# port and by Go.
RECORDED := $(patsubst walkthrough/recordings/%.ndjson,%,$(wildcard walkthrough/recordings/*.ndjson))
SINGLE_PAGES := $(RECORDED:%=$(B)/player/%.html)
PAIR_PAGES := $(B)/player/two-kernels.html $(B)/player/port-and-go.html \
	$(SCENARIOS:%=$(B)/player/%-port-and-go.html)
PLAYER_PAGES := $(SINGLE_PAGES) $(PAIR_PAGES)

build/.setup-%: scripts/setup
	@mkdir -p $(@D)
	@scripts/setup $*
	@touch $@

$(B)/.setup: scripts/setup
	@mkdir -p $(@D)
	@scripts/setup build
	@touch $@

include tests/tests.mk

$(PORT_TEST_OBJ) $(TRACER_TEST_OBJ): | build/.setup-test

BENCH := $(addprefix $(B)/bench/,calls echo_client echo_loop meter rounds)

# The unit tests, the port's again under each sanitizer, then the scripts, which trace for
# real. CI=true makes a live test that cannot run a failure.
SCRIPTS := tests/test_golden.sh tests/test_live.sh tests/test_input.sh tests/test_model.sh \
	tests/test_go.sh tests/test_compare.sh tests/test_replay.sh tests/test_quiz.sh tests/test_step.sh tests/test_step_live.sh \
	tests/test_fuzz.sh tests/test_install.sh tests/test_player.sh \
	tests/test_walkthrough.sh tests/test_book.sh
SANITIZERS := address thread

# axe-core, of the version and with the checksum that the lock file has. Without a network
# there is none, and its test is skipped.
$(B)/axe/.installed: tests/axe/package.json tests/axe/package-lock.json | build/.setup-test
	@mkdir -p $(@D)
	cp $^ $(@D)
	-cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund && touch .installed

test: $(PROGRAMS) $(TWINS) $(UNIT_TESTS) $(GOLDEN) $(B)/tests/golden/peer $(BENCH) $(FUZZERS) \
		$(B)/axe/.installed $(PLAYER_PAGES) \
		| build/.setup-test
	for s in $(SANITIZERS); do $(MAKE) SANITIZE=$$s port-tests || exit 1; done
	$(SUDO) env CI="$(CI)" tests/run -t 900 $(UNIT_TESTS) \
		$(foreach s,$(SANITIZERS),$(SANITIZED:$(B)/%=build-$(s)/%)) $(SCRIPTS)

port-tests: $(PORT_TESTS)

# What can be replayed without root, made of real runs: of the targets above, with RECORD.
recordings: $(PROGRAMS) $(TWINS)
	scripts/record walkthrough/recordings
.PHONY: recordings

player: $(PLAYER_PAGES)
	@echo "to be opened in a browser: $(B)/player/*.html; two-kernels.html and *port-and-go.html are side by side"
.PHONY: player

$(B)/player/two-kernels.html: $(addprefix walkthrough/recordings/dial-,2.6.26.ndjson native.ndjson)
$(B)/player/port-and-go.html: $(addprefix walkthrough/recordings/dial-,native.ndjson go.ndjson)
$(SCENARIOS:%=$(B)/player/%-port-and-go.html): $(B)/player/%-port-and-go.html: \
	walkthrough/recordings/%.ndjson walkthrough/recordings/%-go.ndjson
$(SINGLE_PAGES): $(B)/player/%.html: walkthrough/recordings/%.ndjson
$(PLAYER_PAGES): $(B)/dialtrace $(PORT_SRC) | build/.setup-weave
	@mkdir -p $(@D)
	$(call say,GEN)
	$(B)/dialtrace replay --html=$@ $(filter %.ndjson,$^)

# Each harness for so long, from its known inputs on; new ones stay in build.
FUZZ_SECONDS ?= 60
fuzz: $(FUZZERS)
	for f in $(FUZZ); do mkdir -p $(B)/fuzz/new-$$f && $(B)/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) \
		-max_len=8192 -timeout=5 -rss_limit_mb=1024 -artifact_prefix=$(B)/fuzz/ $(B)/fuzz/new-$$f tests/fuzz/$$f || exit 1; done
.PHONY: fuzz

weave: $(PROGRAMS) | build/.setup-weave
	scripts/weave

book: $(PLAYER_PAGES) | build/.setup-book
	scripts/book/render build/book $(B)/player
	@echo "to be opened in a browser: build/book/index.html"

bench: $(PROGRAMS) $(BENCH) $(B)/bench/echo_go | build/.setup-bench
	$(SUDO) tests/bench/run
	$(SUDO) tests/bench/go
	tests/bench/echo

model: | build/.setup-model
	tests/model/run

# Static like the port, so that neither side of a comparison has a loader.
$(BENCH): $(B)/bench/%: $(B)/tests/bench/%.o
	@mkdir -p $(@D)
	$(call say,LD )
	$(CC) $(CFLAGS) -static -o $@ $^

$(B)/bench/echo_go: tests/bench/echo.go | build/.setup-bench
	@mkdir -p $(@D)
	$(call say,GO )
	CGO_ENABLED=0 GOCACHE="$$PWD/$(B)/go-cache" go build -o $@ $<

C_FILES = $(shell git ls-files -co --exclude-standard 'src/*.[ch]' 'bpf/*.[ch]' 'tests/*.[ch]')
SH_FILES = scripts/setup scripts/close-inherited scripts/record scripts/player-page scripts/completion.bash scripts/weave scripts/book/render \
	.ci/run tests/run tests/golden/record tests/golden/scenarios \
	$(wildcard tests/*.sh tests/bench/*.sh tests/bench/run tests/bench/go tests/bench/echo tests/model/run)

lint: $(PROGRAMS) $(UNIT_TESTS:%=%.o) | build/.setup-lint
	clang-format --dry-run -Werror $(C_FILES)
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem \
		'-DLIBBPF_OPTS(T,N,...)=struct T N = {__VA_ARGS__}' --std=c11 -D_GNU_SOURCE -Isrc -Ibpf \
		-j2 src
	clang-tidy --quiet --warnings-as-errors='*' $(filter src/%.c,$(C_FILES)) -- \
		$(CPPFLAGS) -std=gnu11 2>/dev/null
	shellcheck -x $(SH_FILES)
	! mandoc -T lint src/dialtrace/dialtrace.1 2>&1 | grep -vE 'outdated mandoc.db|referenced manual not found'
	@echo "lint: clean"

# Where everything lies for a distribution: make install DESTDIR=... PREFIX=/usr
PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share

install: $(B)/dialtrace
	install -D -m 755 $(B)/dialtrace $(DESTDIR)$(PREFIX)/bin/dialtrace
	install -D -m 644 src/dialtrace/dialtrace.1 $(SHARE)/man/man1/dialtrace.1
	install -D -m 644 scripts/completion.bash $(SHARE)/bash-completion/completions/dialtrace
	install -D -m 644 -t $(SHARE)/dialtrace/recordings walkthrough/recordings/*.ndjson
	@echo "installed: $(DESTDIR)$(PREFIX)/bin/dialtrace, its manual page, completion and recordings"
.PHONY: install

clean:
	rm -rf build build-address build-thread

.PHONY: all trace trace-dial trace-go compare quiz $(SCENARIOS:%=trace-%) weave book test port-tests bench model fuzz lint clean
.DELETE_ON_ERROR:

-include $(patsubst %.o,%.d,$(PORT_OBJ) $(TRACER_OBJ) $(CMD_OBJ) $(B)/src/cmd/peer.d \
	$(B)/src/dialtrace/main.d)
