// The call tree in the order of time, a row each event, with a lane for every goroutine
// and thread. Only the rows in view are in the document, however many there are.

const MOST_LANES = 10;
const OVERSCAN = 10;
// How a goroutine is drawn that runs, as far as one can tell.
const PALE = 0.45;
const DASHES = {ready: [3, 3], off: [1, 5], quiet: [1, 5], unknown: [1, 9]};
// A pause this long (ns) gets a row of its own.
const PAUSE = 1e6;

const STATES = {
	run: 'runs',
	lends: 'runs a goroutine',
	ready: 'could run, waits for a thread',
	park: 'parked: waits, no thread sleeps',
	sleep: 'blocked: the thread sleeps in a system call',
	busy: 'keeps its thread, nothing is recorded',
	quiet: 'nothing is recorded for 1 ms or more',
	off: 'does not run: why is not recorded',
	unknown: 'events are lost: not known',
};

// Cut off, as the text has them.
function milliseconds(ns, digits = 3) {
	return (Math.floor(ns / 10 ** (6 - digits)) / 10 ** digits).toFixed(digits);
}

// What a row is, as a shape.
function shapeOf(e) {
	if (e.type === 'call')
		return 'call';
	if (e.type === 'enter')
		return 'enter';
	if (e.type === 'lost' || e.type === 'end')
		return 'lost';
	return e.refused ? 'refused' : e.ret < 0 ? 'error' : 'syscall';
}

class TreeView {
	// rows: {event, pause, mark}, event -1 for a row without one.
	constructor(facts, rows, side, title, onPick) {
		this.facts = facts;
		this.rows = rows;
		this.deepest = facts.events.reduce((depth, e) => Math.max(depth, e.depth ?? 0), 1);
		this.side = side;
		this.rowOf = new Int32Array(facts.events.length);
		rows.forEach((row, r) => {
			if (row.event >= 0)
				this.rowOf[row.event] = r;
		});
		this.current = -1;    // row
		this.event = -1;      // the last event up to there
		this.matches = new Set();
		this.nodes = new Map();
		this.build(title, onPick);
	}

	element(tag, className, parent) {
		const e = document.createElement(tag);

		e.className = className;
		parent?.append(e);
		return e;
	}

	build(title, onPick) {
		this.root = this.element('section', 'tree', null);
		this.root.setAttribute('aria-label', title);
		this.element('h2', 'head', this.root).textContent = title;
		this.overview = this.element('canvas', 'overview', this.root);
		this.overview.setAttribute('aria-hidden', 'true');
		this.overview.addEventListener('click', event => this.pickTime(event, onPick));
		this.legend = this.element('div', 'lanes', this.root);
		this.legend.setAttribute('aria-hidden', 'true');
		this.view = this.element('div', 'rows', this.root);
		this.view.tabIndex = 0;
		this.view.setAttribute('role', 'listbox');
		this.view.setAttribute('aria-label', `Events of ${title}`);
		this.space = this.element('div', 'space', this.view);
		this.space.setAttribute('role', 'presentation');
		this.canvas = this.element('canvas', 'rails', this.root);
		this.canvas.setAttribute('aria-hidden', 'true');
		this.view.addEventListener('scroll', () => this.request());
		this.space.addEventListener('click', event => {
			const r = Number(event.target.closest('.row')?.dataset.row ?? -1);

			if (r >= 0)
				onPick(r);
		});
	}

	// To be called when sizes or colours have changed. The overview has room for so many lanes.
	resize(lanes) {
		if (!this.root.clientWidth)
			return; // in a frame that is not shown
		const style = getComputedStyle(this.root);
		const color = name => style.getPropertyValue(name).trim();
		const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);

		this.height = Math.round(rem * 1.6);
		this.timeWidth = parseFloat(style.getPropertyValue('--time-width')) * rem;
		this.laneWidth = Math.round(this.height * (this.facts.order.length > 5 ? 0.86 : 0.95));
		this.overviewLanes = Math.min(lanes, MOST_LANES);
		this.colors = {
			lanes: [1, 2, 3, 4, 5, 6].map(n => color(`--lane${n}`)), wake: color('--wake'),
			panel: color('--panel'), muted: color('--muted'), line: color('--line'), text: color('--text'),
			bad: color('--bad'), accent: color('--accent'),
		};
		this.root.style.setProperty('--deepest', this.deepest);
		this.space.style.height = `${this.rows.length * this.height}px`;
		this.root.style.setProperty('--row', `${this.height}px`);
		for (const node of this.nodes.values())
			node.remove();
		this.nodes.clear();
		this.drawOverview();
		this.reveal(true);
		this.request();
	}

	// Goes to a row; event is the last one up to it. render is to follow.
	go(row, event) {
		this.current = row;
		this.event = event;
		this.reveal(false);
	}

	reveal(center) {
		const top = this.current * this.height, size = this.view.clientHeight;
		const margin = Math.min(4 * this.height, size / 3);

		if (center || top < this.view.scrollTop + margin || top + this.height > this.view.scrollTop + size - margin)
			this.view.scrollTop = top - size * 0.45;
	}

	request() {
		this.frame ??= requestAnimationFrame(() => this.render());
	}

	render() {
		cancelAnimationFrame(this.frame);
		this.frame = null;
		if (!this.height)
			return;
		// Read before anything changes: else the browser would have to lay it out now.
		this.shown = {top: this.view.scrollTop, height: this.view.clientHeight, offset: this.view.offsetTop};
		const {top, height} = this.shown;
		const from = Math.max(0, Math.floor(top / this.height) - OVERSCAN);
		const to = Math.min(this.rows.length, Math.ceil((top + height) / this.height) + OVERSCAN);

		this.chooseLanes(from, to);
		for (const [r, node] of this.nodes)
			if (r < from || r >= to) {
				node.remove();
				this.nodes.delete(r);
			}
		for (let r = from; r < to; r++)
			this.update(r);
		// A screen reader reads them in the order of the document.
		if (this.current >= from && this.current < to)
			this.view.setAttribute('aria-activedescendant', `row${this.side}-${this.current}`);
		this.drawRails(from, to);
		this.drawPlace();
	}

	// All lanes, or if there are too many, those with something in view.
	chooseLanes(from, to) {
		let lanes = this.facts.order;

		if (lanes.length > MOST_LANES) {
			const used = new Set();

			for (let r = from; r < to; r++) {
				const i = this.rows[r].event;

				if (i >= 0 && this.facts.laneOf[i]) {
					used.add(this.facts.laneOf[i]);
					used.add(this.facts.threadOf[i]);
				}
			}
			lanes = lanes.filter(l => used.has(l)).slice(0, MOST_LANES);
		}
		const key = `${lanes.map(l => l.key)} ${this.laneWidth}`;

		this.columns = new Map(lanes.map((l, n) => [l, n]));
		this.root.style.setProperty('--rails', `${Math.max(1, lanes.length) * this.laneWidth}px`);
		if (key !== this.legendKey) {
			this.legendKey = key;
			this.legend.replaceChildren(...lanes.map(l => {
				const s = span(`lane ${l.kind}`, l.label);

				s.style.width = `${this.laneWidth}px`;
				s.style.color = this.colorOf(l);
				return s;
			}));
			if (lanes.length < this.facts.order.length)
				this.legend.append(span('more', `of ${this.facts.order.length} lanes`));
		}
	}

	colorOf(lane) {
		return this.colors.lanes[this.facts.order.indexOf(lane) % this.colors.lanes.length];
	}

	update(r) {
		let node = this.nodes.get(r);

		if (!node) {
			node = this.makeRow(r);
			this.nodes.set(r, node);
			this.space.append(node);
		}
		const now = r === this.current;
		const classes = `row ${node.dataset.kind}${now ? ' now' : ''}${r > this.current ? ' later' : ''}` +
			(this.matches.has(r) ? ' match' : '') + (this.onPath(r) ? ' path' : '');

		if (node.className !== classes)
			node.className = classes;
		if (node.getAttribute('role') === 'option')
			node.setAttribute('aria-selected', String(now));
	}

	// Whether the row is a function that the current event is inside.
	onPath(r) {
		const i = this.rows[r].event;

		if (i < 0 || i >= this.event)
			return false;
		for (let up = this.facts.parent[this.event]; up >= i; up = this.facts.parent[up])
			if (up === i)
				return true;
		return false;
	}

	makeRow(r) {
		const row = this.rows[r], e = row.event >= 0 ? this.facts.events[row.event] : null;
		const node = this.element('div', 'row', null);

		node.style.top = `${r * this.height}px`;
		node.dataset.row = r;
		node.dataset.kind = e ? shapeOf(e) : row.pause ? 'pause' : 'none';
		if (row.mark)
			node.dataset.mark = row.mark;
		if (!e) {
			node.setAttribute('role', 'presentation');
			node.append(span('time', ''), span('rail', ''), span('text', row.pause ? `⋯ ${milliseconds(row.pause, 1)} ms` : ''));
			return node;
		}
		node.id = `row${this.side}-${r}`;
		node.setAttribute('role', 'option');
		node.setAttribute('aria-setsize', this.rows.length);
		node.setAttribute('aria-posinset', r + 1);
		const text = span('text', '');
		const lane = this.facts.laneOf[row.event];

		text.style.setProperty('--depth', e.depth ?? 0);
		this.fill(text, e);
		const mark = span('mark', row.mark ?? '');
		const rail = span('rail', '');

		rail.append(span('unseen', lane ? lane.label : ''));
		node.append(span('time', milliseconds(e.t)), rail, mark, span('step', e.step ?? ''), text);
		node.title = e.text;
		return node;
	}

	fill(text, e) {
		const {name, result} = partsOf(e);
		const end = e.text.length - (result ? result.length + 3 : 0);

		text.append(span('name', name), span('args', e.text.slice(name.length, end)));
		if (result)
			text.append(span('equals', ' = '), span(e.ret < 0 ? 'result error' : 'result', result));
		if (e.refused)
			text.append(span('note', ' as Linux 2.6.26'));
		if (e.type === 'enter')
			text.append(span('note', ' sleeps'));
		if (e.slept)
			text.append(span('note', ` after ${milliseconds(e.dur ?? 0, 1)} ms`));
	}

	// --- the lanes ---

	prepare(canvas, width, height) {
		const ratio = window.devicePixelRatio || 1, c = canvas.getContext('2d');

		if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
			canvas.width = Math.round(width * ratio);
			canvas.height = Math.round(height * ratio);
			canvas.style.width = `${width}px`;
			canvas.style.height = `${height}px`;
		}
		c.setTransform(ratio, 0, 0, ratio, 0, 0);
		c.clearRect(0, 0, width, height);
		return c;
	}

	drawRails(from, to) {
		this.canvas.style.left = `${this.timeWidth}px`;
		this.canvas.style.top = `${this.shown.offset}px`;
		const c = this.prepare(this.canvas, this.columns.size * this.laneWidth + 2, this.shown.height);

		c.translate(0, -this.shown.top);
		for (const [lane, column] of this.columns)
			this.drawLane(c, lane, column, from, to);
		for (const [lane, column] of this.columns)
			this.drawMarks(c, lane, column, from, to);
		this.drawArrows(c, from, to);
	}

	x(column) {
		return (column + 0.5) * this.laneWidth;
	}

	y(row) {
		return (row + 0.5) * this.height;
	}

	// The first event at or after row r, or one beyond the last.
	eventFrom(r) {
		for (; r < this.rows.length; r++)
			if (this.rows[r].event >= 0)
				return this.rows[r].event;
		return this.facts.events.length;
	}

	drawLane(c, lane, column, from, to) {
		const first = this.eventFrom(from), last = Math.min(this.eventFrom(to), this.facts.events.length - 1);
		const {at, values} = lane.state;

		for (let n = Math.max(0, lane.state.index(first)); n < at.length && at[n] <= last; n++) {
			const y0 = this.y(this.rowOf[at[n]]);
			const y1 = n + 1 < at.length ? this.y(this.rowOf[at[n + 1]]) : this.rows.length * this.height;
			const now = this.y(this.current);

			// What has not happened yet is pale.
			c.globalAlpha = 1;
			if (y0 < now)
				this.drawState(c, values[n].kind, this.x(column), y0, Math.min(y1, now), this.colorOf(lane));
			c.globalAlpha = 0.3;
			if (y1 > now)
				this.drawState(c, values[n].kind, this.x(column), Math.max(y0, now), y1, this.colorOf(lane));
			c.globalAlpha = 1;
		}
	}

	drawState(c, kind, x, y0, y1, color) {
		const top = this.shown.top - 50, bottom = top + this.shown.height + 100;
		const w = this.laneWidth * 0.44;

		y0 = Math.max(y0, top);
		y1 = Math.min(y1, bottom);
		if (y1 <= y0)
			return;
		c.strokeStyle = c.fillStyle = color;
		c.setLineDash([]);
		if (kind === 'run') {
			c.fillRect(x - w / 5, y0, w / 2.5, y1 - y0);
		} else if (kind === 'busy') {
			const alpha = c.globalAlpha;

			c.globalAlpha = alpha * PALE;
			c.fillRect(x - w / 5, y0, w / 2.5, y1 - y0);
			c.globalAlpha = alpha;
		} else if (kind === 'park' || kind === 'sleep') {
			// Blocked: a box, with stripes if parked, with bars if a thread sleeps.
			c.save();
			c.beginPath();
			c.rect(x - w / 2, y0, w, y1 - y0);
			c.clip();
			c.lineWidth = kind === 'park' ? 1.5 : 2.5;
			const slant = kind === 'park' ? w : 0, pitch = kind === 'park' ? 6 : 7;

			c.beginPath();
			for (let y = Math.floor((y0 - w) / pitch) * pitch; y < y1 + w; y += pitch) {
				c.moveTo(x - w / 2, y + slant);
				c.lineTo(x + w / 2, y);
			}
			c.stroke();
			c.restore();
			c.lineWidth = 1.5;
			c.strokeRect(x - w / 2, y0, w, y1 - y0);
		} else {
			c.lineWidth = kind === 'lends' ? 1.5 : kind === 'quiet' ? 2 : 3;
			c.setLineDash(DASHES[kind] ?? []);
			c.beginPath();
			c.moveTo(x, y0);
			c.lineTo(x, y1);
			c.stroke();
			c.setLineDash([]);
		}
	}

	drawMarks(c, lane, column, from, to) {
		for (let r = from; r < to; r++) {
			const i = this.rows[r].event;

			if (i < 0 || this.facts.laneOf[i] !== lane)
				continue;
			c.globalAlpha = r > this.current ? 0.45 : 1;
			drawShape(c, shapeOf(this.facts.events[i]), this.x(column), this.y(r), this.height * 0.2,
				this.colorOf(lane), this.colors);
			c.globalAlpha = 1;
		}
	}

	drawArrows(c, from, to) {
		for (const arrow of this.facts.arrows) {
			const r0 = this.rowOf[arrow.from], r1 = this.rowOf[arrow.to];
			const source = this.columns.get(this.facts.laneOf[arrow.from]), target = this.columns.get(arrow.lane);

			if (r1 < from || r0 > to || source === undefined || target === undefined || source === target)
				continue;
			c.globalAlpha = r0 > this.current ? 0.3 : 1;
			this.drawArrow(c, this.x(source), this.y(r0), this.x(target), this.y(r1), arrow.to >= this.event);
			c.globalAlpha = 1;
		}
	}

	drawArrow(c, x0, y0, x1, y1, current) {
		const side = x1 < x0 ? -1 : 1, gap = this.height * 0.28;
		const start = x0 + side * gap, end = x1 - side * gap, bend = Math.min(y1 - y0, 2.5 * this.height);

		c.strokeStyle = c.fillStyle = this.colors.wake;
		c.lineWidth = current ? 3 : 2;
		c.beginPath();
		c.moveTo(start, y0);
		c.bezierCurveTo((start + end) / 2, y0, end, y0 + bend * 0.1, end, y0 + bend * 0.5);
		c.lineTo(end, y1 - 4);
		c.stroke();
		const tip = this.height * 0.22;

		c.beginPath();
		c.moveTo(end, y1 + 2);
		c.lineTo(end - tip * 0.7, y1 - tip);
		c.lineTo(end + tip * 0.7, y1 - tip);
		c.fill();
	}

	// --- the whole run, true to scale ---

	span() {
		const events = this.facts.events;

		return events.length ? [events[0].t, Math.max(events[events.length - 1].t, events[0].t + 1)] : [0, 1];
	}

	timeX(t) {
		const [t0, t1] = this.span();

		return this.overviewLeft + (t - t0) / (t1 - t0) * (this.overviewWidth - this.overviewLeft - 8);
	}

	drawOverview() {
		const lanes = this.facts.order.slice(0, MOST_LANES), size = parseFloat(getComputedStyle(this.root).fontSize);
		const pitch = size * (this.overviewLanes > 5 ? 0.75 : 0.95);

		this.overviewWidth = this.root.clientWidth;
		this.overviewLeft = size * 2.6;
		this.overviewHeight = pitch * this.overviewLanes + size * 1.5;
		this.overview.getContext('2d', {willReadFrequently: true});
		const c = this.prepare(this.overview, this.overviewWidth, this.overviewHeight);
		const [t0, t1] = this.span();

		c.font = `${size * 0.72}px ui-monospace, "DejaVu Sans Mono", monospace`;
		c.textBaseline = 'middle';
		lanes.forEach((lane, n) => {
			const y = pitch * (n + 0.6) + 2;

			c.fillStyle = this.colorOf(lane);
			c.fillText(lane.label, size * 0.7, y);
			this.drawOverviewLane(c, lane, y, pitch * 0.55);
		});
		c.fillStyle = this.colors.muted;
		const y = this.overviewHeight - size * 0.6;

		c.fillText('0', this.overviewLeft + size * 0.4, y);
		const end = `${milliseconds(t1 - t0, 1)} ms`;

		c.fillText(end, this.overviewWidth - 8 - c.measureText(end).width, y);
		this.overviewImage = c.getImageData(0, 0, this.overview.width, this.overview.height);
	}

	drawOverviewLane(c, lane, y, h) {
		const {at, values} = lane.state, events = this.facts.events, [, t1] = this.span();
		let drawn = -1;

		c.fillStyle = c.strokeStyle = this.colorOf(lane);
		for (let n = 0; n < at.length; n++) {
			const x0 = this.timeX(events[at[n]].t);
			const x1 = Math.max(this.timeX(n + 1 < at.length ? events[at[n + 1]].t : t1), x0 + 0.7);

			// What would be drawn over the same pixel is not.
			if (x1 < drawn + 0.5)
				continue;
			drawn = x1;
			const kind = values[n].kind;

			if (kind === 'park' || kind === 'sleep') {
				c.globalAlpha = 0.22;
				c.fillRect(x0, y - h / 2, x1 - x0, h);
				c.globalAlpha = 1;
				c.lineWidth = 1;
				c.strokeRect(x0 + 0.5, y - h / 2 + 0.5, Math.max(0.5, x1 - x0 - 1), h - 1);
				if (kind === 'sleep')
					for (let x = x0 + 5; x < x1 - 2; x += 6)
						c.fillRect(x, y - h / 2, 1.2, h);
			} else if (kind === 'run' || kind === 'busy') {
				c.globalAlpha = kind === 'busy' ? PALE : 1;
				c.fillRect(x0, y - h / 2, x1 - x0, h);
				c.globalAlpha = 1;
			} else {
				c.globalAlpha = 0.6;
				c.fillRect(x0, y - 0.75, x1 - x0, 1.5);
				c.globalAlpha = 1;
			}
		}
	}

	drawPlace() {
		if (!this.overviewImage || this.event < 0)
			return;
		const c = this.overview.getContext('2d'), x = this.timeX(this.facts.events[this.event].t);
		const size = this.overviewHeight;

		c.putImageData(this.overviewImage, 0, 0);
		c.fillStyle = this.colors.accent;
		c.fillRect(x - 1, 0, 2, size);
		c.beginPath();
		c.moveTo(x, 9);
		c.lineTo(x - 6, 0);
		c.lineTo(x + 6, 0);
		c.fill();
	}

	pickTime(event, onPick) {
		const [t0, t1] = this.span();
		const t = t0 + (event.offsetX - this.overviewLeft) / (this.overviewWidth - this.overviewLeft - 8) * (t1 - t0);
		let best = 0;

		this.facts.events.forEach((e, i) => {
			if (Math.abs(e.t - t) < Math.abs(this.facts.events[best].t - t))
				best = i;
		});
		onPick(this.rowOf[best]);
	}
}

// A mark of shapeOf, filled or hollow; the same in the lanes and in the legend.
function drawShape(c, shape, x, y, r, color, colors) {
	c.fillStyle = color;
	c.strokeStyle = color;
	c.lineWidth = 2;
	c.beginPath();
	if (shape === 'call') {
		c.arc(x, y, r, 0, 2 * Math.PI);
		c.fill();
	} else if (shape === 'syscall') {
		c.rect(x - r, y - r, 2 * r, 2 * r);
		c.fill();
	} else if (shape === 'enter') {
		c.rect(x - r, y - r, 2 * r, 2 * r);
		c.fillStyle = colors.panel;
		c.fill();
		c.stroke();
	} else if (shape === 'error') {
		c.moveTo(x, y - 1.4 * r);
		c.lineTo(x + 1.4 * r, y);
		c.lineTo(x, y + 1.4 * r);
		c.lineTo(x - 1.4 * r, y);
		c.closePath();
		c.fillStyle = colors.panel;
		c.fill();
		c.stroke();
	} else {
		c.lineWidth = 3;
		c.moveTo(x - r, y - r);
		c.lineTo(x + r, y + r);
		c.moveTo(x + r, y - r);
		c.lineTo(x - r, y + r);
		c.stroke();
	}
}
