/* The page's few movements: light or dark, in the players too, the contents on a phone,
 * folds opened for printing, and the search. Loaded in the head, so that the colours are right from the
 * first moment. */
'use strict';

const root = document.documentElement;

/* A page opened from a file may have no storage. */
function remember(value) {
	try { localStorage.setItem('theme', value); } catch { /* then not */ }
}
function remembered() {
	try { return localStorage.getItem('theme'); } catch { return null; }
}
root.style.colorScheme = remembered() ?? '';

function isDark() {
	const chosen = root.style.colorScheme;
	return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/* A player in the page knows the system's choice, not the reader's. */
function tellPlayer(frame) {
	if (root.style.colorScheme)
		frame.contentWindow.postMessage(root.style.colorScheme, '*');
}
document.addEventListener('load', e => {
	if (e.target.tagName === 'IFRAME')
		tellPlayer(e.target);
}, true);

/* sections comes from search-data.js, which is loaded when somebody searches. */
function withSections(then) {
	if (typeof sections !== 'undefined') {
		then();
		return;
	}
	const script = document.createElement('script');
	script.src = 'search-data.js';
	script.onload = then;
	document.head.append(script);
}

/* The sections that have every word, those that have them in the heading first, then
 * those that have them more often. Words are parts of words: netpoll finds
 * runtime_netpollinit. */
function find(query) {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const found = [];
	for (const s of words.length ? sections : []) {
		const heading = (s.page + ' ' + s.section).toLowerCase();
		const text = s.text.toLowerCase();
		if (!words.every(w => heading.includes(w) || text.includes(w)))
			continue;
		let rank = 0;
		for (const w of words)
			rank += 20 * heading.includes(w) + text.split(w).length - 1;
		found.push({ s, rank, at: Math.max(0, text.indexOf(words[0])), word: words[0] });
	}
	return found.sort((a, b) => b.rank - a.rank).slice(0, 20);
}

function excerpt({ s, at, word }) {
	const p = document.createElement('p');
	const start = Math.max(0, at - 60);
	const hit = s.text.slice(at, at + word.length);
	p.append((start ? '…' : '') + s.text.slice(start, at));
	if (hit.toLowerCase() === word) {
		const mark = document.createElement('mark');
		mark.append(hit);
		p.append(mark, s.text.slice(at + word.length, at + 120));
	} else {
		p.append(s.text.slice(at, at + 120));
	}
	return p;
}

function show(results, query) {
	results.replaceChildren();
	results.hidden = !query.trim();
	if (results.hidden)
		return;
	const found = find(query);
	for (const f of found) {
		const a = document.createElement('a');
		a.href = f.s.url;
		a.append(f.s.section ? f.s.page + ' › ' + f.s.section : f.s.page);
		results.append(a, excerpt(f));
	}
	if (!found.length)
		results.append('Nothing found.');
}

document.addEventListener('DOMContentLoaded', () => {
	const search = document.getElementById('search');
	const results = document.getElementById('results');
	const contents = document.getElementById('contents');
	const menu = document.getElementById('menu');
	const close = () => { search.value = ''; results.hidden = true; };

	document.getElementById('theme').onclick = () => {
		root.style.colorScheme = isDark() ? 'light' : 'dark';
		remember(root.style.colorScheme);
		document.querySelectorAll('iframe').forEach(tellPlayer);
	};
	menu.onclick = () => {
		menu.setAttribute('aria-expanded', contents.classList.toggle('open'));
	};
	contents.onclick = e => {
		if (e.target.closest('a')) {
			contents.classList.remove('open');
			menu.setAttribute('aria-expanded', false);
		}
	};
	search.oninput = () => withSections(() => show(results, search.value));
	results.onclick = e => { if (e.target.closest('a')) close(); };
	document.addEventListener('keydown', e => {
		if (e.key === 'Escape')
			close();
		if (e.key === '/' && document.activeElement !== search) {
			search.focus();
			e.preventDefault();
		}
	});
});

addEventListener('beforeprint', () => {
	for (const d of document.querySelectorAll('details'))
		d.open = true;
});
