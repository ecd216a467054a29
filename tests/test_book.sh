#!/bin/bash
# The book in headless Chromium, opened from its files as a reader would: every page
# and link, the anchors of the steps, the search, light and dark, a phone, a printer.
#
#   tests/test_book.sh            builds the book into a temporary directory
#   tests/test_book.sh -s DIR     and leaves screenshots in DIR, to be looked at
# shellcheck disable=SC2317 # the tests are called through t
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh" || exit 1
# shellcheck source=tests/chromium.sh
. tests/chromium.sh
book=$tmp/book
phone='{"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true}'
desktop='{"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false}'
paper='{"width": 720, "height": 1000, "deviceScaleFactor": 1, "mobile": false}'

# view METRICS: one of these.
view() {
	cdp Emulation.setDeviceMetricsOverride "$1" >/dev/null
}

# open_chapter FILE
open_chapter() {
	open_page "file://$book/$1"
}

# --- ---

# Every page, as on a phone. No error, no warning, and nothing from a network.
test_pages() {
	local page
	view "$phone"
	for page in "${pages[@]}"; do
		open_chapter "$page" || return
		js "JSON.stringify({page: '$page', links: [...document.links].map(a => a.href),
			ids: [...document.querySelectorAll('[id]')].map(e => e.id),
			next: document.querySelector('[rel=next]')?.getAttribute('href'),
			width: document.documentElement.scrollWidth})" >>"$tmp/pages" || return
		page_errors | sed "s/^/$page: /"
	done >"$tmp/errors"
	view "$desktop"
	cat "$tmp/errors"
	[ ! -s "$tmp/errors" ]
}

# From the first page by next to the last: no page is left out.
test_next() {
	local page=index.html seen=0
	while [ "$page" ]; do
		seen=$((seen + 1))
		page=$(jq -r --arg page "$page" 'select(.page == $page) | .next // ""' "$tmp/pages")
	done
	is "pages" "${#pages[@]}" "$seen"
}

test_links() {
	jq -s -r --arg book "file://$book/" '
		(map({key: .page, value: .ids}) | from_entries) as $ids |
		(.[] | .page as $page | .ids | group_by(.)[] | select(length > 1) |
			"\($page): the id \(.[0]) is there \(length) times"),
		(.[] | .page as $page | .links[] | select(startswith($book)) | ltrimstr($book) |
			select(startswith("player/") | not) | . as $link | split("#") |
			select(($ids[.[0]] == null) or (.[1] and ($ids[.[0]] | index($link | split("#")[1]) | not))) |
			"\($page): a link to \($link)")' "$tmp/pages" >"$tmp/broken"
	cat "$tmp/broken"
	[ ! -s "$tmp/broken" ] && [ "$(jq -s 'map(.links | length) | add' "$tmp/pages")" -gt 20 ]
}

# The anchor of each step of the chapters that are there comes into view.
test_steps() {
	local chapter steps n=0
	for chapter in {1..13}; do
		[ -e "$book/$chapter.html" ] || continue
		steps=$(sed -nE "s/^\t\{($chapter), ([1-9][0-9]*),.*/\1.\2/p" src/dialtrace/steps.c | sort -Vu)
		open_chapter "$chapter.html" || return
		is "steps of chapter $chapter that cannot be gone to" "" "$(js "
			'$(xargs <<<"$steps")'.split(' ').filter(step => {
				location.hash = step;
				const top = document.querySelector(':target')?.getBoundingClientRect().top;
				return step && !(top > 40 && top < innerHeight);
			}).join(' ')")" || return
		n=$((n + 1))
	done
	[ "$n" -gt 0 ]
}

# in_player N EXPRESSION: its value in the page's player N, from 0, once that is there.
in_player() {
	local frame context tries
	for tries in {1..50}; do
		frame=$(cdp Page.getFrameTree | jq -r ".result.frameTree.childFrames[$1].frame.id // empty") || return
		context=$(jq -r --arg frame "$frame" 'select(.method == "Runtime.executionContextCreated") |
			.params.context | select(.auxData.frameId == $frame).id' "$tmp/events" | tail -n 1)
		[ -z "$context" ] || cdp Runtime.evaluate "$(jq -n --arg e "$2" --argjson context "$context" \
			'{expression: $e, contextId: $context, returnByValue: true}')" |
			jq -er '.result.result.value' 2>/dev/null && return
		sleep 0.1
	done
	echo "player $1: after $tries tries no value for $2"
	return 1
}

# is_at PAGE
is_at() {
	[ "$(js 'location.href.split("/").pop()')" = "$1" ]
}

# Each chapter with steps has a player, and each player stands where its link says: at a
# step that its recording has. The chapter's own comes first.
test_players() {
	local page src step n
	for page in {1..13}.html; do
		open_chapter "$page" || return
		js '[...document.querySelectorAll(".player")].map(p => p.querySelector("iframe").getAttribute("src") + " " +
			p.querySelector("a").getAttribute("href")).join("\n")' >"$tmp/players" || return
		n=0
		while read -r src link; do
			step=${src#*#}
			[ "$n" != 0 ] || [ "${page%.html}" -gt 11 ] || is "$page: chapter" "${page%.html}" "${step%.*}" || return
			is "$page: link" "$src" "$link" || return
			js "document.querySelectorAll('.player')[$n].scrollIntoView()" >/dev/null
			is "$page: step" "$step" "$(in_player "$n" 'document.querySelector(".badge")?.textContent')" &&
				is "$page: link to the chapter" "${step%.*}.html#$step" \
					"$(in_player "$n" 'document.querySelector(".foot a").href.split("/").pop()')" || return
			n=$((n + 1))
		done <"$tmp/players"
		[ "$n" != 0 ] || { echo "$page has no player"; return 1; }
		is "$page: what has the focus" BODY "$(js 'document.activeElement.tagName')" || return
		page_errors >"$tmp/errors"
		is "$page: errors" "" "$(cat "$tmp/errors")" || return
	done
	# A player leads to the chapters, and takes on what the reader has chosen.
	open_chapter 8.html && js 'document.querySelector(".player").scrollIntoView()' >/dev/null
	is "before" light "$(in_player 0 'getComputedStyle(document.documentElement).colorScheme')" || return
	js 'theme.click()' >/dev/null
	in_player 0 'getComputedStyle(document.documentElement).colorScheme === "dark" || null' || return
	shot player
	js 'localStorage.clear()' >/dev/null
	in_player 0 'go(stops.findIndex((r, n) => eventAt(n).step === "7.4")), document.querySelector(".foot a").click(), 1' >/dev/null || return
	until_true is_at 7.html#7.4
}

# type_words WORDS: into the search field; prints where the results lead.
type_words() {
	js "search.focus(), search.select()" >/dev/null
	cdp Input.insertText "{\"text\": \"$1\"}" >/dev/null
	js 'new Promise(done => setTimeout(() => done(
		[...results.querySelectorAll("a")].map(a => a.getAttribute("href")).join("\n") ||
		results.textContent), 300))'
}

# leads_to PAGE WORDS
leads_to() {
	type_words "$2" >"$tmp/results"
	grep -q "^$1#" "$tmp/results" && return
	echo "no result for '$2' in $1:"
	cat "$tmp/results"
	return 1
}

test_search() {
	open_chapter 0.html || return
	is "shown at first" false "$(js '!results.hidden')" &&
		leads_to 5.html runtime_netpollinit && leads_to 5.html 'ulimit EMFILE' || return
	shot search
	is "nothing" "Nothing found." "$(type_words xyzzy)" &&
		leads_to 5.html 'epoll_create1(EPOLL_CLOEXEC)' || return
	js 'results.querySelector("a[href^=\"5.html\"]").click()' >/dev/null
	sleep 0.5
	is "the result's page" 5.html "$(js 'location.pathname.split("/").pop()')"
}

# How bright the background is, 0 to 255.
brightness() {
	js 'getComputedStyle(document.body).backgroundColor.match(/\d+/)[0] | 0'
}

test_dark() {
	open_chapter 5.html || return
	scheme light
	is "light" 255 "$(brightness)" || return
	scheme dark
	[ "$(brightness)" -lt 60 ] || { echo "not dark: $(brightness)"; return 1; }
	shot dark
	js 'theme.click()' >/dev/null
	is "switched to light" 255 "$(brightness)" || return
	open_chapter 0.html
	is "light on the next page" 255 "$(brightness)" || return
	js 'theme.click()' >/dev/null
	scheme light
	[ "$(brightness)" -lt 60 ] || { echo "not dark by switch: $(brightness)"; return 1; }
	shot dark-figure '{"captureBeyondViewport": true, "clip": {"x": 0, "y": 800, "width": 1280, "height": 900, "scale": 1}}'
	js 'localStorage.clear()' >/dev/null
}

# Nothing is wider than a phone but what scrolls by itself; the contents open.
test_phone() {
	is "too wide" "" "$(jq -r 'select(.width != 390) | "\(.page): \(.width)"' "$tmp/pages")" || return
	view "$phone"
	open_chapter 0.html
	shot phone
	is "contents" none "$(js 'getComputedStyle(contents).display')" || return
	js 'menu.click()' >/dev/null
	is "contents" block "$(js 'getComputedStyle(contents).display')" || return
	shot phone-contents
	js 'contents.querySelector("ul a").click()' >/dev/null
	is "contents" none "$(js 'getComputedStyle(contents).display')" || return
	open_chapter 5.html && player_as_link || return
	view "$desktop"
}

# On a phone and on paper, a player is a link.
player_as_link() {
	is "player" "none block" "$(js 'const player = document.querySelector(".player");
		getComputedStyle(player.querySelector("iframe")).display + " " + getComputedStyle(player).display')"
}

test_print() {
	open_chapter 5.html || return
	cdp Page.printToPDF '{"preferCSSPageSize": true}' | jq -r .result.data | base64 -d >"$tmp/print.pdf"
	is "a PDF" "%PDF-" "$(head -c 5 "$tmp/print.pdf")" &&
		is "folds that are shut" 0 "$(js 'document.querySelectorAll("details:not([open])").length')" || return
	cdp Emulation.setEmulatedMedia '{"media": "print"}' >/dev/null
	player_as_link || return
	view "$paper"
	is "the bar" none "$(js 'getComputedStyle(document.querySelector("header")).display')" || return
	is "width" 720 "$(js 'document.documentElement.scrollWidth')" || return
	shot print '{"captureBeyondViewport": true, "clip": {"x": 0, "y": 0, "width": 720, "height": 2000, "scale": 1}}'
	view "$desktop"
	cdp Emulation.setEmulatedMedia '{"media": ""}' >/dev/null
}

t "the book is rendered" scripts/book/render "$book" "$B/player"
[ -d "$book" ] || exit 1
cd "$book" && pages=(*.html) && cd - >/dev/null || exit 1
t "Chromium starts" start_chromium
[ "$session" ] || exit 1
view "$desktop"
t "every page: no errors, no network" test_pages
t "links and ids" test_links
t "from page to page" test_next
t "anchors of the steps" test_steps
t "players" test_players
t "search" test_search
t "light and dark" test_dark
t "on a phone" test_phone
t "printed" test_print
if [ "$shots" ]; then
	open_chapter index.html && shot desktop
	open_chapter 5.html && shot chapter
	open_chapter 0.html && shot figure '{"captureBeyondViewport": true, "clip": {"x": 0, "y": 800, "width": 1280, "height": 900, "scale": 1}}'
fi
exit $failed
