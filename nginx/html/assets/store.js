// SPDX-License-Identifier: MIT
// The storefront: its views by address, and the frame around each.
import {html, nothing, go, languageButtons, menuLink, press, skipLink, start}
    from './page.js';
import {onSession, session, sessionLeave} from './session.js';
import {finish} from './finish.js';
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

async function goOn() {
	await finish({
		checkout: (answer) => paid(answer),
		charge: (answer) => t('charged', {amount: points(answer.amount)}),
		add: () => {},
	});
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
onSession(() => void goOn());
await goOn();
