// Two recordings, event by event side by side: what is the same call of the same
// goroutine inside the same function stands in one row.

// Beyond so many pairs the longest common subsequence takes too long.
const EXACT = 4e6;
// How far the other way looks for where the two meet again.
const AHEAD = 200;

// What each lane is called when two recordings are compared: its label. With Go's on one side
// the goroutines that use the network are counted, since Go has some of its own before them:
// the port's second is not Go's second. And which M schedules is chance; sysmon's only is another.
function rolesOf(facts, byStep) {
	const roles = new Map(facts.order.map(lane => [lane, lane.label.replace(/^\d+:/, '')]));
	let users = 0;

	if (!byStep)
		return roles;
	for (const lane of facts.order)
		roles.set(lane, lane.kind === 'g' ? `other ${lane.label}` : 'scheduler');
	facts.events.forEach((e, i) => {
		const lane = facts.laneOf[i];

		if (lane?.kind === 'g' && e.type === 'call' && /^net\./.test(e.func) && /^other/.test(roles.get(lane)))
			roles.set(lane, `user ${++users}`);
		if (e.func === 'runtime.sysmon')
			roles.set(lane, 'sysmon');
	});
	return roles;
}

// What must agree for two events to be the same. Go of today has other names than the port,
// and functions inlined: of its steps, the numbers.
function identity(facts, i, roles, byStep) {
	const e = facts.events[i], up = facts.parent[i];
	const what = byStep ? [e.step ?? e.syscall ?? e.func] :
		[e.syscall ?? e.func, e.step, up >= 0 ? facts.events[up].func : ''];

	return [roles.get(facts.laneOf[i]), e.type, ...what].join(' ');
}

// The text without what differs from run to run: ports, addresses, buffers, and the numbers of
// goroutines of the same role.
function normalised(text, facts, roles) {
	return text.replace(/0x[0-9a-f]{5,}/g, 'PTR').replace(/((?:\d+\.){3}\d+|\]):\d+/g, '$1:PORT')
		.replace(/^g\d+\b/, g => roles.get(facts.order.find(lane => lane.label === g)) ?? g);
}

// Pairs [i, j], rising, of equal numbers in a and b.
function common(a, b) {
	const pairs = [];
	let from = 0, endA = a.length, endB = b.length;

	while (from < endA && from < endB && a[from] === b[from]) {
		pairs.push([from, from]);
		from++;
	}
	const tail = [];
	while (endA > from && endB > from && a[endA - 1] === b[endB - 1])
		tail.push([--endA, --endB]);
	const middle = (endA - from) * (endB - from) <= EXACT ? longest : resynchronised;

	for (const [i, j] of middle(a.slice(from, endA), b.slice(from, endB)))
		pairs.push([i + from, j + from]);
	return pairs.concat(tail.reverse());
}

// The longest common subsequence.
function longest(a, b) {
	const width = b.length + 1, length = new Uint16Array((a.length + 1) * width), pairs = [];

	for (let i = a.length - 1; i >= 0; i--)
		for (let j = b.length - 1; j >= 0; j--)
			length[i * width + j] = a[i] === b[j] ? length[(i + 1) * width + j + 1] + 1 :
				Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
	for (let i = 0, j = 0; i < a.length && j < b.length;) {
		if (a[i] === b[j])
			pairs.push([i++, j++]);
		else if (length[(i + 1) * width + j] >= length[i * width + j + 1])
			i++;
		else
			j++;
	}
	return pairs;
}

// A common subsequence that may not be the longest: where the two part, it goes on at the
// nearest place where three agree.
function resynchronised(a, b) {
	const pairs = [];
	const meet = (i, j) => [0, 1, 2].every(k => a[i + k] === b[j + k]);

	for (let i = 0, j = 0; i < a.length && j < b.length;) {
		if (a[i] === b[j]) {
			pairs.push([i++, j++]);
			continue;
		}
		let found = false;
		for (let sum = 1; sum <= AHEAD && !found; sum++)
			for (let k = 0; k <= sum && !found; k++)
				if (meet(i + k, j + sum - k)) {
					i += k;
					j += sum - k;
					found = true;
				}
		if (!found) {
			i++;
			j++;
		}
	}
	return pairs;
}

// What two events that are the same differ in, as a mark of align.
function difference(first, i, second, j, roles) {
	const x = partsOf(first.events[i]), y = partsOf(second.events[j]);
	const inside = (p, s) => normalised([...p.args.map(arg => arg.value), p.result].join(' '),
		s ? second : first, roles[s]);

	if (inside(x, 0) !== inside(y, 1))
		return '≠';
	return x.name === y.name ? '' : '≈';
}

// Marks what both did, but not in this order: each of two such rows knows the other.
function moved(rows, numbers) {
	const waiting = new Map();

	for (const row of rows.filter(r => r.mark)) {
		const s = row.events[0] < 0 ? 1 : 0, key = numbers[s][row.events[s]];

		if (row.events[1 - s] >= 0)
			continue;
		if (!waiting.has(key))
			waiting.set(key, [[], []]);
		const [mine, others] = [s, 1 - s].map(side => waiting.get(key)[side]);
		if (others.length) {
			row.other = others.shift();
			row.other.other = row;
			row.mark = row.other.mark = '~';
		} else {
			mine.push(row);
		}
	}
}

// Rows {events: [i, j], mark}: -1 where one has nothing. mark is '' (the same), '≈' (by
// another name), '≠' (in both, but with other arguments or another result), '~' (in both, but
// elsewhere: in the row other), '−' (the first only), '+' (the second only).
function align(first, second) {
	const numbers = new Map(), rows = [], byStep = first.go || second.go;
	const roles = [first, second].map(facts => rolesOf(facts, byStep));
	const number = (facts, s) => facts.events.map((e, i) => {
		const key = identity(facts, i, roles[s], byStep);

		if (!numbers.has(key))
			numbers.set(key, numbers.size);
		return numbers.get(key);
	});
	const ours = [number(first, 0), number(second, 1)], pairs = common(...ours);
	let i = 0, j = 0;

	for (const [a, b] of [...pairs, [first.events.length, second.events.length]]) {
		while (i < a)
			rows.push({events: [i++, -1], mark: '−'});
		while (j < b)
			rows.push({events: [-1, j++], mark: '+'});
		if (a === first.events.length)
			break;
		rows.push({events: [i++, j++], mark: difference(first, a, second, b, roles)});
	}
	moved(rows, ours);
	return rows;
}
