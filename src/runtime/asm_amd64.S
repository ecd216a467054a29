/*
 * Stack switches on x86-64 (Go 1.7.4 runtime/asm_amd64.s: mcall, gogo,
 * systemstack). A goroutine that gives way leaves the registers that a C call
 * must preserve on its own stack; where they lie is all that is kept of it.
 */
#if defined(__x86_64__)
	.text

/* runtime_g *runtime_getg(void) */
	.globl	runtime_getg
	.type	runtime_getg, @function
runtime_getg:
	mov	%fs:runtime_tls_g@tpoff, %rax
	ret
	.size	runtime_getg, .-runtime_getg

/* void runtime_asm_mcall(runtime_gobuf *save, uintptr_t sp, fn, runtime_g *gp) */
	.globl	runtime_asm_mcall
	.type	runtime_asm_mcall, @function
runtime_asm_mcall:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	mov	%rcx, %rdi
	call	*%rdx
	ud2
	.size	runtime_asm_mcall, .-runtime_asm_mcall

/* void runtime_asm_gogo(const runtime_gobuf *buf) */
	.globl	runtime_asm_gogo
	.type	runtime_asm_gogo, @function
runtime_asm_gogo:
	mov	(%rdi), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
	.size	runtime_asm_gogo, .-runtime_asm_gogo

/* void runtime_asm_systemstack(uintptr_t sp, fn, void *arg) */
	.globl	runtime_asm_systemstack
	.type	runtime_asm_systemstack, @function
runtime_asm_systemstack:
	push	%rbp
	mov	%rsp, %rbp
	mov	%rdi, %rsp
	mov	%rdx, %rdi
	call	*%rsi
	mov	%rbp, %rsp
	pop	%rbp
	ret
	.size	runtime_asm_systemstack, .-runtime_asm_systemstack

	.section .rodata
	.balign	8
	.globl	runtime_asm_framesize, runtime_asm_framepc
runtime_asm_framesize:
	.quad	64	/* 6 registers, pc, and a slot so that fn finds sp as after a call */
runtime_asm_framepc:
	.quad	48
#endif

	.section .note.GNU-stack, "", @progbits
