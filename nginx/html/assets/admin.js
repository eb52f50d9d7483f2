// SPDX-License-Identifier: MIT
// The back office: its views by address, and the frame around each.
import {html, nothing, go, languageButtons, menuLink, messageView, press, skipLink, start}
    from './page.js';
import {onSession, session, sessionLeave} from './session.js';
import {finish} from './finish.js';
import {count} from './format.js';
import {t} from './text.js';
import {today} from './admin/today.js';
import {productNew, productEdit, products} from './admin/products.js';
import {order, orders} from './admin/orders.js';
import {login} from './login.js';

const frame = (content) => html`
	${skipLink()}
	<header>
		<a class="brand" href="#/">${t('back_office')}</a>
		<nav aria-label=${t('menu')}>
			${session()?.user.role === 'admin' ? html`
				${menuLink('#/', t('today'))}
				${menuLink('#/products', t('products'))}
				${menuLink('#/orders', t('orders'))}` : nothing}
			<a href="/">${t('to_shop')}</a>
		</nav>
	</header>
	<main id="main" tabindex="-1">${content}</main>
	<footer>
		${languageButtons()}
		${session() ? html`<p>${session().user.name} ·
			<button class="link" @click=${press(async () => {
				sessionLeave();
				go('#/');
			})}>${t('log_out')}</button></p>` : nothing}
	</footer>`;

// The shop itself decides who may do what; this only spares an owner the refusals.
const owners = (opener) => async (...groups) => {
	if (!session())
		return login();
	if (session().user.role !== 'admin')
		return messageView(t('owners_only'), t('owners_only_text'));
	return opener(...groups);
};

const goOn = () => finish({
	product: ({id}) => t('product_made', {id}),
	restock: ({stock}, id) => t('restocked_late', {id, n: count(stock)}),
	fulfil: (_, id) => t('done_fulfil', {id}),
	cancel: (_, id) => t('done_cancel', {id}),
});

await start([
	[/^\/$/, owners(today)],
	[/^\/products$/, owners(products)],
	[/^\/products\/new$/, owners(productNew)],
	[/^\/products\/(\d+)$/, owners(productEdit)],
	[/^\/orders$/, owners(orders)],
	[/^\/orders\/(\d+)$/, owners(order)],
], frame);
onSession(() => void goOn());
await goOn();
