// A recording as dialtrace wrote it: a list of events, and what its header says.
// Whatever text is in it is shown as text: textContent only, in all of the page.

// Control characters and those that turn the direction of writing.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// player.c puts an event without a count where a line could not be read.
const UNREADABLE = 'what is recorded here cannot be read';

// What the last row says of a recording that is not whole; null if it is.
function breakOf({summary, events}) {
	if (!summary)
		return 'the recording breaks off here';
	if (summary.lost)
		return `the recording is not whole: ${summary.lost} events lost`;
	return events.some(e => e.type === 'lost') ? 'the recording is not whole' : null;
}

function parseRecording(text, name) {
	const recording = {name, header: null, summary: null, events: []};
	let from = 0;

	for (let to; (to = text.indexOf('\n', from)) >= 0; from = to + 1) {
		if (to === from)
			continue;
		const o = JSON.parse(text.slice(from, to));

		if (o.type === 'header') {
			recording.header = o;
		} else if (o.type === 'summary') {
			recording.summary = o;
		} else {
			if (o.type === 'lost')
				o.text = o.events ? `${o.events} events lost here` : UNREADABLE;
			o.text = o.text.replace(UNPRINTABLE, '\ufffd');
			recording.events.push(o);
		}
	}
	const broken = breakOf(recording);

	if (broken)
		recording.events.push({type: 'end', text: broken});
	// A line that tells no time happened when the one before it did.
	let t = 0;
	for (const e of recording.events)
		e.t = t = e.t ?? t;
	return recording;
}

// What table has of its own under key: names come from recordings, and may be __proto__.
function own(table, key) {
	return Object.hasOwn(table, key) ? table[key] : undefined;
}

// What the guide's tables, which are of Go 1.7 and the port, call a function of later Go.
function portName(func) {
	return own(guide.forms, func)?.func ?? func;
}

// The name without its package: netpollblock of runtime.netpollblock.
function shortName(func) {
	return func.slice(func.lastIndexOf('.') + 1);
}

// "a, {b, c}, "d,e"" in its parts: commas in brackets and quotes separate nothing.
function splitArguments(text) {
	const parts = [];
	let depth = 0, quoted = false, from = 0;

	for (let i = 0; i < text.length; i++) {
		const c = text[i];

		if (quoted) {
			if (c === '\\')
				i++;
			else if (c === '"')
				quoted = false;
		} else if (c === '"') {
			quoted = true;
		} else if ('([{'.includes(c)) {
			depth++;
		} else if (')]}'.includes(c)) {
			depth--;
		} else if (c === ',' && depth === 0) {
			parts.push(text.slice(from, i).trim());
			from = i + 1;
		}
	}
	if (text.trim())
		parts.push(text.slice(from).trim());
	return parts;
}

// Where the parenthesis that opens at i closes.
function closing(text, i) {
	let depth = 0, quoted = false;

	for (; i < text.length; i++) {
		const c = text[i];

		if (quoted) {
			if (c === '\\')
				i++;
			else if (c === '"')
				quoted = false;
		} else if (c === '"') {
			quoted = true;
		} else if (c === '(') {
			depth++;
		} else if (c === ')' && --depth === 0) {
			return i;
		}
	}
	return text.length;
}

// What the system calls' arguments are called in the manual.
const PARAMETERS = {
	accept: 'fd addr addrlen', accept4: 'fd addr addrlen flags', bind: 'fd addr addrlen',
	close: 'fd', connect: 'fd addr addrlen', dup: 'fd', dup2: 'fd newfd', dup3: 'fd newfd flags',
	epoll_create: 'size', epoll_create1: 'flags',
	epoll_ctl: 'epfd op fd event', epoll_wait: 'epfd events maxevents timeout',
	epoll_pwait: 'epfd events maxevents timeout sigmask sigsetsize', fcntl: 'fd cmd arg',
	getpeername: 'fd addr addrlen', getsockname: 'fd addr addrlen',
	getsockopt: 'fd level optname optval optlen', listen: 'fd backlog', read: 'fd buf count',
	recvfrom: 'fd buf len flags addr addrlen', sendto: 'fd buf len flags addr addrlen',
	setsockopt: 'fd level optname optval optlen', shutdown: 'fd how',
	socket: 'domain type protocol', write: 'fd buf count',
};

// The parts of an event's text: name, arguments (each with a name, if it has one) and
// result ('' if it has none).
function partsOf(e) {
	const name = e.type === 'call' ? e.func : e.syscall ?? '';
	const open = e.text.indexOf('(', name.length);
	const end = open < 0 ? e.text.length : closing(e.text, open);
	const names = e.type === 'call' ? [] : (own(PARAMETERS, name) ?? '').split(' ');
	const list = open < 0 ? [] : splitArguments(e.text.slice(open + 1, end));

	return {
		name: name || e.text,
		args: list.map((part, i) => {
			const named = e.type === 'call' && /^(\w+)=(.*)$/s.exec(part);

			return named ? {name: named[1], value: named[2]} :
				{name: names[i] ?? (part.startsWith('pollDesc') ? 'pd' : ''), value: part};
		}),
		result: e.type === 'exit' ? e.text.slice(end + 1).replace(/^ = /, '') : '',
	};
}

// The value of a named argument, or ''.
function argument(e, name) {
	return partsOf(e).args.find(a => a.name === name)?.value ?? '';
}
