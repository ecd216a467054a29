// The source of the function in which the current event happens.

const KEYWORDS = new Set(('auto bool break case char const continue default do double else enum extern ' +
	'false for goto if int long return short signed sizeof static struct switch true typedef union ' +
	'unsigned void volatile while _Atomic int32_t int64_t uint32_t uint64_t size_t uintptr_t error NULL nil').split(' '));

function span(className, text) {
	const s = document.createElement('span');

	s.className = className;
	s.textContent = text;
	return s;
}

// Lines of C as elements, a <div> each.
function paint(text) {
	const token = /(\/\*[^]*?(?:\*\/|$)|\/\/.*)|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|([A-Za-z_]\w*)(\s*\()?|[^]/g;
	const lines = [document.createElement('code')];
	const put = (className, s) => s.split('\n').forEach((part, n) => {
		if (n)
			lines.push(document.createElement('code'));
		if (part)
			lines[lines.length - 1].append(className ? span(className, part) : part);
	});

	for (const [all, comment, string, word, open] of text.matchAll(token)) {
		if (comment)
			put('comment', all);
		else if (string)
			put('string', all);
		else if (word && KEYWORDS.has(word))
			put('keyword', word), put('', open ?? '');
		else if (word && open)
			put('name', word), put('', open);
		else
			put('', all);
	}
	return lines;
}

// What the text has of constants: SOCK_NONBLOCK, F_SETFL, true, 'r'.
function constants(text) {
	return text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\btrue\b|\bfalse\b|'[rw]'/g) ?? [];
}

// The system call that a function of the port makes, going by its name: syscall_Read makes
// read, net_accept4Func accept4, and syscall(SYS_epoll_create1) its own.
function syscallsOf(word) {
	const name = word.toLowerCase().replace(/(int|msg)?(func)?$/, '');

	return [name.replace(/^[a-z]+_/, '').replaceAll('_', ''), name.replace(/.*_/, '')];
}

class CodeView {
	constructor(guide) {
		this.guide = guide;
		this.painted = new Map();
		this.where = document.getElementById('where');
		this.file = document.getElementById('file');
		this.path = document.getElementById('path');
		this.caller = document.getElementById('caller');
		this.source = document.getElementById('source');
		this.shown = undefined; // null is a function that is not known
		this.crumbs = '';
	}

	// Shows event i of facts, or, with up, the function that many calls further out. settle is
	// to follow, once the page is complete.
	show(facts, i, up = 0) {
		const path = [];

		for (let at = i; at >= 0; at = facts.parent[at])
			path.unshift(at);
		// A system call is shown in its function, a call as the function entered.
		const syscall = facts.events[i].type !== 'call';
		const frames = syscall ? path.slice(0, -1) : path;
		const n = frames.length - 1 - up;
		const at = frames[n], inner = n + 1 < path.length ? path[n + 1] : -1;
		const func = n >= 0 ? facts.events[at].func : facts.events[i].func ?? null;

		this.showPath(facts, path, i, frames.length - 1 - up);
		this.showCaller(n > 0 ? facts.events[frames[n - 1]] : null, facts.events[at]);
		this.showSource(facts, func, inner >= 0 ? facts.events[inner] : n < 0 && syscall ? facts.events[i] : null);
	}

	showPath(facts, path, i, current) {
		const key = [sides.indexOf(facts), ...path, current].join(' ');

		if (key === this.crumbs)
			return;
		this.crumbs = key;
		const syscall = facts.events[i].type !== 'call';
		const last = path.length - (syscall ? 2 : 1);
		const focus = [...this.path.children].indexOf(document.activeElement);

		this.path.replaceChildren(...path.map((at, n) => {
			const e = facts.events[at];

			if (syscall && n === path.length - 1)
				return span('leaf', e.syscall ?? e.text);
			const b = document.createElement('button');

			b.textContent = shortName(e.func);
			b.title = e.func;
			if (n === current)
				b.setAttribute('aria-current', 'true');
			b.addEventListener('click', () => {
				this.show(facts, i, last - n);
				this.settle();
				this.path.children[n].scrollIntoView({block: 'nearest', inline: 'nearest'});
			});
			return b;
		}));
		// Whoever goes through it by keys stays where he was.
		this.path.children[focus]?.focus({preventScroll: true});
	}

	// The line of caller that makes the call, or the lines that may.
	showCaller(caller, call) {
		const source = caller && own(this.guide.sources, portName(caller.func));
		const lines = source ? this.linesOf(source, call) : [];

		this.caller.textContent = !caller ? 'called by none of the functions that are traced' :
			!lines.length ? `called inside ${shortName(caller.func)}` :
			`called in ${shortName(caller.func)}, line ${lines.map(n => source.line + n).join(' or ')}: ` +
			source.lines[lines[0]].trim();
	}

	// Of what Go ran, the port's counterpart is shown.
	showSource(facts, called, call) {
		const func = called === null ? null : portName(called);
		const source = func === null ? null : own(this.guide.sources, func);
		const step = this.guide.steps.find(s => s.func === func);

		this.where.textContent = called ?? 'outside the functions that are traced';
		this.file.textContent = [
			source && `${facts.go ? `the port's ${func === called ? '' : `${func}, `}` : ''}${source.file}:${source.line}`,
			step && `Go${facts.go ? ' 1.7' : ''}: ${step.file}`,
		].filter(Boolean).join(' · ');
		if (this.shown !== func) {
			this.shown = func;
			this.source.replaceChildren(...(source ? this.lines(func, source) : [this.absent(func, step)]));
		}
		this.into = null;
		if (source)
			this.mark(func, call ? this.linesOf(source, call) : [this.entry(func, source)], call);
	}

	absent(func, step) {
		const p = document.createElement('p');

		p.className = 'absent';
		if (func === null)
			p.textContent = 'The recording does not tell in which function this happens.';
		else if (step)
			p.textContent = `The source of ${func} is not at hand here. In Go it stands in ${step.file}.`;
		else
			p.textContent = `The source of ${func} is not at hand here.`;
		return p;
	}

	lines(func, source) {
		if (!this.painted.has(func))
			this.painted.set(func, paint(source.lines.join('\n')).map((code, n) => {
				const line = document.createElement('div');

				line.className = 'line';
				line.append(span('number', String(source.line + n)), span('mark', ''), code);
				return line;
			}));
		return this.painted.get(func);
	}

	symbol(func) {
		return func.replace(/[(*)]/g, '').replaceAll('.', '_');
	}

	// The line where the function begins.
	entry(func, source) {
		const lines = source.lines;

		return Math.max(0, lines.findIndex(l => /^[A-Za-z]/.test(l) && l.includes('(')));
	}

	// The lines where a call can have been made: they name what is called, or what only
	// passes it on (net_pollDesc_waitRead, for wait); of those the ones with the most of its
	// constants.
	linesOf(source, e) {
		if (e.type !== 'call') {
			const name = (stepOf(this.guide, e)?.syscall ?? e.syscall).replaceAll('_', '');

			return this.linesWith(source, e, word => syscallsOf(word).includes(name));
		}
		const name = this.symbol(portName(e.func)).toLowerCase();
		const lines = this.linesWith(source, e,
			word => word.toLowerCase() === name || (e.alias && word === this.symbol(e.alias)));

		return lines.length ? lines : this.linesWith(source, e, word => word.toLowerCase().startsWith(name));
	}

	linesWith(source, e, calls) {
		const begin = this.entry(null, source);
		const known = new Set(constants(e.text));
		let best = [], most = -Infinity;

		source.lines.forEach((line, n) => {
			const words = line.replace(/\/\*.*?\*\//g, '').match(/\b[A-Za-z_]\w*(?=\s*[(,)])/g) ?? [];

			if (n <= begin || /^\s*(\*|\/\*)/.test(line) || !words.some(calls))
				return;
			const score = constants(line).reduce((sum, c) => sum + (known.has(c) ? 1 : -1), 0);

			if (score > most) {
				best = [];
				most = score;
			}
			if (score === most)
				best.push(n);
		});
		return best;
	}

	mark(func, marked, call) {
		const lines = this.painted.get(func);

		lines.forEach((line, n) => {
			const on = marked.includes(n);

			if (line.classList.contains('here') !== on)
				line.classList.toggle('here', on);
			// Of several lines nobody knows which it was.
			line.children[1].textContent = on ? (marked.length > 1 ? '?' : call ? '▶' : '▼') : '';
		});
		this.into = {line: lines[marked[0] ?? 0], at: call ? 0.45 : 0.25};
	}

	// Scrolls to the line marked, and to the end of the path.
	settle() {
		const {path, source, into} = this;
		const right = path.scrollWidth, top = into ? into.line.offsetTop - source.clientHeight * into.at : 0;

		path.scrollLeft = right;
		source.scrollTop = top;
		source.scrollLeft = 0;
	}
}
