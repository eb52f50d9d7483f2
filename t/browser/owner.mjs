// SPDX-License-Identifier: MIT
// An owner in the back office, and a developer at the docs page.
import {admin, api, check, customer, leave, logIn, office, ordersOf, productOf, run, same, shop,
    shot, text, visitor} from './lib.mjs';

const patch = (p, members) => api('PATCH', `/v1/products/${p.id}`,
    {token: admin, body: {version: p.version, ...members}});

async function order(who) {
	const {body} = await api('POST', '/v1/orders', {token: who.token,
	    body: {items: [{productId: 1, quantity: 1}]}});

	return body;
}

await run({
	async 'who may not'(name) {
		const one = await visitor(), who = await customer();

		await logIn(one.page, who, '/admin/');
		await one.page.getByText('Your account is a customer').waitFor();
		check(true, 'a customer is told so');
		await leave(one, name);
	},

	async 'a product'(name) {
		const one = await office(), {page} = one;

		await page.goto(`${shop}/admin/#/products/new`);
		await page.locator('#name').fill('Brass Bell');
		await page.locator('#price').fill('12000');
		await page.locator('#imageUrl').fill('/pictures/none.svg#x');
		await page.locator('#stock').fill('4');
		await page.locator('#imageUrl').fill('');
		await page.locator('form button.main').dblclick();
		await page.waitForURL(/#\/products\/\d+$/);
		await page.locator('#restock').waitFor();
		const made = (await api('GET', '/v1/products?q=Brass%20Bell')).body.items;

		same(made.map((p) => [p.price, p.stock]), [[12000, 4]], 'is made once');
		const id = made[0].id;

		await page.locator('#quantity').fill('6');
		await page.locator('#reason').fill('delivery');
		await page.locator('#restock button').click();
		await page.waitForFunction(() =>
		    document.getElementById('in-stock').textContent.includes('10'));
		await page.locator('#quantity').fill('-11');
		await page.locator('#restock button').click();
		await page.locator('#quantity-fault').waitFor();
		same((await api('GET', `/v1/products/${id}`)).body.stock, 10,
		    'is restocked, and no more taken away than there is');
		await page.locator('#onSale').uncheck();
		await page.locator('#product button.main').click();
		await page.locator('.note.good').waitFor();
		same((await api('GET', `/v1/products/${id}`)).status, 404, 'goes off sale');
		await page.goto(`${shop}/admin/#/products`);
		await page.locator('#which').selectOption('off');
		await page.getByRole('link', {name: 'Brass Bell'}).click();
		await page.locator('#onSale').check();
		await page.locator('#product button.main').click();
		await page.locator('.note.good').waitFor();
		same((await api('GET', `/v1/products/${id}`)).status, 200,
		    'is found there, and goes on sale again');
		await page.goto(`${shop}/admin/#/products`);
		await page.locator('#find').pressSequentially('brass b', {delay: 20});
		await page.waitForFunction(() =>
		    document.querySelectorAll('tbody tr').length === 1);
		check((await text(page, 'tbody tr')).includes('Brass Bell'), 'is found by search');
		await leave(one, name);
	},

	async 'two owners'(name) {
		const {body: p} = await api('POST', '/v1/products', {token: admin,
		    body: {name: 'Edited', price: 100, stock: 1, description: 'old'}});
		const one = await office(), {page} = one;

		await page.goto(`${shop}/admin/#/products/${p.id}`);
		await page.locator('#price').fill('300');
		await patch(p, {price: 200, description: 'theirs'});
		await page.locator('#product button.main').click();
		await page.locator('.theirs').waitFor();
		same(await page.locator('.theirs bdi').allInnerTexts(), ['200 P'],
		    'a conflict shows the other value');
		same(await page.locator('#description').inputValue(), 'theirs',
		    'what was not touched here is theirs');
		await shot(page, 'conflict');
		await page.locator('#product button.main').click();
		await page.locator('.note.good').waitFor();
		const now = (await api('GET', `/v1/products/${p.id}`)).body;

		same([now.price, now.description], [300, 'theirs'], 'and neither is lost');
		await patch(now, {price: 400});
		await page.locator('#price').fill('500');
		await page.locator('#product button.main').click();
		await page.locator('.theirs button').click();
		same(await page.locator('#price').inputValue(), '400', 'or theirs is taken');
		await leave(one, name);
	},

	async 'orders'(name) {
		const who = await customer(100000);
		const orders = [await order(who), await order(who), await order(who)];
		const one = await office(), {page} = one;
		const row = (o) => page.locator(`[data-order="${o.id}"]`);

		await page.getByRole('link', {name: 'Orders that wait'}).click();
		await row(orders[0]).waitFor();
		await row(orders[0]).getByRole('button').click();
		await row(orders[0]).locator('.status.fulfilled').waitFor();
		await row(orders[1]).getByRole('link').first().click();
		await page.locator('#cancel').click();
		await page.locator('#cancel-yes').click();
		await page.locator('.status.cancelled').waitFor();
		same((await ordersOf(who)).map((o) => o.status),
		    ['paid', 'cancelled', 'fulfilled'], 'are delivered and cancelled');
		await page.goto(`${shop}/admin/#/orders`);
		await page.locator('select').selectOption('cancelled');
		await page.waitForURL(/status=cancelled/);
		await row(orders[1]).waitFor();
		await row(orders[0]).waitFor({state: 'detached'});
		same(await page.locator('.status:not(.cancelled)').count(), 0, 'by status');
		await page.goto(`${shop}/admin/#/`);
		await page.locator('.figures').waitFor();
		const figure = await page.locator('.figures strong').allInnerTexts();
		const all = (await api('GET', '/v1/orders?scope=all&limit=100',
		    {token: admin})).body.items;
		const of = (s) => all.filter((o) => o.status === s).length;

		same([figure[0], ...figure.slice(2)].map(Number),
		    [all.length, of('paid'), of('fulfilled'), of('cancelled')],
		    'today adds up');
		await leave(one, name);
	},

	async 'answers that came to nobody'(name) {
		const who = await customer(100000), one = await office(), {page} = one;
		const p = await productOf({stock: 3});
		const orders = [await order(who), await order(who)];
		const open = () => page.evaluate(() => Object.keys(localStorage)
			.filter((k) => k.startsWith('shop.once.')).length);
		// What was pressed there gets no answer, whether the shop hears it or not.
		const lost = async (path, hears, press) => {
			await page.goto(`${shop}/admin/#${path}`);
			await page.route('**/v1/**', async (route) => {
				if (route.request().method() !== 'POST')
					return route.continue();
				if (hears)
					await route.fetch();
				return route.abort('connectionreset').catch(() => {});
			});
			await press();
			await page.locator('.waiting').waitFor();
			await page.goto('about:blank');
			await page.unrouteAll({behavior: 'ignoreErrors'});
		};
		const made = `Forgotten ${process.pid}`;
		const told = async (path, words) => {
			await page.goto(`${shop}/admin/#${path}`);
			await page.locator('#note', {hasText: words}).waitFor();
			same(await open(), 0, `is told: ${words}`);
		};

		for (const hears of [true, false]) {
			await lost(`/products/${p.id}`, hears, async () => {
				await page.locator('#quantity').fill('4');
				await page.locator('#restock button').click();
			});
			const stock = hears ? 7 : 11;

			await told(`/products/${p.id}`,
			    `Product ${p.id} is restocked. In stock now: ${stock}`);
			await page.locator('#in-stock', {hasText: `: ${stock}`}).waitFor();
		}
		await lost('/products/new', false, async () => {
			await page.locator('#name').fill(made);
			await page.locator('#price').fill('5');
			await page.locator('#product button.main').click();
		});
		await told('/products/new', 'is on sale');
		same((await api('GET', `/v1/products?q=${encodeURIComponent(made)}`)).body.items
		    .length, 1, 'and made once');
		await lost(`/orders/${orders[0].id}`, false, () =>
			page.locator('#fulfil').click());
		await told(`/orders/${orders[0].id}`, `Order ${orders[0].id} is delivered`);
		await page.locator('.status.fulfilled').waitFor();
		await lost(`/orders/${orders[1].id}`, true, async () => {
			await page.locator('#cancel').click();
			await page.locator('#cancel-yes').click();
		});
		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		await page.waitForLoadState('networkidle');
		same(await open(), 1, 'the storefront leaves it to the back office');
		await page.goto('about:blank');
		await told('/', `Order ${orders[1].id} is cancelled`);
		await leave(one, name);
	},

	async 'the docs page'(name) {
		const one = await visitor(), {page} = one;

		await page.goto(`${shop}/docs/`);
		const top = page.locator('#operations-Products-readTopProducts, [id$=readTopProducts]')
			.first();

		await top.locator('button').first().click();
		await top.getByRole('button', {name: 'Try it out'}).click();
		await top.getByRole('button', {name: 'Execute'}).click();
		await top.locator('.live-responses-table .response-col_status')
			.first().waitFor();
		check((await top.locator('.live-responses-table tbody .response-col_status')
		    .first().innerText()).startsWith('200'), 'tries it against this shop');
		await shot(page, 'docs');
		await leave(one, name);
	},
});
