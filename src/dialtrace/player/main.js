// The page: where it stands, and what moves it.

const $ = id => document.getElementById(id);
const guide = JSON.parse($('guide').textContent);
const names = JSON.parse($('names').textContent);
const recordings = [...document.querySelectorAll('script[type="application/x-ndjson"]')]
	.map((script, n) => parseRecording(script.textContent, names[n]));
const sides = recordings.map(r => new Facts(r));
const paired = sides.length === 2;
// The book says so in its links: its chapters stand one directory up.
const inBook = location.search === '?book';

// Rows of one recording: its events, and pauses.
function rowsOf(facts) {
	const rows = [];

	facts.events.forEach((e, i) => {
		const pause = i ? e.t - facts.events[i - 1].t : 0;

		if (pause >= PAUSE)
			rows.push({events: [-1], pause});
		rows.push({events: [i], pause: 0});
	});
	return rows;
}

const rows = paired ? align(sides[0], sides[1]) : rowsOf(sides[0]);
// The rows where one can stand, and of each side the event that is the last up to there.
const stops = [], reached = sides.map(() => []);

rows.forEach((row, r) => {
	if (row.pause)
		return;
	row.events.forEach((i, s) => {
		const before = reached[s][reached[s].length - 1] ?? -1;

		reached[s].push(i >= 0 ? i : before);
	});
	row.stop = stops.length;
	stops.push(r);
});

function titleOf(r) {
	const program = r.header?.program ?? r.name, kernel = r.header?.kernel ?? '?';
	const emulated = r.header?.emulated;

	return [program, r.header?.go && r.header.note, `Linux ${emulated ? `${kernel} answering as ${emulated}` : kernel}`]
		.filter(Boolean).join(' · ');
}

const code = new CodeView(guide);
const trees = sides.map((facts, s) => {
	const tree = new TreeView(facts, rows.map(row => ({event: row.events[s], pause: row.pause, mark: row.mark})), s,
		paired ? titleOf(recordings[s]) : 'Calls', r => go(rows[r].stop ?? here));

	$('trees').append(tree.root);
	return tree;
});

// --- where we are ---

let here = -1, playing = null, settle = null, matches = [], spoken = 0;

// The side that shows something here: the first, if both do.
function sideAt(stop) {
	return Math.max(0, rows[stops[stop]].events.findIndex(i => i >= 0));
}

function eventAt(stop) {
	const s = sideAt(stop);

	return sides[s].events[reached[s][stop]];
}

function go(stop) {
	if (!stops.length)
		return;
	stop = Math.max(0, Math.min(stops.length - 1, stop));
	if (stop === here)
		return;
	here = stop;
	const row = stops[stop];

	trees.forEach((tree, s) => tree.go(row, reached[s][stop]));
	if (paired)
		trees[1].view.scrollTop = trees[0].view.scrollTop;
	for (const tree of trees)
		tree.render();
	code.show(sides[sideAt(stop)], reached[sideAt(stop)][stop]);
	showState(stop);
	$('slider').value = stop + 1;
	$('slider').setAttribute('aria-valuetext', `${stop + 1} of ${stops.length}: ${eventAt(stop).text}`);
	$('position').textContent = `${stop + 1} / ${stops.length}`;
	$('link').textContent = $('link').href = `#${sideAt(stop) ? 'f' : 'e'}${reached[sideAt(stop)][stop] + 1}`;
	$('chapters').value = chapterAt(stop) || '';
	speak();
	code.settle();
	clearTimeout(settle);
	settle = setTimeout(() => {
		if (!playing)
			history.replaceState(null, '', $('link').textContent);
	}, 300);
}

const groups = sides.map(() => make('div', `side${paired ? ' half' : ''}`));

$('state').append(...groups);

function showState(stop) {
	sides.forEach((facts, s) => {
		const i = reached[s][stop], there = rows[stops[stop]].events[s] >= 0;
		const cards = [];

		if (paired)
			cards.push(make('p', 'side-title', titleOf(recordings[s])));
		if (!there)
			cards.push(make('p', 'absent', `${absence(stop, s)}.${i >= 0 ? ' The last before it:' : ''}`));
		if (i >= 0)
			cards.push(eventCard(guide, facts, i), pollCard(facts, i), descriptorCard(facts, i));
		renew(groups[s], cards);
	});
}

// Puts the children into parent; what is as it was stays, and need not be laid out.
function renew(parent, children) {
	if (parent.children.length !== children.length)
		parent.replaceChildren(...children);
	else
		children.forEach((child, n) => {
			if (!parent.children[n].isEqualNode(child))
				parent.children[n].replaceWith(child);
		});
}

// Why side s has nothing here, as far as that is known of the port and Go, or of two kernels.
function absence(stop, s) {
	const row = rows[stops[stop]], when = row.other ? elsewhere(row, s) : '';
	const why = sides[0].go !== sides[1].go ? unlike(row, s) : row.other ? null : older(s);

	return `Not done here${when}${why ? `: ${why.text} (chapter ${why.chapter})` : ''}`;
}

// Where side s does it.
function elsewhere(row, s) {
	const when = rows.indexOf(row.other) < rows.indexOf(row) ? 'earlier' : 'later';

	return `, but ${when}, at ${milliseconds(sides[s].events[row.other.events[s]].t)} ms`;
}

// The port and Go.
function unlike(row, s) {
	const there = sides[1 - s].events[row.events[1 - s]];
	// As enum side has them in reasons.h: the port only, Go only, or elsewhere.
	const holds = 1 << (row.other ? 2 : sides[1 - s].go ? 1 : 0);

	return there.type === 'call' && sides[s].inlined.has(portName(there.func)) ?
		{text: 'the compiler has put it into its caller', chapter: 12} :
		guide.reasons.find(r => r.step === (there.step ?? '0.0') && r.sides & holds && (!r.syscall || r.syscall === there.syscall));
}

// Two kernels.
function older(s) {
	const [ours, theirs] = [s, 1 - s].map(n => recordings[n].header?.emulated ?? '');

	return ours === theirs ? null :
		{text: theirs ? 'only an older kernel makes this way necessary' : 'an older kernel does not take this way', chapter: 2};
}

// While it plays, no more often than one can listen.
function speak() {
	if (playing && Date.now() - spoken < 2000)
		return;
	spoken = Date.now();
	const words = sides.map((facts, s) => {
		const i = rows[stops[here]].events[s];

		return i < 0 ? '' : (paired ? `${s ? 'Right' : 'Left'}: ` : '') + inWords(guide, facts, i);
	});

	$('live').textContent = words.filter(Boolean).join('. ');
}

// --- chapters ---

function chapterAt(stop) {
	return eventAt(stop).step?.split('.')[0] ?? null;
}

// Where the run of one chapter's events that stop is in begins.
function chapterBegin(stop) {
	const chapter = chapterAt(stop);

	while (stop > 0 && chapterAt(stop - 1) === chapter)
		stop--;
	return stop;
}

function chapterNext() {
	let stop = here;

	while (stop < stops.length - 1 && chapterAt(stop) === chapterAt(here))
		stop++;
	go(stop);
}

function chapterBack() {
	const begin = chapterBegin(here);

	go(begin < here ? begin : begin > 0 ? chapterBegin(begin - 1) : 0);
}

function listChapters() {
	const first = new Map();

	stops.forEach((r, stop) => {
		const chapter = chapterAt(stop);

		if (chapter && !first.has(chapter))
			first.set(chapter, stop);
	});
	const none = make('option', '', 'Chapter …');

	none.value = '';
	$('chapters').append(none, ...[...first.keys()].sort((a, b) => a - b).map(chapter => {
		const option = make('option', '', `${chapter} ${guide.chapters[chapter] ?? ''}`);

		option.value = chapter;
		return option;
	}));
	$('chapters').addEventListener('change', () => {
		if (first.has($('chapters').value))
			go(first.get($('chapters').value));
	});
}

// --- links ---

// #8.3 is the first event of a step; #e57 event 57; #f57 that of the second recording.
function followLink() {
	const event = /^#([ef])(\d+)$/.exec(location.hash), step = /^#(\d+\.\d+)$/.exec(location.hash);

	if (event) {
		const s = event[1] === 'f' ? 1 : 0, i = Number(event[2]) - 1;
		const stop = reached[s]?.indexOf(i) ?? -1;

		if (stop >= 0)
			return go(stop), true;
	}
	if (step) {
		const stop = stops.findIndex((r, n) => eventAt(n).step === step[1]);

		if (stop >= 0)
			return go(stop), true;
	}
	return false;
}

// --- playing ---

function delay() {
	const speed = $('speed').value;

	if (!speed.startsWith('/'))
		return 1000 / Number(speed);
	const s = sideAt(here + 1), next = reached[s][here + 1];
	const pause = next > 0 ? sides[s].events[next].t - sides[s].events[next - 1].t : 0;

	// Longer than three seconds nobody wants to look at a picture that stands still.
	return Math.min(3000, pause / 1e6 * Number(speed.slice(1)));
}

function schedule() {
	playing = here < stops.length - 1 ? setTimeout(() => {
		go(here + 1);
		schedule();
	}, delay()) : null;
	showPlaying();
}

function showPlaying() {
	$('play-mark').textContent = playing ? '❚❚' : '▶';
	$('play-label').textContent = playing ? 'Pause' : 'Play';
}

function pause() {
	clearTimeout(playing);
	playing = null;
	showPlaying();
	clearTimeout(settle);
	if (here >= 0)
		history.replaceState(null, '', $('link').textContent);
}

function togglePlay() {
	if (playing)
		return pause();
	if (here === stops.length - 1)
		go(0);
	schedule();
}

function changeSpeed(by) {
	const select = $('speed');

	select.selectedIndex = Math.max(0, Math.min(select.options.length - 1, select.selectedIndex + by));
}

// Any move of one's own ends the playing.
function move(stop) {
	if (playing)
		pause();
	go(stop);
}

// --- search ---

let lower = null;

function find() {
	const words = $('search').value.trim().toLowerCase();

	lower ??= stops.map(r => rows[r].events.map((i, s) => {
		const e = i >= 0 ? sides[s].events[i] : null;

		return e ? `${e.step ?? ''} ${e.text} ${stepOf(guide, e)?.caption ?? ''}` : '';
	}).join(' ').toLowerCase());
	matches = [];
	if (words)
		lower.forEach((text, stop) => {
			if (text.includes(words))
				matches.push(stop);
		});
	const marked = new Set(matches.map(stop => stops[stop]));

	for (const tree of trees) {
		tree.matches = marked;
		tree.request();
	}
	showFound();
}

function showFound() {
	const n = matches.indexOf(here);

	$('found').textContent = !$('search').value.trim() ? '' :
		!matches.length ? 'not found' : n >= 0 ? `${n + 1} of ${matches.length}` : `${matches.length} found`;
}

// To the next match, or without a search, to the next difference.
function nextMatch(by) {
	const list = matches.length ? matches :
		paired ? stops.map((r, stop) => rows[r].mark ? stop : -1).filter(stop => stop >= 0) : [];

	if (!list.length)
		return;
	const target = by > 0 ? list.find(stop => stop > here) ?? list[0] :
		list.findLast(stop => stop < here) ?? list[list.length - 1];

	move(target);
	showFound();
}

// --- looks ---

function refresh() {
	// Rows stand beside each other.
	const lanes = Math.max(...trees.map(tree => tree.facts.order.length));

	for (const tree of trees)
		tree.resize(lanes);
	code.settle(); // the lines have other sizes now
}

function toggleTheme() {
	const dark = document.documentElement.dataset.theme ?
		document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;

	document.documentElement.dataset.theme = dark ? 'light' : 'dark';
	refresh();
}

// The page of the book that this one is a frame of says what its reader has chosen.
window.addEventListener('message', event => {
	if (event.source !== window.parent || !['light', 'dark'].includes(event.data))
		return;
	document.documentElement.dataset.theme = event.data;
	refresh();
});

function toggleLarge() {
	const large = document.documentElement.classList.toggle('large');

	$('large').setAttribute('aria-pressed', String(large));
	refresh();
}

function toggleFullscreen() {
	if (document.fullscreenElement)
		document.exitFullscreen();
	else
		document.documentElement.requestFullscreen().catch(() => {});
}

// The legend of the help: the same shapes as in the lanes.
function listMarks() {
	const shapes = [['call', 'a function is entered'], ['syscall', 'a system call returned'],
		['error', 'a system call failed'], ['refused', 'refused, as Linux 2.6.26 would'],
		['enter', 'a system call goes to sleep']];
	const put = (draw, what) => {
		const canvas = make('canvas', ''), row = make('tr', '');

		canvas.width = 28;
		canvas.height = 28;
		canvas.setAttribute('aria-hidden', 'true');
		draw(canvas.getContext('2d'));
		row.append(make('td', '', canvas), make('td', '', what));
		$('legend').append(row);
	};

	$('legend').querySelectorAll('tr').forEach(row => row.remove());
	for (const [shape, what] of shapes)
		put(c => drawShape(c, shape, 14, 14, 6, trees[0].colors.lanes[0], trees[0].colors), what);
	for (const [state, what] of Object.entries(STATES))
		put(c => trees[0].drawState.call({shown: {top: 0, height: 28}, laneWidth: 30}, c, state, 14, 2, 26,
			trees[0].colors.lanes[0]), what);
	put(c => {
		c.lineWidth = 1;
		trees[0].drawArrow.call({height: 22, colors: trees[0].colors}, c, 0, 6, 22, 24, true);
	}, 'wakes: from epoll_wait or goready to the goroutine');
	$('states').querySelectorAll('tr').forEach(row => row.remove());
	const list = (sign, what) => $('states').append(make('tr', '', make('td', '', sign), make('td', '', what)));

	for (const [value, what] of [[NOTHING, 'nobody waits, nothing is ready'], [WAIT, 'a goroutine is about to park'],
		[{g: 'g1'}, 'goroutine g1 is parked'], [READY, 'ready: the next one need not park'], [FREE, 'the pollDesc is in the cache'], [UNKNOWN, 'not known']])
		list(semaphoreSign(value), `rg, wg: ${what}`);
	if (paired)
		for (const [mark, what] of [['≈', 'in both, by other names'], ['≠', 'in both, but not the same'],
			['~', 'in both, but elsewhere'], ['−', 'in the left one only'], ['+', 'in the right one only']])
			list(span('diff', mark), what);
}

function showHelp() {
	listMarks();
	$('help-dialog').showModal();
	$('help-dialog').scrollTop = 0; // what has the focus is at its end
}

// --- keys ---

const KEYS = {
	'ArrowRight': () => move(here + 1),
	'ArrowLeft': () => move(here - 1),
	'ArrowDown': () => move(here + 1),
	'ArrowUp': () => move(here - 1),
	'PageDown': () => move(here + 10),
	'PageUp': () => move(here - 10),
	'Home': () => move(0),
	'End': () => move(stops.length - 1),
	']': () => (playing && pause(), chapterNext()),
	'[': () => (playing && pause(), chapterBack()),
	' ': togglePlay,
	'+': () => changeSpeed(1),
	'-': () => changeSpeed(-1),
	'/': () => ($('search').focus(), $('search').select()),
	'n': () => nextMatch(1),
	'N': () => nextMatch(-1),
	'l': toggleLarge,
	'd': toggleTheme,
	'f': toggleFullscreen,
	'?': showHelp,
};

document.addEventListener('keydown', event => {
	const target = event.target, tag = target.tagName;

	if (event.ctrlKey || event.altKey || event.metaKey || $('help-dialog').open)
		return;
	if (target === $('search')) {
		if (event.key === 'Enter')
			nextMatch(event.shiftKey ? -1 : 1);
		if (event.key === 'Escape') {
			event.preventDefault(); // it would empty the field
			trees[0].view.focus();
		}
		return;
	}
	if (tag === 'SELECT' || ((tag === 'BUTTON' || tag === 'A') && (event.key === ' ' || event.key === 'Enter')))
		return;
	// What has a scroll bar keeps the keys that scroll it.
	if ((target === $('source') || target === $('state')) && /^(Arrow(Up|Down)|Page|Home|End)/.test(event.key))
		return;
	if (KEYS[event.key]) {
		event.preventDefault();
		KEYS[event.key]();
	}
});

for (const [id, action] of Object.entries({
	first: KEYS.Home, last: KEYS.End, back: KEYS.ArrowLeft, next: KEYS.ArrowRight, play: togglePlay,
	'chapter-back': KEYS['['], 'chapter-next': KEYS[']'], large: toggleLarge, theme: toggleTheme,
	fullscreen: toggleFullscreen, help: showHelp,
}))
	$(id).addEventListener('click', action);
$('slider').addEventListener('input', () => move(Number($('slider').value) - 1));
$('search').addEventListener('input', find);
window.addEventListener('hashchange', followLink);
window.addEventListener('resize', refresh);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);
if (paired)
	trees.forEach((tree, s) => tree.view.addEventListener('scroll', () => {
		if (trees[1 - s].view.scrollTop !== tree.view.scrollTop)
			trees[1 - s].view.scrollTop = tree.view.scrollTop;
	}));

const called = recordings.map(r => r.name.split('/').pop().replace(/\.ndjson$/, ''));

$('title').textContent = paired ? `dialtrace · ${called.join(' beside ')}` : `dialtrace · ${titleOf(recordings[0])}`;
document.title = `${called.join(' and ')} · dialtrace`;
document.body.classList.toggle('paired', paired);
$('slider').max = Math.max(1, stops.length);
listChapters();
refresh();
if (!stops.length)
	$('state').append(make('p', 'absent', 'There are no events in this recording.'));
else if (!followLink())
	go(0);
refresh();
