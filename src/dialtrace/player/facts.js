// What the events prove, at each of them: who runs, waits and is woken, the pollDescs'
// semaphores, the descriptors. What they do not prove is '?'.
//
// Only changes are kept, each with the event that made it; so any step is looked up as
// fast as any other, forward or back.

function same(a, b) {
	if (typeof a !== 'object' || typeof b !== 'object')
		return a === b;
	const keys = Object.keys(b);

	return keys.length === Object.keys(a).length && keys.every(k => a[k] === b[k]);
}

// Who does nothing for so long (ns) may do anything: only some of all calls are recorded.
const LONG = 1e6;

class History {
	constructor() {
		this.at = [];
		this.values = [];
	}

	set(i, value) {
		const n = this.at.length - 1;

		if (n >= 0 && same(this.values[n], value))
			return;
		if (n >= 0 && this.at[n] === i) {
			this.values[n] = value;
			return;
		}
		this.at.push(i);
		this.values.push(value);
	}

	// Which change is in force at event i: -1, none.
	index(i) {
		let low = 0, high = this.at.length;

		while (low < high) {
			const middle = (low + high) >> 1;

			if (this.at[middle] <= i)
				low = middle + 1;
			else
				high = middle;
		}
		return low - 1;
	}

	get(i) {
		return this.values[this.index(i)];
	}

	latest() {
		return this.values[this.values.length - 1];
	}

	// The value before event i changed it; undefined if it did not.
	before(i) {
		const n = this.index(i);

		return n > 0 && this.at[n] === i ? this.values[n - 1] : undefined;
	}
}

const NOTHING = 'nil', READY = 'pdReady', WAIT = 'pdWait', UNKNOWN = '?', FREE = 'free';

// rg or wg. Another thread's change may not have happened yet when the next event is
// recorded: an entry is all that is seen of a call.
class Semaphore {
	constructor() {
		this.history = new History();
		this.by = null;       // the thread whose call changed it last
		this.changed = -1;    // and the event that was
		this.readied = -1;    // the last event that said ioready
	}

	set(i, value, thread) {
		const settled = !this.by || this.by === thread || this.by.last > this.changed;

		this.history.set(i, settled ? value : UNKNOWN);
		this.by = thread;
		this.changed = i;
	}

	value() {
		return this.history.latest() ?? UNKNOWN;
	}
}

// A descriptor of which nothing is known.
const UNSEEN = {
	is: UNKNOWN, state: UNKNOWN, nonblock: UNKNOWN, cloexec: UNKNOWN, local: '', peer: '', poller: '', options: '',
	last: '',
};

class Facts {
	constructor(recording) {
		this.events = recording.events;
		this.go = Boolean(recording.header?.go);
		this.inlined = new Set(recording.header?.inlined);
		this.missing = new Set(recording.header?.missing);
		this.lanes = new Map();     // goroutines and threads
		this.polls = new Map();     // pollDescs
		this.descriptors = new Map();
		this.arrows = [];           // {from, to, lane}: who wakes whom
		this.parent = new Int32Array(this.events.length).fill(-1);
		this.laneOf = new Array(this.events.length).fill(null);
		this.threadOf = new Array(this.events.length).fill(null);
		this.processes = new Set(this.events.map(e => e.pid).filter(pid => pid !== undefined));
		this.events.forEach((e, i) => this.add(e, i));
		for (const lane of this.lanes.values())
			this.quiet(lane, this.events.at(-1).t);
		this.order = [...this.lanes.values()].sort((a, b) =>
			a.pid - b.pid || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.number - b.number));
	}

	// What tells one process's things from another's, if there are two.
	process(pid) {
		return this.processes.size > 1 ? `${pid}:` : '';
	}

	// --- lanes ---

	lane(pid, kind, id, number, i) {
		const key = `${pid} ${kind} ${id}`;
		let lane = this.lanes.get(key);

		if (!lane) {
			lane = {
				key, pid, kind, number, label: this.process(pid) + (kind === 't' ? '' : kind) + number,
				state: new History(), stack: [], first: i, last: -1, count: 0,
				block: null, woken: null, runs: null, on: null, polled: -1,
			};
			this.lanes.set(key, lane);
		}
		return lane;
	}

	enterLane(e, i) {
		const thread = this.lane(e.pid, e.has_g ? 'm' : 't', e.tid, e.has_g ? e.m : e.tid, i);
		const lane = e.has_g && e.g ? this.lane(e.pid, 'g', e.g, e.g, i) : thread;

		while (lane.stack.length && this.events[lane.stack[lane.stack.length - 1]].depth >= e.depth)
			lane.stack.pop();
		if (lane.stack.length)
			this.parent[i] = lane.stack[lane.stack.length - 1];
		if (e.type === 'call')
			lane.stack.push(i);
		this.quiet(lane, e.t, thread);
		if (lane !== thread)
			this.quiet(thread, e.t);
		this.laneOf[i] = lane;
		this.threadOf[i] = thread;
		lane.count++;
		if (lane !== thread) {
			this.lend(thread, lane, i);
			thread.state.set(i, {kind: e.type === 'enter' ? 'sleep' : 'lends', note: lane.label});
		}
		lane.state.set(i, e.type === 'enter' ? {kind: 'sleep', note: e.syscall} : {kind: 'run', note: thread.label});
		return lane;
	}

	// Nothing is recorded of lane from its last event to t: whether it ran is not known. But if
	// nothing is recorded of thread either, which had it before and has it now, nobody else ran there.
	quiet(lane, t, thread = lane.on) {
		const last = Math.max(lane.last, lane.state.at[lane.state.at.length - 1] ?? -1);

		if (last >= 0 && t - this.events[last].t > LONG && lane.state.latest()?.kind === 'run')
			lane.state.set(last, {kind: thread && lane.on === thread && thread.last <= last ? 'busy' : 'quiet', note: ''});
	}

	// The goroutine that thread ran does not run there any more.
	leave(thread, i) {
		const lane = thread.runs;

		if (!lane)
			return;
		this.quiet(lane, this.events[i].t);
		if (['run', 'busy', 'quiet'].includes(lane.state.latest()?.kind))
			lane.state.set(i, {kind: 'off', note: ''});
		thread.runs = lane.on = null;
	}

	// thread runs goroutine lane, and nothing else; nor does another thread run that.
	lend(thread, lane, i) {
		const before = lane.on;

		if (thread.runs !== lane)
			this.leave(thread, i);
		if (before && before !== thread) {
			// It may have turned to something else since.
			if (before.state.latest()?.note === lane.label)
				before.state.set(i, {kind: 'off', note: ''});
			before.runs = null;
		}
		thread.runs = lane;
		lane.on = thread;
	}

	// --- events ---

	add(e, i) {
		if (e.type === 'lost')
			this.forget(i);
		if (e.type === 'lost' || e.type === 'end')
			return;
		const lane = this.enterLane(e, i), thread = this.threadOf[i];

		this.resume(lane, e, i);
		if (e.type === 'call')
			this.call(e, i, lane, thread);
		else if (e.type === 'exit')
			this.returned(e, i, lane);
		thread.last = lane.last = i;
	}

	// Something is missing here: nothing that was known is certain any more.
	forget(i) {
		for (const p of this.polls.values()) {
			for (const s of [p.r, p.w])
				s.set(i, UNKNOWN, null);
			for (const history of [p.closing, p.late.r, p.late.w])
				history.set(i, UNKNOWN);
		}
		for (const d of this.descriptors.values())
			d.set(i, {...d.latest(), state: UNKNOWN, nonblock: UNKNOWN, poller: UNKNOWN});
		for (const lane of this.lanes.values()) {
			lane.block = lane.woken = lane.runs = lane.on = null;
			lane.stack = [];
			lane.polled = -1;
			lane.state.set(i, {kind: 'unknown', note: ''});
		}
	}

	// A goroutine does something: what it was in before is over.
	resume(lane, e, i) {
		const block = lane.block;

		if (lane.woken) {
			this.arrows.push({from: lane.woken.from, to: i, lane});
			lane.woken = null;
		}
		if (!block)
			return;
		if (e.type === 'call' && shortName(e.func) === 'gopark' && !block.parked) {
			// It parks because it found nil and made pdWait of it; or that was overtaken.
			block.parked = true;
			block.semaphore.set(i, block.semaphore.readied > block.at ? READY : WAIT, this.threadOf[i]);
			return;
		}
		// netpollblock has taken what was there; readiness that came since may be later.
		const late = block.semaphore.readied > (block.woken ?? block.at);

		block.semaphore.set(i, late ? UNKNOWN : NOTHING, this.threadOf[i]);
		lane.block = null;
	}

	poll(e, i) {
		const m = /pollDesc of fd (\d+)/.exec(e.text) ?? /pd=(0x[0-9a-f]+)/.exec(e.text) ??
			/pollOpen\(fd=(\d+)/.exec(e.text);

		return m ? this.pollOf(e.pid, m[1], i) : null;
	}

	pollOf(pid, name) {
		const key = `${pid} ${name}`;

		if (!this.polls.has(key))
			this.polls.set(key, {
				pid, name, r: new Semaphore(), w: new Semaphore(),
				closing: new History(), late: {r: new History(), w: new History()},
			});
		return this.polls.get(key);
	}

	call(e, i, lane, thread) {
		const name = shortName(portName(e.func)).replace(/^net_runtime_/, 'runtime_');
		const handler = own(Facts.CALLS, name);

		if (handler)
			handler.call(this, e, i, lane, thread);
	}

	wake(lane, i, from) {
		lane.woken = {from};
		lane.state.set(i, {kind: 'ready', note: ''});
		if (lane.block)
			lane.block.woken = i;
	}

	// The pollDesc that e names is in the cache again.
	freed(e, i, thread) {
		const p = this.poll(e, i);

		p?.r.set(i, FREE, thread);
		p?.w.set(i, FREE, thread);
	}

	// There is something to read or write: semaphore s, and who is parked in it.
	ready(s, i, lane, thread) {
		const old = s.value();

		if (old !== READY)
			s.by = null; // whatever comes before, this is what it ends in
		s.set(i, READY, thread);
		s.readied = i;
		if (old.key)
			this.wake(this.lanes.get(old.key), i, this.polledBy(i, lane));
	}

	// A goroutine is taken out of its semaphore, by a deadline or by a close.
	unblocked(lane, i, thread) {
		const {semaphore} = lane.block, parent = this.events[this.parent[i]];

		if (semaphore.value().key !== lane.key)
			return;
		semaphore.set(i, NOTHING, thread);
		if (parent && /Deadline|deadline/.test(parent.func))
			for (const p of this.polls.values())
				for (const mode of ['r', 'w'])
					if (p[mode] === semaphore)
						p.late[mode].set(i, true);
	}

	// The goroutine that e names as gp.
	named(e, i) {
		const m = /gp=g(\d+)/.exec(e.text);

		return m ? this.lane(e.pid, 'g', Number(m[1]), Number(m[1]), i) : null;
	}

	// --- system calls ---

	descriptor(pid, fd) {
		const key = `${pid} ${fd}`;

		if (!this.descriptors.has(key)) {
			const history = new History();

			history.pid = pid;
			history.fd = fd;
			this.descriptors.set(key, history);
		}
		return this.descriptors.get(key);
	}

	update(e, i, fd, change) {
		const history = this.descriptor(e.pid, fd);

		history.set(i, {...UNSEEN, ...history.latest(), ...change});
	}

	returned(e, i, lane) {
		const handler = own(Facts.SYSCALLS, e.syscall);

		if (!handler || e.errno === 'EBADF')
			return;
		// As the text has them: an int's upper half in e.args is anything.
		const args = partsOf(e).args.map(a => a.value), fd = /^\d+$/.test(args[0]) ? Number(args[0]) : -1;

		this.reopened(e, i, fd);
		const change = handler.call(this, e, i, args, lane);

		if (change && fd >= 0)
			this.update(e, i, fd, change);
	}

	// What is used has been opened since it was closed, by a call that does not tell the number.
	reopened(e, i, fd) {
		if (this.seen(e, fd).state === 'closed')
			this.update(e, i, fd, UNSEEN);
	}

	// What is known of a descriptor so far.
	seen(e, fd) {
		return this.descriptors.get(`${e.pid} ${Number(fd)}`)?.latest() ?? UNSEEN;
	}
}

// --- what calls do ---

Facts.CALLS = {
	runtime_pollOpen(e, i, lane, thread) {
		const p = this.poll(e, i);

		if (!p)
			return;
		for (const mode of ['r', 'w']) {
			p[mode].by = null;
			p[mode].set(i, NOTHING, thread);
			p.late[mode].set(i, false);
		}
		p.closing.set(i, false);
	},

	// It takes the descriptor out of epoll first; where pollCache.free is traced, that frees.
	runtime_pollClose(e, i, lane, thread) {
		if (this.missing.has('runtime.(*pollCache).free'))
			this.freed(e, i, thread);
	},

	free(e, i, lane, thread) {
		if (this.parent[i] >= 0)
			this.freed(this.events[this.parent[i]], i, thread);
	},

	runtime_pollUnblock(e, i) {
		this.poll(e, i)?.closing.set(i, true);
	},

	runtime_pollSetDeadline(e, i) {
		const p = this.poll(e, i), modes = argument(e, 'mode');

		for (const mode of ['r', 'w'])
			if (p && modes.includes(mode) && p.closing.latest() !== true)
				p.late[mode].set(i, false);
	},

	// Not if the descriptor is being closed, nor past the deadline.
	runtime_pollReset(e, i, lane, thread) {
		const p = this.poll(e, i), mode = argument(e, 'mode').includes('w') ? 'w' : 'r';

		if (!p)
			return;
		const reasons = [p.closing.latest(), p.late[mode].latest()];

		if (reasons.includes(true))
			return;
		const known = reasons.every(reason => reason === false) || p[mode].value() === NOTHING;

		p[mode].set(i, known ? NOTHING : UNKNOWN, thread);
	},

	netpollblock(e, i, lane) {
		const p = this.poll(e, i), mode = argument(e, 'mode').includes('w') ? 'w' : 'r';

		if (p)
			lane.block = {semaphore: p[mode], at: i, parked: false, woken: null,
				what: `fd ${p.name}, ${mode === 'w' ? 'to write' : 'to read'}`};
	},

	gopark(e, i, lane) {
		lane.state.set(i, {kind: 'park', note: lane.block?.what ?? ''});
	},

	netpollblockcommit(e, i, lane, thread) {
		const block = thread.runs?.block;

		if (block?.parked && block.semaphore.value() === WAIT)
			block.semaphore.set(i, {g: thread.runs.label, key: thread.runs.key}, thread);
	},

	// Go's compiler may have put netpollunblock into it.
	netpollready(e, i, lane, thread) {
		const p = this.poll(e, i);

		if (!p || !this.inlined.has('runtime.netpollunblock'))
			return;
		for (const mode of ['r', 'w'])
			if (argument(e, 'mode').includes(mode))
				this.ready(p[mode], i, lane, thread);
	},

	netpollunblock(e, i, lane, thread) {
		const p = this.poll(e, i), mode = argument(e, 'mode').includes('w') ? 'w' : 'r';

		if (!p)
			return;
		const s = p[mode], old = s.value();
		const parent = this.events[this.parent[i]];

		if (argument(e, 'ioready') === 'true') {
			this.ready(s, i, lane, thread);
			return;
		}
		if (parent && /Deadline|deadline/.test(parent.func))
			p.late[mode].set(i, true);
		if (old.key || old === WAIT || old === NOTHING)
			s.set(i, NOTHING, thread);
	},

	goready(e, i, lane, thread) {
		const woken = this.named(e, i);

		if (!woken)
			return;
		// A netpollunblock that Go's compiler has put into its caller was before this: it has
		// taken the goroutine out of the semaphore.
		if (woken.block && this.inlined.has('runtime.netpollunblock'))
			this.unblocked(woken, i, thread);
		this.wake(woken, i, i);
	},

	// Only the scheduler calls this: the thread runs no goroutine any more.
	findrunnable(e, i, lane, thread) {
		this.leave(thread, i);
	},

	execute(e, i, lane, thread) {
		const runs = this.named(e, i);

		this.leave(thread, i);
		if (!runs)
			return;
		this.lend(thread, runs, i);
		runs.state.set(i, {kind: 'run', note: thread.label});
		thread.state.set(i, {kind: 'lends', note: runs.label});
	},

	// Before it looks at anything it sleeps, 20 us and longer; that is not traced.
	sysmon(e, i, lane) {
		lane.state.set(i, {kind: 'off', note: ''});
	},

	notetsleepg(e, i, lane) {
		lane.state.set(i, {kind: 'sleep', note: 'a timer'});
	},

	netpoll(e, i, lane) {
		lane.polled = -1;
	},
};

// The epoll_wait that told what the call at i acts on, or i.
Facts.prototype.polledBy = function (i, lane) {
	for (let up = this.parent[i]; up >= 0; up = this.parent[up])
		if (shortName(this.events[up].func) === 'netpoll')
			return lane.polled > up ? lane.polled : i;
	return i;
};

// --- what system calls do: each returns what changes of the descriptor in args[0] ---

function flag(text, name) {
	return text.includes(name) ? 'yes' : 'no';
}

function transferred(verb) {
	return (e, i, args) => ({last: `${verb} = ${e.ret < 0 ? e.errno ?? UNKNOWN : e.ret}`});
}

// 0 is the end, unless none were asked for, or a datagram was empty.
function received(verb) {
	return function (e, i, args) {
		const end = e.ret === 0 && args[2] !== '0' && !this.seen(e, args[0]).is.endsWith('dgram');

		return {last: `${verb} = ${e.ret < 0 ? e.errno ?? UNKNOWN : e.ret}${end ? ' (end of file)' : ''}`};
	};
}

// to is another number for what from is, and the old to is closed.
function duplicate(facts, e, i, from, cloexec) {
	if (e.ret >= 0 && e.ret !== Number(from))
		facts.update(e, i, e.ret, {...facts.seen(e, from), cloexec, poller: '', last: `${e.syscall} of ${from}`});
}

function duplicated(e, i, args) {
	duplicate(this, e, i, args[0], flag(args[2] ?? '', 'CLOEXEC'));
}

// What a call made that makes two descriptors.
function both(facts, e, i, ends, flags, what) {
	for (const [n, fd] of (/^\[(\d+), (\d+)\]$/.exec(ends ?? '') ?? []).slice(1).entries())
		facts.update(e, i, Number(fd), {
			...what(n), local: '', peer: '', poller: '', options: '', last: '',
			nonblock: flag(flags ?? '', 'NONBLOCK'), cloexec: flag(flags ?? '', 'CLOEXEC'),
		});
}

function piped(e, i, args) {
	both(this, e, i, args[0], args[1], n => ({is: `pipe, to ${n ? 'write' : 'read'}`, state: 'open'}));
}

function socketType(type) {
	return `socket, ${(type ?? UNKNOWN).split('|')[0].replace('SOCK_', '').toLowerCase()}`;
}

function accepted(e, i, args) {
	if (e.ret < 0)
		return {last: `${e.syscall} = ${e.errno ?? UNKNOWN}`};
	this.update(e, i, e.ret, {
		is: 'socket', state: 'connected', peer: address(args[1] ?? ''), local: '', poller: '', options: '',
		nonblock: flag(args[3] ?? '', 'NONBLOCK'), cloexec: flag(args[3] ?? '', 'CLOEXEC'), last: '',
	});
	return {last: `${e.syscall} = ${e.ret}`};
}

// "{AF_INET, 127.0.0.1:80}" without the family.
function address(text) {
	return /^\{AF_\w+, (.*)\}$/.exec(text)?.[1] ?? text;
}

function epollCreated(e, i, args) {
	if (e.ret >= 0)
		this.update(e, i, e.ret, {
			is: 'epoll', state: 'open', cloexec: flag(args[0], 'CLOEXEC'), nonblock: '', local: '', peer: '',
			poller: '', options: '', last: '',
		});
}

function waited(e, i, args, lane) {
	lane.polled = i;
	if (e.ret < 0)
		return {last: `${e.syscall} = ${e.errno ?? UNKNOWN}`};
	for (const [, events, fd] of e.text.matchAll(/\{(EPOLL[A-Z|]+), pollDesc of fd (\d+)\}/g))
		this.update(e, i, Number(fd), {last: `reported ${events}`});
	return {last: `${e.syscall} = ${e.ret}`};
}

Facts.SYSCALLS = {
	openat(e, i, args) {
		if (e.ret >= 0)
			this.update(e, i, e.ret, {
				is: `file ${(args[1] ?? UNKNOWN).replaceAll('"', '')}`, state: 'open', local: '', peer: '', poller: '',
				options: '', last: '', nonblock: flag(args[2] ?? '', 'NONBLOCK'), cloexec: flag(args[2] ?? '', 'CLOEXEC'),
			});
	},
	socketpair(e, i, args) {
		both(this, e, i, args[3], args[1], () => ({is: socketType(args[1]), state: 'connected'}));
	},
	socket(e, i, args) {
		if (e.ret >= 0)
			this.update(e, i, e.ret, {
				is: socketType(args[1]),
				state: 'new', local: '', peer: '', poller: '', options: '', last: '',
				nonblock: flag(args[1] ?? '', 'NONBLOCK'), cloexec: flag(args[1] ?? '', 'CLOEXEC'),
			});
	},
	accept: accepted,
	accept4: accepted,
	pipe: piped,
	pipe2: piped,
	dup: duplicated,
	dup2: duplicated,
	dup3: duplicated,
	epoll_create: epollCreated,
	epoll_create1: epollCreated,
	epoll_wait: waited,
	epoll_pwait: waited,

	fcntl(e, i, args) {
		if (e.ret < 0)
			return null;
		if (args[1]?.startsWith('F_DUPFD'))
			return duplicate(this, e, i, args[0], flag(args[1], 'CLOEXEC'));
		if (args[1] === 'F_SETFD')
			return {cloexec: flag(args[2] ?? '', 'CLOEXEC')};
		if (args[1] === 'F_SETFL')
			return {nonblock: flag(args[2] ?? '', 'NONBLOCK')};
		return args[1] === 'F_GETFL' ? {nonblock: flag(partsOf(e).result, 'NONBLOCK')} : null;
	},

	connect(e, i, args) {
		const peer = address(args[1] ?? '');

		if (e.ret === 0)
			return {state: 'connected', peer};
		return e.errno === 'EINPROGRESS' ? {state: 'connecting', peer} : {state: `connect: ${e.errno ?? UNKNOWN}`, peer};
	},

	getsockopt(e, i, args) {
		const error = /^\[(.*)\]$/.exec(args[3] ?? '')?.[1];

		if (e.ret !== 0 || args[2] !== 'SO_ERROR' || error === undefined)
			return null;
		if (error !== '0')
			return {state: `failed: ${error}`};
		return this.seen(e, args[0]).state === 'connecting' ? {state: 'connected'} : null;
	},

	setsockopt(e, i, args) {
		if (e.ret !== 0)
			return null;
		const set = `${args[2]}=${(args[3] ?? '').replace(/[[\]]/g, '')}`;
		const others = this.seen(e, args[0]).options.split(' ').filter(o => o && !o.startsWith(`${args[2]}=`));

		return {options: [...others, set].join(' ')};
	},

	getsockname: (e, i, args) => e.ret === 0 ? {local: address(args[1] ?? '')} : null,
	getpeername: (e, i, args) => e.ret === 0 ? {peer: address(args[1] ?? ''), state: 'connected'} : null,
	bind: (e, i, args) => e.ret === 0 ? {state: 'bound', local: address(args[1] ?? '')} : {last: `bind = ${e.errno}`},
	listen: e => e.ret === 0 ? {state: 'listening'} : null,
	shutdown: (e, i, args) => e.ret === 0 ? {state: `shut down: ${args[1]}`} : null,
	read: received('read'),
	recvfrom: received('recvfrom'),
	write: transferred('write'),
	sendto: transferred('sendto'),

	epoll_ctl(e, i, args) {
		const events = /^\{(EPOLL[A-Z|]+)/.exec(args[3] ?? '')?.[1] ?? UNKNOWN;

		if (e.ret === 0)
			this.update(e, i, Number(args[2]), {
				poller: args[1] === 'EPOLL_CTL_DEL' ? 'not watched' :
					`in epoll ${args[0]}: ${events.replaceAll('EPOLL', '')}`,
			});
		return null;
	},

	// Even when close fails, Linux has closed it.
	close: () => ({state: 'closed', poller: '', nonblock: '', cloexec: '', last: ''}),
};
