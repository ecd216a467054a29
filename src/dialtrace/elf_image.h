/*
 * An ELF program as bytes that are asked for by address, whatever the file
 * says: nothing here reads outside of it.
 */
#ifndef DIALTRACE_ELF_IMAGE_H
#define DIALTRACE_ELF_IMAGE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>

#include "event.h"

/* n bytes at p, which is NULL if n is 0. They belong to whom they come from. */
struct bytes {
	const u8 *p;
	size_t n;
};

/* What is left of b from offset on; nothing if it ends before. */
struct bytes bytes_from(struct bytes b, u64 offset);

/* The little-endian number of width bytes (4 or 8) at offset; false if b ends
 * before. */
bool bytes_number(struct bytes b, u64 offset, size_t width, u64 *value);

enum { ELF_IMAGE_SEGMENTS = 64 };

struct elf_image {
	struct bytes file; /* the caller's, for as long as the image is open */
	Elf *elf;
	u16 machine; /* EM_X86_64, EM_AARCH64 */
	bool wide;   /* a 64-bit program */
	size_t count;
	GElf_Phdr segment[ELF_IMAGE_SEGMENTS];
	struct bytes relocations; /* the dynamic linker's, Elf64_Rela */
};

/* Opens a program. Returns NULL, or what is wrong with it; then there is nothing to
 * close. */
const char *elf_image_open(struct elf_image *f, struct bytes file);
void elf_image_close(struct elf_image *f);

/* What the file has from address on, up to the end of the segment; nothing if it is
 * in no segment or, like .bss, only in memory. */
struct bytes elf_image_at(const struct elf_image *f, u64 address);

/* Where address is in the file; false if it is not. */
bool elf_image_offset(const struct elf_image *f, u64 address, u64 *offset);

/* Finds a section that has contents. Returns whether there is one. */
bool elf_image_section(const struct elf_image *f, const char *name, u64 *address,
                       struct bytes *contents);

/* Tells whether the file has a section table at all. */
bool elf_image_has_sections(const struct elf_image *f);

/* Does to a copy of the n bytes at address what the dynamic linker will, for a program
 * loaded where its addresses say. (A linker may leave zeros in a PIE's file.) */
void elf_image_relocate(const struct elf_image *f, u64 address, u8 *copy, size_t n);

/* Reads the word that the program will find at address; false if there is none. */
bool elf_image_word(const struct elf_image *f, u64 address, u64 *word);

#endif
