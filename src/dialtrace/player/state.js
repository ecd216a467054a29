// What is known at a step: the event itself, the pollDescs, the descriptors. Always the
// whole, drawn anew for each step.

// So many of each are shown: those that changed last.
const MOST_SHOWN = 6;

function make(tag, className, ...content) {
	const e = document.createElement(tag);

	e.className = className;
	e.append(...content);
	return e;
}

// Who does it: "g1 on m0".
function who(facts, i) {
	const lane = facts.laneOf[i], thread = facts.threadOf[i];

	if (!lane)
		return '';
	if (lane.kind === 'g')
		return `${lane.label} on ${thread.label}`;
	return lane.kind === 'm' ? `${lane.label}, on its g0` : `thread ${lane.label}`;
}

// The row of the guide's table that an event belongs to.
function stepOf(guide, e) {
	const key = `${e.step} ${e.syscall}`;

	if (!stepOf.found.has(key))
		stepOf.found.set(key,
			guide.steps.find(s => s.step === e.step && s.step && (s.syscall ?? null) === (e.syscall ?? null)) ??
			guide.steps.find(s => s.step && s.step === e.step));
	return stepOf.found.get(key);
}
stepOf.found = new Map();

// What a step does, and what Go has changed in it.
function captionOf(facts, e, step) {
	const differs = facts.go && e.type === 'call' && own(guide.forms, e.func)?.differs;

	return step.caption + (differs ? `; ${differs}` : '');
}

// --- the event ---

function eventCard(guide, facts, i) {
	const e = facts.events[i], step = stepOf(guide, e), {name, args, result} = partsOf(e);
	const card = make('article', 'card event');
	const title = make('h2', '');

	if (e.step) {
		const link = make('a', 'badge', e.step);

		link.href = `#${e.step}`;
		link.title = 'The first time this step is taken';
		title.append(link, ' ');
	}
	// A long name breaks behind its dots.
	title.append(make('span', 'func', ...name.split(/(?<=\.)/).flatMap(part => [part, make('wbr', '')])));
	card.append(title);
	if (step?.caption)
		card.append(make('p', 'caption', captionOf(facts, e, step)));
	const list = make('dl', 'facts');
	const add = (key, value, className = '') => {
		list.append(make('div', '', make('dt', '', key), make('dd', className, value)));
	};

	for (const a of args)
		add(a.name || 'argument', a.value);
	if (result)
		add('result', result, e.ret < 0 ? 'error' : 'good');
	if (e.type === 'enter')
		add('result', `none yet: ${facts.threadOf[i].label} sleeps in it`, 'waiting');
	if (e.refused)
		add('answered by', 'the filter, as Linux 2.6.26 would');
	if (e.dur && !e.refused)
		add('took', `${milliseconds(e.dur)} ms${e.slept ? ', asleep' : ''}`);
	if (e.alias)
		add('also called', e.alias);
	card.append(list);
	const chapter = e.step ? guide.chapters[Number(e.step.split('.')[0])] : '';

	const foot = make('p', 'foot', [who(facts, i), `${milliseconds(e.t)} ms`].filter(Boolean).join(' · '));

	if (chapter)
		foot.append(' · ', chapterLink(e.step, `chapter ${e.step.split('.')[0]}: ${chapter}`));
	card.append(foot);
	return card;
}

// In the book, to where a chapter explains the step.
function chapterLink(step, text) {
	if (!inBook)
		return text;
	const link = make('a', '', text);

	link.href = `../${step.split('.')[0]}.html#${step}`;
	link.target = '_top';
	return link;
}

// --- pollDescs ---

// How a semaphore's state looks: word and shape.
const SEMAPHORE = {
	[NOTHING]: ['nil', 'nil', '○'],
	[READY]: ['ready', 'pdReady', '✓'],
	[WAIT]: ['wait', 'pdWait', '◐'],
	[UNKNOWN]: ['unknown', '?', ''],
	[FREE]: ['nil', 'free', '·'],
};

function semaphoreWord(value) {
	return value === undefined ? '?' : value.g ? `G = ${value.g}` : value;
}

// Class, word and shape of a semaphore's state.
function semaphoreLook(value) {
	return value.g ? ['parked', `G = ${value.g}`, '■'] : SEMAPHORE[value];
}

function semaphoreSign(value) {
	const [, word, shape] = semaphoreLook(value);

	return make('span', 'value', span('shape', shape), ` ${word}`);
}

function semaphoreBox(name, meaning, semaphore, i) {
	const value = semaphore.history.get(i) ?? UNKNOWN, was = semaphore.history.before(i);
	const box = make('div', `semaphore ${semaphoreLook(value)[0]}${was !== undefined ? ' changed' : ''}`,
		make('span', 'which', make('b', '', name), ` ${meaning}`), semaphoreSign(value));

	box.append(span('was', was !== undefined ? `was ${semaphoreWord(was)}` : ''));
	return box;
}

// What holds of a pollDesc besides its semaphores, and what may hold.
function notesOf(p, i) {
	return [['closing', p.closing], ['read deadline has passed', p.late.r], ['write deadline has passed', p.late.w]]
		.map(([what, history]) => [what, history.get(i)])
		.filter(([, value]) => value)
		.map(([what, value]) => value === UNKNOWN ? `${what}: ?` : what);
}

function pollCard(facts, i) {
	const card = make('article', 'card', make('h2', '', 'pollDesc'));
	const latest = p => Math.max(...[p.r, p.w].map(s => s.history.at[s.history.index(i)] ?? -1));
	const polls = [...facts.polls.values()].filter(p => latest(p) >= 0).sort((a, b) => latest(b) - latest(a));

	for (const p of polls.slice(0, MOST_SHOWN).sort((a, b) => a.pid - b.pid || a.name - b.name)) {
		const notes = notesOf(p, i);

		card.append(make('div', 'poll',
			make('h3', '', facts.process(p.pid), p.name.startsWith('0x') ? p.name : `of fd ${p.name}`,
				span('note', notes.length ? ` ${notes.join(', ')}` : '')),
			make('div', 'pair', semaphoreBox('rg', 'reader', p.r, i), semaphoreBox('wg', 'writer', p.w, i))));
	}
	if (!polls.length)
		card.append(make('p', 'absent', 'None yet.'));
	if (polls.length > MOST_SHOWN)
		card.append(make('p', 'foot', `the ${MOST_SHOWN} of ${polls.length} that changed last`));
	return card;
}

// --- descriptors ---

const COLUMNS = [['is', 'what'], ['state', 'state'], ['nonblock', 'non-blocking'], ['cloexec', 'cloexec'],
	['poller', 'watched']];

function descriptorCard(facts, i) {
	const card = make('article', 'card wide', make('h2', '', 'File descriptors'));
	const latest = d => d.at[d.index(i)] ?? -1;
	const all = [...facts.descriptors.values()].filter(d => latest(d) >= 0).sort((a, b) => latest(b) - latest(a));

	if (!all.length) {
		card.append(make('p', 'absent', 'None yet.'));
		return card;
	}
	const table = make('table', 'descriptors');
	const head = make('tr', '', make('th', '', 'fd'), ...COLUMNS.map(([, title]) => make('th', '', title)));

	for (const th of head.children)
		th.scope = 'col';
	table.append(make('thead', '', head));
	// What was there before the recording began comes last.
	const old = d => d.get(i).is === UNKNOWN;

	for (const d of all.slice(0, MOST_SHOWN).sort((a, b) => old(a) - old(b) || a.pid - b.pid || a.fd - b.fd))
		table.append(descriptorRows(facts, d, i));
	card.append(table);
	if (all.length > MOST_SHOWN)
		card.append(make('p', 'foot', `the ${MOST_SHOWN} of ${all.length} that changed last`));
	return card;
}

// IN|OUT|RDHUP|ET may break behind each |, a path behind each /.
function breakable(text) {
	return text.split(/(?<=[|/])/).flatMap(part => [part, make('wbr', '')]);
}

// A row, and under it the addresses, the options, and what came last, if there is any.
function descriptorRows(facts, d, i) {
	const now = d.get(i), was = d.before(i), fresh = d.at[d.index(i)] === i && was === undefined;
	const body = make('tbody', now.state === 'closed' ? 'closed' : fresh ? 'changed' : '');
	const changed = keys => was && keys.some(key => was[key] !== now[key]) ? 'changed' : '';
	const fd = make('th', '', facts.process(d.pid), String(d.fd));

	fd.scope = 'row';
	body.append(make('tr', '', fd, ...COLUMNS.map(([key]) => make('td', changed([key]), ...breakable(now[key])))));
	const more = [
		[['local', 'peer'], [now.local, now.peer && `→ ${now.peer}`].filter(Boolean).join(' ')],
		[['options'], now.options], [['last'], now.last],
	].filter(([, text]) => text).map(([keys, text]) => make('span', changed(keys), text));

	if (more.length) {
		const cell = make('td', '', ...more);

		cell.colSpan = COLUMNS.length;
		body.append(make('tr', 'more', make('td', ''), cell));
	}
	return body;
}

// --- in words, for a screen reader ---

function inWords(guide, facts, i) {
	const e = facts.events[i], step = stepOf(guide, e), words = [];

	if (e.step)
		words.push(`Step ${e.step}`);
	words.push(who(facts, i), e.text);
	if (e.type === 'enter')
		words.push('sleeps');
	if (e.refused)
		words.push('as Linux 2.6.26');
	if (step?.caption)
		words.push(captionOf(facts, e, step));
	for (const p of facts.polls.values())
		for (const [name, s] of [['rg', p.r], ['wg', p.w]]) {
			const was = s.history.before(i);

			if (was !== undefined)
				words.push(`${name} of fd ${facts.process(p.pid)}${p.name} was ${semaphoreWord(was)}, now ${semaphoreWord(s.history.get(i))}`);
		}
	for (const arrow of facts.arrows)
		if (arrow.from === i && arrow.lane)
			words.push(`this wakes ${arrow.lane.label}`);
	return words.join('. ');
}
