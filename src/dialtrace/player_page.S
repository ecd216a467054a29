/* The player's page, as the Makefile has put it together of src/dialtrace/player. */
	.section .rodata
	.globl player_page, player_page_size
player_page:
	.incbin PLAYER_PAGE
end:
	.balign 8
player_page_size:
	.quad end - player_page

	.section .note.GNU-stack,"",%progbits
