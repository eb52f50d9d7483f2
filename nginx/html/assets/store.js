// SPDX-License-Identifier: MIT
// The storefront: its views by address, and the frame around each.
import {html, nothing, go, languageButtons, menuLink, notice, press, skipLink, start,
    words} from './page.js';
import {onSession, session, sessionLeave} from './session.js';
import {openSlots, Postponed, resume} from './once.js';
import {points} from './format.js';
import {t} from './text.js';
import {catalogue, product, searched, typed} from './store/catalogue.js';
import {basket, basketCount, basketRead} from './store/basket.js';
import {cart, paid} from './store/cart.js';
import {order, orders} from './store/orders.js';
import {purse} from './store/purse.js';
import {account} from './store/account.js';
import {login, signup} from './login.js';

const frame = (content) => html`
	${skipLink()}
	<header>
		<a class="brand" href="#/">${t('shop')}</a>
		<form role="search" @submit=${(event) => event.preventDefault()}>
			<label class="unseen" for="q">${t('search')}</label>
			<input id="q" type="search" maxlength="50" autocomplete="off"
				placeholder=${t('search')} @input=${typed}
				.value=${searched()}>
		</form>
		<nav aria-label=${t('menu')}>
			${session() ? html`
				${menuLink('#/orders', t('orders'))}
				${menuLink('#/points', t('points'))}
				${menuLink('#/account', t('account'))}
				${menuLink('#/cart', html`${t('cart')}${basketCount() ? html`
					<span class="badge">${basketCount()}</span>` : nothing}`)}`
			: html`
				${menuLink('#/signup', t('sign_up'))}
				${menuLink('#/login', t('log_in'))}`}
		</nav>
	</header>
	<main id="main" tabindex="-1">${content}</main>
	<footer>
		${languageButtons()}
		<p><a href="/docs/">${t('docs')}</a>${session()?.user.role === 'admin' ? html`
			· <a href="/admin/">${t('back_office')}</a>` : nothing}${session() ? html`
			· <button class="link" @click=${press(async () => {
				sessionLeave();
				go('#/');
			})}>${t('log_out')}</button>` : nothing}</p>
	</footer>`;

// What belongs to an account asks for it first, and comes back after.
const mine = (opener) => (...groups) => session() ? opener(...groups) : login();

const done = {
	checkout: (answer) => paid(answer),
	charge: (answer) => notice(t('charged', {amount: points(answer.amount)})),
};

// Writes whose answers never came: the page was closed, or the network went.
async function finish() {
	for (const slot of session() ? openSlots() : []) {
		try {
			const {answer} = await resume(slot);

			done[slot]?.(answer);
		} catch (e) {
			// After a log-in it goes on.
			if (slot in done && !(e instanceof Postponed || e.status === 401))
				notice(t('not_done', {why: words(e)}), 'bad');
		}
	}
	// The cart's own view tells why there is none.
	await basketRead().catch(() => {});
}

await start([
	[/^\/$/, catalogue],
	[/^\/products\/(\d+)$/, product],
	[/^\/cart$/, mine(cart)],
	[/^\/orders$/, mine(orders)],
	[/^\/orders\/(\d+)$/, mine(order)],
	[/^\/points$/, mine(purse)],
	[/^\/account$/, mine(account)],
	[/^\/login$/, login],
	[/^\/signup$/, signup],
], frame);
onSession(() => void finish());
await finish();
