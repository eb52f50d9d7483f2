// SPDX-License-Identifier: MIT
// A buyer at the storefront: the journey by mouse and by keyboard, and what may come
// between.
import {admin, api, atCart, check, customer, leave, logIn, ordered, ordersOf, productOf,
    put, run, same, shop, shot, text, visitor} from './lib.mjs';

async function addAndGo(page, quantity) {
	if (quantity)
		await page.locator('#quantity').fill(String(quantity));
	await page.locator('form.add button').click();
	await page.locator('article .note a').click();
	await page.locator('.line').first().waitFor();
}

// Tab until this has the focus, as somebody without a mouse does.
async function tabTo(page, locator) {
	for (let n = 0; n < 120; n++) {
		await page.keyboard.press('Tab');
		if (await locator.evaluateAll((all) => all.includes(document.activeElement)))
			return;
	}
	throw new Error(`no way by Tab to ${locator}`);
}

await run({
	async 'the journey by mouse'(name) {
		const one = await visitor(), {page} = one;

		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		same(await page.locator('ul.cards:not(.best) .card').count(), 20,
		    'a page of the catalogue');
		await page.locator('#more').scrollIntoViewIfNeeded();
		await page.locator('ul.cards:not(.best) .card').nth(23).waitFor();
		check(true, 'and more by scrolling');
		await page.locator('#q').pressSequentially('녹차', {delay: 30});
		await page.waitForFunction(() => document.querySelectorAll('.card').length === 1);
		same(await page.locator('#q').evaluate((q) => q === document.activeElement),
		    true, 'search as one types, and type on');
		await page.locator('.card').click();
		await page.locator('form.add button').click();
		await page.waitForURL(/#\/login/);
		await page.locator('main a[href^="#/signup"]').click();
		await page.locator('#name').fill('민지');
		await page.locator('#email').fill(`minji.${process.pid}@example.com`);
		await page.locator('#password').fill('short');
		await page.locator('main form button.main').click();
		same(page.url().includes('signup'), true, 'a short password stays here');
		await page.locator('#password').fill('correct horse');
		await page.locator('main form button.main').click();
		await page.locator('form.add').waitFor();
		check(true, 'signed up, logged in, and back at the product');
		await addAndGo(page, 2);
		same(await text(page, '#total'), '24,000 P', 'the total, with its separator');
		same(await page.locator('#pay').isDisabled(), true, 'too poor to pay');
		check((await text(page, '#short')).includes('24,000 P short'), 'and told so');
		await page.locator('#short button').click();
		await page.locator('#pay:not([disabled])').click();
		await ordered(page);
		check((await text(page, '#note')).includes('is paid'), 'charged, and paid');
		const time = page.locator('main p > time');

		same(await time.innerText(), new Intl.DateTimeFormat('en', {dateStyle: 'medium',
		    timeStyle: 'short', timeZone: 'Asia/Seoul'}).format(new Date(
		    await time.getAttribute('datetime'))), 'at the time of where one is');
		await page.locator('#cancel').click();
		await page.locator('#cancel-yes').click();
		await page.locator('.status.cancelled').waitFor();
		await page.locator('header nav a[href="#/points"]').click();
		await page.locator('#balance').waitFor();
		same(await text(page, '#balance'), '24,000 P', 'cancelled, and paid back');
		same(await page.locator('.rows .amount').allInnerTexts(),
		    ['+24,000 P', '−24,000 P', '+24,000 P'], 'every point accounted for');
		await page.locator('#amount').fill('5000');
		await page.locator('main form button.main').click();
		await page.locator('.rows > li').nth(3).waitFor();
		same(await text(page, '#balance'), '29,000 P', 'charged by the form');
		await page.locator('header nav a[href="#/orders"]').click();
		await page.locator('.rows .status').waitFor();
		same(await page.locator('.rows > li').count(), 1, 'one order');
		await page.getByRole('button', {name: 'Log out'}).click();
		await page.locator('header nav a[href="#/login"]').waitFor();
		same(await page.evaluate(() => localStorage.getItem('shop.session')), null,
		    'logged out');
		await leave(one, name);
	},

	async 'the journey by keyboard'(name) {
		const who = await customer(50000);
		const one = await visitor({width: 360, height: 740, locale: 'ko-KR'});
		const {page} = one, key = (k) => page.keyboard.press(k);

		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		await key('Tab');
		same(await page.evaluate(() => document.activeElement.className), 'skip',
		    'the first is the way to the content');
		await key('Enter');
		same(await page.evaluate(() => document.activeElement.id), 'main',
		    'which it goes');
		await page.reload();
		await page.locator('.card').first().waitFor();
		await tabTo(page, page.locator('header nav a[href="#/login"]'));
		await key('Enter');
		await page.locator('#email').waitFor();
		same(await page.evaluate(() => document.activeElement.tagName), 'H1',
		    'a new page begins at its heading');
		await tabTo(page, page.locator('#email'));
		await page.keyboard.type(who.email);
		await key('Tab');
		await page.keyboard.type(who.password);
		await key('Enter');
		await page.locator('header nav a[href="#/cart"]').waitFor();
		await page.locator('.card').first().waitFor();
		await tabTo(page, page.locator('#q'));
		await page.keyboard.type('COFFEE');
		await page.waitForFunction(() => document.querySelectorAll('.card').length === 1);
		await tabTo(page, page.locator('.card'));
		await key('Enter');
		await page.locator('form.add').waitFor();
		await tabTo(page, page.locator('#quantity'));
		await key('ArrowUp');
		await key('Enter');
		await page.locator('article .note a').waitFor();
		await tabTo(page, page.locator('article .note a'));
		await key('Enter');
		await page.locator('#pay').waitFor();
		await tabTo(page, page.locator('#pay'));
		await key('Enter');
		await ordered(page);
		await page.locator('#cancel').waitFor();
		check((await text(page, '#note')).includes('결제되었습니다'), 'ordered, in Korean');
		same((await ordersOf(who))[0].totalPrice, 37000, 'two of them');
		await tabTo(page, page.locator('#cancel'));
		await key('Enter');
		same(await page.evaluate(() => document.activeElement.id), 'cancel-yes',
		    'asked once more, where the focus is');
		await key('Enter');
		await page.locator('.status.cancelled').waitFor();
		await leave(one, name);
	},

	async 'two who want the last piece'(name) {
		const last = await productOf({name: 'The last', stock: 1});
		const a = await atCart(5000, last), b = await atCart(5000, last);
		const paid = (one) => ordered(one.page).then(() => 'paid');
		const refused = (one) => one.page.locator('#refusal').waitFor().then(() => 'refused');

		await Promise.all([a, b].map((one) => one.page.locator('#pay').click()));
		const got = await Promise.all([a, b].map((one) =>
		    Promise.any([paid(one), refused(one)])));
		same([...got].sort(), ['paid', 'refused'], 'one has it');
		const poor = got[0] === 'paid' ? b : a;
		check((await text(poor.page, '.line')).includes('Sold out meanwhile'),
		    'the other is told which line');
		await shot(poor.page, 'sold-out-meanwhile');
		await poor.page.locator('.line .remove').click();
		await poor.page.getByText('Your cart is empty').waitFor();
		same([(await ordersOf(a.who)).length + (await ordersOf(b.who)).length,
		    (await api('GET', `/v1/products/${last.id}`)).body.stock], [1, 0],
		    'one order, and none is left');
		await leave(a, name);
		await leave(b, name);
	},

	async 'two tabs of one buyer'(name) {
		const one = await atCart(5000, await productOf({}));
		const other = await one.context.newPage();

		await other.goto(`${shop}/#/cart`);
		await other.locator('#pay').waitFor();
		await Promise.all([one.page, other].map((page) => page.locator('#pay').click()));
		await Promise.all([one.page, other].map((page) => Promise.any([ordered(page),
		    page.locator('.note.bad', {hasText: 'was it paid already'}).waitFor()])));
		same((await ordersOf(one.who)).length, 1, 'one order');
		await leave(one, name);
	},

	async 'a double click'(name) {
		const one = await atCart(5000, await productOf({}));

		await one.page.locator('#pay').dblclick();
		await ordered(one.page);
		same((await ordersOf(one.who)).length, 1, 'one order of a double click');
		await leave(one, name);
	},

	async 'an answer that is lost'(name) {
		const one = await atCart(5000, await productOf({})), {page} = one;
		const keys = [];
		let lost = 2;

		await page.route('**/v1/cart/checkout', async (route) => {
			keys.push(await route.request().headerValue('Idempotency-Key'));
			if (lost-- <= 0)
				return route.continue();
			// The shop hears it; its answer never arrives.
			await route.fetch();
			return route.abort('connectionreset');
		});
		await page.locator('#pay').click();
		await page.locator('.waiting').waitFor();
		await shot(page, 'no-answer-yet');
		await ordered(page);
		same([keys.length, new Set(keys).size], [3, 1], 'asked again with its key');
		same((await ordersOf(one.who)).length, 1, 'one order, though its answer was lost');
		await leave(one, name);
	},

	async 'no network'(name) {
		const one = await atCart(5000, await productOf({})), {page} = one;

		await one.context.setOffline(true);
		await page.locator('#pay').click();
		await page.locator('.waiting').waitFor();
		same((await ordersOf(one.who)).length, 0, 'nothing ordered yet');
		await one.context.setOffline(false);
		await ordered(page);
		same((await ordersOf(one.who)).length, 1, 'one order, once there is a network');
		await leave(one, name);
	},

	async 'a reload before the answer'(name) {
		const one = await atCart(5000, await productOf({})), {page} = one;

		await page.route('**/v1/cart/checkout', async (route) => {
			await route.fetch();
			return route.abort('connectionreset');
		});
		await page.locator('#pay').click();
		await page.locator('.waiting').waitFor();
		await page.unroute('**/v1/cart/checkout');
		await page.reload();
		await ordered(page);
		check((await text(page, '#note')).includes('is paid'), 'told after the reload');
		same((await ordersOf(one.who)).length, 1, 'one order, over a reload');
		same(await page.evaluate(() => Object.keys(localStorage)
		    .filter((k) => k.startsWith('shop.once.'))), [], 'and nothing is left open');
		await leave(one, name);
	},

	async 'a token that is over'(name) {
		const one = await atCart(5000, await productOf({name: 'Kept'})), {page} = one;

		await page.evaluate((token) => {
			const session = JSON.parse(localStorage.getItem('shop.session'));

			localStorage.setItem('shop.session', JSON.stringify({...session, token}));
		}, process.env.EXPIRED_TOKEN);
		await page.reload();
		await page.locator('#email').waitFor();
		check((await text(page, '#note')).includes('Your cart is kept'), 'told to log in');
		await page.locator('#email').fill(one.who.email);
		await page.locator('#password').fill(one.who.password);
		await page.locator('main form button.main').click();
		await page.locator('.line').waitFor();
		check((await text(page, '.line')).includes('Kept'), 'and the cart is still there');
		await leave(one, name);
	},

	async 'names that are no names'(name) {
		const evil = '<script>window.hacked=1</script><img src=x onerror=window.hacked=1>';
		const names = [evil, 'قهوة عربية', 'a\u202eb & "c" ${d} {q}'];
		const products = [];

		for (const n of names)
			products.push(await productOf({name: n, description: n}));
		const one = await atCart(50000, products[0]), {page} = one;

		await put(one.who, products[1]);
		await put(one.who, products[2]);
		await page.reload();
		await page.locator('.line').nth(2).waitFor();
		const shown = await page.locator('.line .name').evaluateAll((all) =>
		    all.map((a) => [a.textContent, getComputedStyle(a).direction]));
		same(shown, [[evil, 'ltr'], ['قهوة عربية', 'rtl'], [names[2], 'ltr']],
		    'stay text in the cart');
		await page.locator('#pay').click();
		await ordered(page);
		await page.locator('.line').nth(2).waitFor();
		for (const p of products) {
			await page.goto(`${shop}/#/products/${p.id}`);
			await page.waitForFunction((n) =>
			    document.querySelector('h1')?.textContent === n, p.name);
			await page.locator('form.add button').click();
			await page.locator('article .note').waitFor();
		}
		check((await text(page, 'article .note')).includes(names[2]),
		    'and in what is said of them');
		await page.goto(`${shop}/#/?q=${encodeURIComponent('<script>')}`);
		await page.locator('.card').waitFor();
		same(await page.evaluate(() => window.hacked), undefined, 'nothing was run');
		await leave(one, name);
	},

	async 'what changes meanwhile'(name) {
		const p = await productOf({name: 'Changing', stock: 10});
		const one = await atCart(50000, p, 3), {page} = one;
		const patch = (members) => api('PATCH', `/v1/products/${p.id}`,
		    {token: admin, body: members});

		await patch({version: 1, price: 1500});
		await page.locator('#pay').click();
		await page.locator('#refusal').waitFor();
		check((await text(page, '#refusal')).includes('4,500 P'), 'another price is told');
		await shot(page, 'price-changed');
		await api('POST', `/v1/products/${p.id}/restock`, {token: admin,
		    body: {quantity: -8}});
		await page.locator('#pay').click();
		await page.locator('.line .fault button').waitFor();
		check((await text(page, '.line .fault')).includes('Only 2 left'),
		    'less stock is told, with its line');
		await page.locator('.line .fault button').click();
		await page.locator('#pay:not([disabled])').waitFor();
		same(await text(page, '#total'), '3,000 P', 'as many as there are are taken');
		await patch({version: 2, onSale: false});
		await page.locator('#pay').click();
		await page.locator('.line', {hasText: 'No longer sold'}).waitFor();
		check((await text(page, '#refusal')).includes('no longer sold'),
		    'one off sale is told, not dropped');
		same((await ordersOf(one.who)).length, 0, 'and nothing was bought');
		await leave(one, name);
	},

	async 'points that went meanwhile'(name) {
		const p = await productOf({price: 3000});
		const one = await atCart(5000, p), {page} = one;

		await api('POST', '/v1/orders', {token: one.who.token,
		    body: {items: [{productId: p.id, quantity: 1}]}});
		await page.locator('#pay').click();
		await page.locator('#short').waitFor();
		check((await text(page, '#short')).includes('1,000 P short'), 'how many is told');
		await page.locator('#short button').click();
		await page.locator('#pay:not([disabled])').click();
		await ordered(page);
		same((await api('GET', '/v1/points/balance', {token: one.who.token})).body
		    .balance, 0, 'charged to the point');
		await leave(one, name);
	},

	async 'refusals that pass'(name) {
		const one = await atCart(5000, await productOf({})), {page} = one;
		const keys = [];
		const refusals = [[503, 'payment_failed'], [503, 'unavailable'],
		    [409, 'idempotency_in_progress'], [503, 'outcome_unknown'],
		    [429, 'too_many_requests']];

		await page.route('**/v1/cart/checkout', async (route) => {
			const [status, code] = refusals.shift() ?? [];

			keys.push(await route.request().headerValue('Idempotency-Key'));
			return status ? route.fulfill({status, contentType:
			    'application/problem+json', headers: {'Retry-After': '1'},
			    body: JSON.stringify({status, code, title: code})})
			    : route.continue();
		});
		await page.locator('#pay').click();
		await page.locator('#refusal').waitFor();
		check((await text(page, '#refusal')).includes('nothing was taken'),
		    'a failed payment is told, and not tried by itself');
		same(keys.length, 1, 'but once');
		await page.locator('#pay').click();
		await ordered(page);
		same([keys.length, new Set(keys.slice(1)).size], [6, 1],
		    'the others are waited for, with one key');
		same((await ordersOf(one.who)).length, 1, 'and are one order');
		await leave(one, name);
	},

	async 'the account'(name) {
		const who = await customer(), one = await visitor(), {page} = one;

		await logIn(page, who);
		await page.goto(`${shop}/#/account`);
		await page.locator('#name').fill('Another');
		await page.locator('form:has(#name) button').click();
		await page.locator('#note').waitFor();
		same((await api('GET', '/v1/users/me', {token: who.token})).body.name, 'Another',
		    'has another name');
		await page.locator('#old').fill('wrong horse');
		await page.locator('#new').fill('another horse');
		await page.locator('form:has(#old) button').click();
		await page.locator('#old-fault').waitFor();
		await page.locator('#old').fill(who.password);
		await page.locator('#new').fill('another horse');
		await page.locator('form:has(#old) button').click();
		await page.locator('#old-fault').waitFor({state: 'detached'});
		await page.goto(`${shop}/#/points`);
		await page.locator('#balance').waitFor();
		check(true, 'has another password, and is still logged in');
		await page.goto(`${shop}/#/account`);
		await page.locator('#last').fill('another horse');
		await page.locator('form:has(#last) button').click();
		await page.locator('header nav a[href="#/login"]').waitFor();
		same((await api('POST', '/v1/tokens', {body: {email: who.email,
		    password: 'another horse'}})).status, 401, 'and is closed');
		await leave(one, name);
	},
});
