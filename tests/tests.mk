# The tests' programs; included by the Makefile. tests/run runs them.
#
# UNIT_TESTS   every program
# PORT_TESTS   those that contain the port, to be run under the sanitizers too

PORT_TESTS := $(addprefix $(B)/tests/, \
	test_fd_mutex \
	test_port_conn \
	test_port_net \
	test_port_procs \
	test_port_runtime \
	test_port_time \
	test_port_wakeups \
	stress_netpoll \
	stress_procs)

# Those that run under the sanitizers: not the one that stops after each instruction.
SANITIZED := $(filter-out %/test_port_wakeups,$(PORT_TESTS))

UNIT_TESTS := $(PORT_TESTS) $(addprefix $(B)/tests/, \
	test_check \
	test_chrome \
	test_decode \
	test_gosym \
	test_json \
	test_out \
	test_replay \
	test_ring \
	test_step \
	test_steps \
	test_tree)

PORT_TEST_OBJ := $(B)/tests/port_test.o $(addsuffix .o,$(PORT_TESTS))
TRACER_TEST_OBJ := $(addsuffix .o,$(filter-out $(PORT_TESTS),$(UNIT_TESTS)))

$(PORT_TEST_OBJ): private OBJ_CFLAGS = $(PORT_CFLAGS)

# The port's calls that these tests look at and make fail: the linker sends them
# to __wrap_NAME in the test.
wrap = $(addprefix -Wl$(comma)--wrap=,$(1))
comma := ,

$(B)/tests/test_port_runtime: private WRAP := $(call wrap, \
	pthread_create \
	runtime_closeonexec \
	runtime_epollcreate \
	runtime_epollcreate1 \
	runtime_epollctl \
	runtime_epollwait)

$(B)/tests/stress_procs: private WRAP := $(call wrap, \
	runtime_gopark \
	runtime_goparkunlock \
	runtime_malg)

$(B)/tests/test_port_procs: private WRAP := $(call wrap, \
	runtime_deltimer \
	runtime_epollwait \
	runtime_gopark \
	runtime_mcall \
	runtime_netpollinited)

$(B)/tests/test_port_time: private WRAP := $(call wrap, \
	runtime_newproc)

$(B)/tests/test_port_wakeups: private WRAP := $(call wrap, \
	net_runtime_pollWait \
	runtime_gopark \
	runtime_goparkunlock \
	runtime_netpollinited)

$(B)/tests/test_port_net: private WRAP := $(call wrap, \
	net_runtime_pollReset \
	net_runtime_pollWait \
	runtime_closeonexec \
	runtime_epollcreate \
	runtime_epollcreate1 \
	runtime_epollctl \
	syscall_Bind \
	syscall_Getpeername \
	syscall_Getsockname \
	syscall_Read \
	syscall_SetsockoptInt \
	syscall_Write \
	syscall_fcntl)

# Not static like the port's own programs: cmocka is a shared library only.
$(PORT_TESTS): %: %.o $(B)/tests/port_test.o $(PORT_OBJ)
	$(call say,LD )
	$(CC) $(PORT_CFLAGS) $(if $(SANITIZE),$(PORT_LDFLAGS)) $(WRAP) -o $@ $^ -lcmocka

# What golden/scenarios names, on the port; and the other end.
GOLDEN := $(addprefix $(B)/tests/golden/,bigwrite close deadline dial dialer errors listen \
	many sockopts sysmon udp-dial udp-listen)
GOLDEN_OBJ := $(GOLDEN:$(B)/tests/golden/%=$(B)/tests/golden/port/%.o) \
	$(B)/tests/golden/port/common.o

$(GOLDEN_OBJ): private OBJ_CFLAGS = $(PORT_CFLAGS)

$(GOLDEN): $(B)/tests/golden/%: $(B)/tests/golden/port/%.o $(B)/tests/golden/port/common.o \
		$(PORT_OBJ)
	$(call say,LD )
	$(CC) $(PORT_CFLAGS) $(PORT_LDFLAGS) -o $@ $^

$(B)/tests/golden/peer: $(B)/tests/golden/port/peer.o
	$(call say,LD )
	$(CC) $(CFLAGS) -o $@ $^

# The tracer's: each is linked with what it tests.
DECODE_OBJ := $(addprefix $(B)/src/dialtrace/,decode.o decode_args.o decode_call.o \
	decode_sockaddr.o decode_tables.o polldescs.o out.o)
tracer_obj = $(addprefix $(B)/src/dialtrace/,$(addsuffix .o,$(1)))

$(B)/tests/test_check: $(call tracer_obj,check steps steps_go)
$(B)/tests/test_chrome: $(call tracer_obj,chrome out)
$(B)/tests/test_decode: $(DECODE_OBJ)
GOSYM_OBJ := $(call tracer_obj,gosym go_pclntab go_prologue go_version elf_image)

$(B)/tests/test_gosym: $(GOSYM_OBJ)
$(B)/tests/test_json: $(call tracer_obj,json trace tree emulate check steps steps_go) $(DECODE_OBJ)
$(B)/tests/test_out: $(call tracer_obj,out)
$(B)/tests/test_replay: $(call tracer_obj,json recording text trace tree emulate check steps steps_go) $(DECODE_OBJ)
$(B)/tests/test_ring: $(call tracer_obj,ring_reader)
$(B)/tests/test_step: $(call tracer_obj,step_moves step_repo step_run step_source out steps steps_go)
$(B)/tests/test_steps: $(call tracer_obj,steps steps_go) $(DECODE_OBJ)
$(B)/tests/test_tree: $(call tracer_obj,tree)

$(filter-out $(PORT_TESTS),$(UNIT_TESTS)): %: %.o
	$(call say,LD )
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka -lseccomp -lelf -ljson-c

# libFuzzer's harnesses: tests/fuzz/fuzz_NAME.c, each with what it feeds; known inputs
# are in tests/fuzz/NAME.
FUZZ := gosym recording
FUZZERS := $(FUZZ:%=$(B)/fuzz/%)
fuzzed = $(addprefix src/dialtrace/,$(addsuffix .c,$(1)))

$(B)/fuzz/gosym: $(call fuzzed,elf_image go_pclntab go_prologue go_version gosym)
$(B)/fuzz/gosym: private LIBS := -lelf

$(B)/fuzz/recording: $(call fuzzed,check chrome out recording steps steps_go text)
$(B)/fuzz/recording: private LIBS := -ljson-c

$(FUZZERS): $(B)/fuzz/%: tests/fuzz/fuzz_%.c $(wildcard src/dialtrace/*.h) | build/.setup-test
	@mkdir -p $(@D)
	$(call say,FUZ)
	$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^) $(LIBS)

-include $(patsubst %.o,%.d,$(PORT_TEST_OBJ) $(TRACER_TEST_OBJ) $(GOLDEN_OBJ) \
	$(B)/tests/golden/port/peer.o $(BENCH:$(B)/bench/%=$(B)/tests/bench/%.o))
