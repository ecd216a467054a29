/*
 * Stack switches on arm64 (Go 1.7.4 runtime/asm_arm64.s: mcall, gogo,
 * systemstack). A goroutine that gives way leaves the registers that a C call
 * must preserve (x19-x30, d8-d15) on its own stack; where they lie is all that
 * is kept of it.
 */
#if defined(__aarch64__)
	.text

/* runtime_g *runtime_getg(void) */
	.globl	runtime_getg
	.type	runtime_getg, %function
runtime_getg:
	mrs	x0, tpidr_el0
	add	x0, x0, #:tprel_hi12:runtime_tls_g, lsl #12
	add	x0, x0, #:tprel_lo12_nc:runtime_tls_g
	ldr	x0, [x0]
	ret
	.size	runtime_getg, .-runtime_getg

/* void runtime_asm_mcall(runtime_gobuf *save, uintptr_t sp, fn, runtime_g *gp) */
	.globl	runtime_asm_mcall
	.type	runtime_asm_mcall, %function
runtime_asm_mcall:
	sub	sp, sp, #160
	stp	x19, x20, [sp, #0]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	mov	x0, x3
	blr	x2
	brk	#0
	.size	runtime_asm_mcall, .-runtime_asm_mcall

/* void runtime_asm_gogo(const runtime_gobuf *buf) */
	.globl	runtime_asm_gogo
	.type	runtime_asm_gogo, %function
runtime_asm_gogo:
	ldr	x9, [x0]
	mov	sp, x9
	ldp	x19, x20, [sp, #0]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	ret
	.size	runtime_asm_gogo, .-runtime_asm_gogo

/* void runtime_asm_systemstack(uintptr_t sp, fn, void *arg) */
	.globl	runtime_asm_systemstack
	.type	runtime_asm_systemstack, %function
runtime_asm_systemstack:
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	mov	sp, x0
	mov	x0, x2
	blr	x1
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	ret
	.size	runtime_asm_systemstack, .-runtime_asm_systemstack

	.section .rodata
	.balign	8
	.globl	runtime_asm_framesize, runtime_asm_framepc
runtime_asm_framesize:
	.quad	160
runtime_asm_framepc:
	.quad	88
#endif

	.section .note.GNU-stack, "", %progbits
