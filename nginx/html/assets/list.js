// SPDX-License-Identifier: MIT
//
// A list that goes on: page by page by its cursor, when its end comes into sight or
// the button there is pressed.  After some pages by itself it waits for the button: what
// stands below a list of thousands can be reached.
import {html, nothing, draw, words} from './page.js';
import {get} from './api.js';
import {t} from './text.js';

const eye = new IntersectionObserver((entries) => {
	for (const entry of entries)
		if (entry.isIntersecting)
			entry.target.click();
}, {rootMargin: '400px'});

const BY_ITSELF = 5;			// pages

export class List {
	items = [];
	cursor = null;
	error = null;
	loading = false;
	#pages = 0;
	#path;
	#stop = new AbortController();

	// The path with its query, without limit and cursor.
	constructor(path, limit = 20) {
		this.#path = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
	}

	// The first page, before the view is shown; rejects where there is none.
	async first() {
		this.#add(await get(this.#path, this.#stop.signal));
		return this;
	}

	async more() {
		const {signal} = this.#stop;

		if (this.loading || this.cursor === null)
			return;
		this.loading = true;
		this.error = null;
		draw();
		try {
			this.#add(await get(`${this.#path}&cursor=${
				encodeURIComponent(this.cursor)}`, signal));
		} catch (e) {
			if (signal.aborted)
				return;
			this.error = e;
		}
		this.loading = false;
		draw();
	}

	// It can go on later.
	stop() {
		this.#stop.abort();
		this.#stop = new AbortController();
		this.loading = false;
	}

	#add(page) {
		this.items.push(...page.items);
		this.#pages++;
		this.cursor = page.nextCursor;
	}

	// How many there are, as far as one knows.
	count() {
		return `${this.items.length}${this.cursor === null ? '' : '+'}`;
	}

	// The button at the end; nothing where the list is whole.
	end() {
		if (this.error)
			return html`<p class="fault">${words(this.error)}
				<button @click=${() => this.more()}>${t('again')}</button></p>`;
		return this.cursor === null ? nothing : html`<p class="more">
			<button id="more" ?data-waits=${this.#pages % BY_ITSELF === 0}
				aria-disabled=${String(this.loading)}
				@click=${() => this.more()}>${
				this.loading ? t('loading') : t('more')}</button></p>`;
	}
}

// What a view with a list has as its drawn().
export function watch() {
	eye.disconnect();
	const button = document.getElementById('more');

	if (button && !('waits' in button.dataset))
		eye.observe(button);
}
