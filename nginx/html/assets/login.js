// SPDX-License-Identifier: MIT
// Log-in and sign-up, and then back to where somebody came from.
import {html, nothing, faultsOf, field, go, place, press} from './page.js';
import {call, Problem} from './api.js';
import {session, sessionBegin} from './session.js';
import {t} from './text.js';

// Only a place of this page: an address could have been made by anybody.
function back() {
	const {path, query} = place();
	const to = query.get('to') ?? '';

	// Elsewhere it was drawn in a view's stead, which comes by itself.
	if (path === '/login' || path === '/signup')
		go(/^#\/[a-z0-9/]*$/.test(to) ? to : '#/');
}

async function enter(email, password) {
	const {accessToken} = await call('POST', '/v1/tokens', {body: {email, password}});
	const user = await whoIs(accessToken);

	sessionBegin(accessToken, user, 'entered');
	back();
}

// Asked with the new token, which is nobody's in this browser yet.
const whoIs = (token) => call('GET', '/v1/users/me', {token});

const values = (event) => Object.fromEntries(new FormData(event.target));

const input = (name, type, complete, view, more = {}) => html`
	<input id=${name} name=${name} type=${type} autocomplete=${complete} required
		minlength=${more.min ?? nothing} maxlength=${more.max ?? nothing}
		aria-invalid=${String(`/${name}` in view.faults)}
		aria-describedby="${name}-hint ${name}-fault">`;

async function tried(view, action) {
	view.faults = {};
	view.refusal = null;
	try {
		await action();
	} catch (e) {
		if (!(e instanceof Problem))
			throw e;
		view.faults = faultsOf(e);
		if (e.code === 'email_taken')
			view.faults['/email'] = e.message;
		view.refusal = Object.keys(view.faults).length ? null : e.message;
	}
}

const refused = (view) => view.refusal
	? html`<p class="note bad" role="alert">${view.refusal}</p>` : nothing;

// Where a log-in is asked for in a view's stead, it is drawn there.
export async function login() {
	const view = {faults: {}, refusal: null};
	const to = place().query.get('to');

	return {title: () => t('log_in'), draw: () => html`
		<form class="card-form" @submit=${press((event) => {
			const {email, password} = values(event);

			return tried(view, () => enter(email, password));
		})}>
			<h1 tabindex="-1">${t('log_in')}</h1>
			${refused(view)}
			${field(t('email'), 'email', view.faults['/email'],
				input('email', 'email', 'username', view))}
			${field(t('password'), 'password', view.faults['/password'],
				input('password', 'password', 'current-password', view))}
			<button class="main">${t('log_in')}</button>
			<p>${t('new_here')} <a href="#/signup${to ? `?to=${
				encodeURIComponent(to)}` : ''}">${t('sign_up')}</a></p>
		</form>`};
}

export async function signup() {
	const view = {faults: {}, refusal: null};

	return {title: () => t('sign_up'), draw: () => html`
		<form class="card-form" @submit=${press((event) => {
			const {email, name, password} = values(event);

			return tried(view, async () => {
				await call('POST', '/v1/users', {body: {email, name, password}});
				await enter(email, password);
			});
		})}>
			<h1 tabindex="-1">${t('sign_up')}</h1>
			${refused(view)}
			${field(t('name'), 'name', view.faults['/name'],
				input('name', 'text', 'name', view, {max: 100}))}
			${field(t('email'), 'email', view.faults['/email'],
				input('email', 'email', 'username', view))}
			${field(t('password'), 'password', view.faults['/password'],
				input('password', 'password', 'new-password', view,
				{min: 8, max: 256}), t('password_hint'))}
			<button class="main">${t('sign_up')}</button>
		</form>`};
}
