// SPDX-License-Identifier: MIT
//
// The frame of a page and its way from view to view.  A view is opened by what
// stands behind # in the address, and drawn anew as a whole whenever something
// changed: lit-html touches what differs alone.
import {html, nothing, render} from './vendor/lit-html.js';
import {NoAnswer, Problem} from './api.js';
import {onSession, session} from './session.js';
import {onWaiting, Postponed} from './once.js';
import {forgets} from './stored.js';
import {language, setLanguage, t} from './text.js';

export {html, nothing};

const root = document.getElementById('page');
const told = document.getElementById('told');
const SLOW_MS = 200;

let routes, frame, current = null, opening = 0, note = null, waiting = null, slow;
// The log-in before a view that keeps what is typed into it, and whose view it is.
let asking = null, owner, at;

// This entry of the browser's history, and the list left last: {entry, view, depth}.
let entry, left = null;

// view: {title(), draw(), drawn()?, leave()?, refresh()?, keeps?, returns?}.  One that
// keeps waits, hidden, where its owner has to log in again.  One that returns is as it
// was, and as deep in it, for whoever comes back by the browser's button.
export function draw() {
	if (!current)
		return;
	document.title = `${(asking ?? current).title()} · ${t('shop')}`;
	document.documentElement.lang = language();
	render(frame(html`
		${session() && forgets() ? html`<p class="note" id="forgets">${
			t('forgets')}</p>` : nothing}
		${waiting ? html`<p class="note waiting">${t('waiting')}</p>` : nothing}
		${note ? html`<div class="note ${note.kind}" id="note">
			<p>${note.text}</p>
			<button class="plain" @click=${() => { note = null; draw(); }}
				aria-label=${t('dismiss')}>×</button></div>` : nothing}
		${asking ? asking.draw() : nothing}
		<div class="view" ?hidden=${asking}>${current.draw()}</div>`), root);
	current.drawn?.();
}

// What a screen reader says, and nobody sees.
export function say(text) {
	told.textContent = '';
	setTimeout(() => { told.textContent = text; }, 50);
}

// A line above the view, until the next view or another line.
export function notice(text, kind = 'good') {
	note = {text, kind, at: location.hash};
	say(text);
	draw();
}

export const go = (hash) => {
	if (location.hash === hash)
		void open();
	else
		location.hash = hash;
};

// The address' path and its query, as #/products/3?x=y.
export function place() {
	const [path, query] = (location.hash.slice(1) || '/').split('?');

	return {path, query: new URLSearchParams(query)};
}

function find(path) {
	for (const [pattern, opener] of routes) {
		const match = pattern.exec(path);

		if (match)
			return () => opener(...match.slice(1).map(decodeURIComponent));
	}
	return () => messageView(t('no_page'), t('no_page_text'),
	    html`<p><a href="#/">${t('to_start')}</a></p>`);
}

export const messageView = (title, text, action) => ({
	title: () => title,
	draw: () => html`<h1 tabindex="-1">${title}</h1><p>${text}</p>${action}`,
});

const failedView = (e) => messageView(t('failed'), words(e),
    html`<p><button @click=${() => open()}>${t('again')}</button></p>`);

// Opens the view of the address; where another one is asked for meanwhile, that.
export async function open({quietly = false} = {}) {
	const turn = ++opening;
	let view;

	clearTimeout(slow);
	slow = setTimeout(loads, SLOW_MS);
	try {
		view = await find(place().path)();
	} catch (e) {
		if (!(e instanceof Problem || e instanceof NoAnswer))
			console.error(e);
		view = failedView(e);
	}
	if (turn !== opening) {
		view.leave?.();
		return;
	}
	become(view);
	owner = session()?.user.id;
	// One of another place has been read; one of here may have come before its view.
	if (!quietly && (note?.shown || note?.at !== location.hash))
		note = null;
	if (note)
		note.shown = true;
	draw();
	if (!quietly)
		arrive();
}

// The view may be older than an answer that came: it is opened anew, or, where it
// keeps what is typed into it, may look by itself.
export const refresh = async () => {
	if (!current?.keeps)
		return open({quietly: true});
	await current.refresh?.();
	draw();
};

// The view is the one of this address from now on, and this entry has a name.
function become(view) {
	clearTimeout(slow);
	root.removeAttribute('aria-busy');
	current?.leave?.();
	current = view;
	asking = null;
	at = place().path;
	entry = history.state?.entry ?? String(Math.random());
	history.replaceState({entry}, '');
}

// By a link, or by the browser's button: then the entry has its name already.
function moved() {
	const back = left && left.entry === history.state?.entry ? left : null;

	if (current?.returns)
		left = {entry, view: current, depth: scrollY};
	if (!back) {
		void open();
		return;
	}
	opening++;
	note = null;
	become(back.view);
	draw();
	root.querySelector('main h1')?.focus({preventScroll: true});
	scrollTo(0, back.depth);
}

// The answers take their time: the view that is there is dimmed, the first one awaited.
function loads() {
	root.setAttribute('aria-busy', 'true');
	if (current)
		return;
	current = messageView(t('loading'), '');
	draw();
}

// As after a click on a link of old: at the top, at the heading.  Who types a search
// types on.
function arrive() {
	scrollTo(0, 0);
	if (!document.activeElement.closest('[role=search]'))
		root.querySelector('main h1')?.focus({preventScroll: true});
}

// Another session, or none.
async function sessionChanged(why) {
	const keeps = current?.keeps && place().path === at;

	left = null;
	if (why === 'entered' && forgets())
		say(t('forgets'));
	if (why === 'ended')
		notice(keeps ? t('typing_kept') : t('session_ended'), 'bad');
	if (!keeps || session() && !(asking && session().user.id === owner)) {
		await open({quietly: why === 'ended' || why === 'begun'});
		return;
	}
	if (session())
		note = asking = null;
	else
		asking = await find(at)();
	draw();
	arrive();
}

// What a person needs to hear of an error.
export function words(e) {
	if (e instanceof NoAnswer)
		return t('no_answer');
	if (!(e instanceof Problem))
		return t('broken');
	return t(`problem_${e.code}`, e.body) ?? e.message;
}

// Runs what a button asked for: its errors are told, and it can't be pressed twice.
export function press(action) {
	return async (event) => {
		const button = event.submitter ?? event.currentTarget;

		event.preventDefault();
		if (button.getAttribute?.('aria-disabled') === 'true')
			return;
		button.setAttribute('aria-disabled', 'true');
		try {
			await action(event);
		} catch (e) {
			if (e instanceof Postponed)
				return;
			if (!(e instanceof Problem || e instanceof NoAnswer))
				console.error(e);
			// That a session ended was told as it did.
			if (e.status !== 401 || session())
				notice(words(e), 'bad');
		} finally {
			button.removeAttribute('aria-disabled');
			draw();
		}
	};
}

// The faults of a body, by their pointers: {'/name': 'what is wrong'}.
export const faultsOf = (e) => Object.fromEntries((e.errors ?? [])
	.map((fault) => [fault.pointer ?? '', fault.detail]));

// A labelled field of a form; fault: what is wrong with it, or undefined.
export const field = (label, name, fault, input, hint) => html`
	<div class="field">
		<label for=${name}>${label}</label>
		${input}
		${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
		${fault ? html`<p class="fault" role="alert"
			id="${name}-fault">${fault}</p>` : nothing}
	</div>`;

// Over the frame, for those who go by Tab.
export const skipLink = () => html`
	<a class="skip" href="#main" @click=${(event) => {
		event.preventDefault();
		document.getElementById('main').focus();
	}}>${t('skip')}</a>`;

// One of the menu's: it says where it is the page that one is at.
export const menuLink = (hash, content) => html`<a href=${hash}
	aria-current=${place().path === hash.slice(1) ? 'page' : nothing}>${content}</a>`;

export const languageButtons = () => html`
	<div class="languages" role="group" aria-label="Language · 언어">
		${[['en', 'English'], ['ko', '한국어']].map(([code, name]) => html`
			<button class="plain" lang=${code}
				aria-pressed=${String(language() === code)}
				@click=${() => { setLanguage(code); void open({quietly: true}); }}
				>${name}</button>`)}
	</div>`;

// routes: [[pattern of the path, opener], ...]; an opener gets the pattern's groups
// and resolves to a view.  frame(content) is the page around a view.
export function start(ways, around) {
	routes = ways;
	frame = around;
	history.scrollRestoration = 'manual';
	addEventListener('hashchange', moved);
	onSession((why) => void sessionChanged(why));
	onWaiting((w) => {
		waiting = w;
		if (w?.tries === 1)
			say(t('waiting'));
		draw();
	});
	return open({quietly: true});
}
