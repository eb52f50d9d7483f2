// SPDX-License-Identifier: MIT
// The account: its name and password, its tokens, and its end.
import {html, nothing, draw, faultsOf, field, go, notice, press} from '../page.js';
import {call, Problem} from '../api.js';
import {session, sessionBegin, sessionLeave} from '../session.js';
import {t} from '../text.js';

export async function account() {
	const view = {faults: {}, form: ''};

	return {title: () => t('account'), draw: () => accountDraw(view)};
}

// Sends what a form says; the faults are drawn beside its fields.
const sends = (view, form, action) => press(async (event) => {
	const of = Object.fromEntries(new FormData(event.target));
	const element = event.target;

	Object.assign(view, {faults: {}, form});
	try {
		await action(of);
		element.reset();
	} catch (e) {
		view.faults = e instanceof Problem ? faultsOf(e) : {};
		if (e.code === 'invalid_credentials')
			view.faults['/currentPassword'] = t('wrong_password');
		if (Object.keys(view.faults).length === 0)
			throw e;
	}
});

async function rename({name}) {
	const user = await call('PATCH', '/v1/users/me', {body: {name}});

	sessionBegin(session().token, user);
	notice(t('saved'));
}

// A new password ends every token, this one too: a new one is fetched with it.
async function repassword({password, currentPassword}) {
	const {email} = session().user;

	await call('PATCH', '/v1/users/me', {body: {password, currentPassword}});
	const {accessToken} = await call('POST', '/v1/tokens', {body: {email, password}});

	sessionBegin(accessToken, session()?.user ??
	    await call('GET', '/v1/users/me', {token: accessToken}));
	notice(t('saved'));
}

async function leaveAll() {
	await call('DELETE', '/v1/tokens');
	sessionLeave();
	go('#/login');
	notice(t('left_all'));
}

async function close({currentPassword}) {
	await call('DELETE', '/v1/users/me', {body: {currentPassword}});
	sessionLeave();
	go('#/');
	notice(t('closed'));
}

const secret = (view, form, id, name, label, complete, hint) => field(label, id,
	view.form === form ? view.faults[`/${name}`] : undefined, html`
	<input id=${id} name=${name} type="password" autocomplete=${complete} required
		minlength=${name === 'password' ? 8 : nothing}
		aria-describedby="${id}-hint ${id}-fault">`, hint);

const accountDraw = (view) => html`
	<h1 tabindex="-1">${t('account')}</h1>
	<p>${session()?.user.email}</p>
	<form @submit=${sends(view, 'name', rename)}>
		${field(t('name'), 'name', view.form === 'name' ? view.faults['/name']
			: undefined, html`<input id="name" name="name" required
			maxlength="100" autocomplete="name" value=${
			session()?.user.name ?? ''} aria-describedby="name-fault">`)}
		<button>${t('save')}</button>
	</form>
	<form @submit=${sends(view, 'password', repassword)}>
		<h2>${t('password_change')}</h2>
		${secret(view, 'password', 'old', 'currentPassword', t('password_now'),
			'current-password')}
		${secret(view, 'password', 'new', 'password', t('password_new'),
			'new-password', t('password_hint'))}
		<button>${t('save')}</button>
	</form>
	<section>
		<h2>${t('leave_all')}</h2>
		<p>${t('leave_all_text')}</p>
		<button @click=${press(leaveAll)}>${t('leave_all')}</button>
	</section>
	<form @submit=${sends(view, 'close', close)}>
		<h2>${t('close')}</h2>
		<p>${t('close_text')}</p>
		${secret(view, 'close', 'last', 'currentPassword', t('password_now'),
			'current-password')}
		<button class="danger">${t('close')}</button>
	</form>`;
