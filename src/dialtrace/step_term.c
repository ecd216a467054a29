/* The terminal of step mode: see step_term.h. */
#include "dialtrace/step_term.h"

#include <curses.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

enum { WRAP_INDENT = 4 };

static FILE *keys;
static SCREEN *screen;
static attr_t looks[LOOK_BAR + 1];

static void choose_looks(bool color)
{
	static const struct {
		attr_t attr;
		short color;
	} known[] = {
	    [LOOK_BOLD] = {A_BOLD, -1},
	    [LOOK_FAINT] = {A_DIM, -1},
	    [LOOK_STEP] = {A_BOLD, COLOR_YELLOW},
	    [LOOK_SYSCALL] = {A_BOLD, COLOR_CYAN},
	    [LOOK_ERROR] = {A_BOLD, COLOR_RED},
	    [LOOK_WAITING] = {A_BOLD, COLOR_MAGENTA},
	    [LOOK_BAR] = {A_REVERSE, -1},
	};

	color =
	    color && has_colors() && start_color() == OK && use_default_colors() == OK;
	for (int i = LOOK_BOLD; i <= LOOK_BAR; i++) {
		looks[i] = known[i].attr;
		if (color && known[i].color >= 0) {
			init_pair((short)i, known[i].color, -1);
			looks[i] |= COLOR_PAIR((attr_t)i);
		}
	}
}

bool term_known(void)
{
	int error;

	return setupterm(NULL, STDOUT_FILENO, &error) == OK && cursor_address;
}

bool term_start(int keyboard, bool color)
{
	static const int defaults[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

	/* The text is UTF-8, whatever the locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	keys = fdopen(dup(keyboard), "r");
	screen = keys ? newterm(NULL, stdout, keys) : NULL;
	if (!screen) {
		if (keys)
			fclose(keys);
		return false;
	}
	/* Signals are the caller's business, not that of curses. */
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		signal(defaults[i], SIG_DFL);
	atexit(term_end);
	set_escdelay(25);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	choose_looks(color);
	return true;
}

void term_end(void)
{
	if (screen && !isendwin())
		endwin();
}

int term_rows(void)
{
	return getmaxy(stdscr);
}

int term_columns(void)
{
	return getmaxx(stdscr);
}

void term_resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
}

void term_spoilt(void)
{
	reset_prog_mode();
	clearok(curscr, TRUE);
}

int term_key(void)
{
	return getch();
}

void term_clear(void)
{
	erase();
}

void term_show(void)
{
	refresh();
}

/* How many of the first bytes of text fill at most width columns. */
static size_t fitting(const char *text, int width)
{
	size_t i = 0;

	for (; text[i]; i++)
		if ((text[i] & 0xc0) != 0x80 && width-- <= 0)
			break;
	return i;
}

static int width_of(const char *text, size_t n)
{
	int c = 0;

	for (size_t i = 0; i < n; i++)
		c += (text[i] & 0xc0) != 0x80;
	return c;
}

/* Puts n bytes. */
static int put(int row, int column, enum look look, const char *text, size_t n)
{
	if (row < 0 || row >= term_rows() || column >= term_columns())
		return column;
	attrset((int)looks[look]);
	mvaddnstr(row, column, text, (int)n);
	attrset(0);
	return column + width_of(text, n);
}

int term_put(int row, int column, int width, enum look look, const char *text)
{
	size_t n;

	if (width > term_columns() - column)
		width = term_columns() - column;
	if (width <= 0)
		return column;
	n = fitting(text, width);
	if (!text[n])
		return put(row, column, look, text, n);
	column = put(row, column, look, text, fitting(text, width - 1));
	return put(row, column, look, "…", strlen("…"));
}

/* How many bytes of text stand on a line of width columns: up to a comma, a flag or a
 * space, if there is one in its second half. */
static size_t line_part(const char *text, int width)
{
	size_t n = fitting(text, width), end = n;

	if (!text[n])
		return n;
	while (end > n / 2 && !strchr(" ,|", text[end - 1]))
		end--;
	return end > n / 2 ? end : n;
}

int term_wrap(int row, int rows, int column, int width, enum look look, const char *text)
{
	int used = 0;

	while (*text && used < rows) {
		int indent = used ? WRAP_INDENT : 0;
		size_t part = line_part(text, width - indent);

		if (used == rows - 1 || !part) {
			term_put(row + used, column + indent, width - indent, look, text);
			return used + 1;
		}
		put(row + used, column + indent, look, text, part);
		text += part;
		used++;
	}
	return used;
}

int term_wrapped(int width, const char *text)
{
	int used = 0;

	while (*text) {
		size_t part = line_part(text, width - (used ? WRAP_INDENT : 0));

		used++;
		if (!part)
			break;
		text += part;
	}
	return used;
}

void term_fill(int row, int column, int width, enum look look)
{
	while (width-- > 0)
		put(row, column++, look, " ", 1);
}

void term_across(int row, int column, int width)
{
	while (width-- > 0)
		put(row, column++, LOOK_FAINT, "─", strlen("─"));
}

void term_down(int row, int column, int rows)
{
	while (rows-- > 0)
		put(row++, column, LOOK_FAINT, "│", strlen("│"));
}
