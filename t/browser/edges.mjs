// SPDX-License-Identifier: MIT
// Where the window ends: addresses of nothing, the menu, browsers that keep nothing.
import {accessible, check, customer, leave, logIn, ordered, ordersOf, owner, productOf, put,
    run, same, shop, text, visitor} from './lib.mjs';

// What becomes of localStorage where it keeps nothing.
const KEEPS_NOTHING = {
	blocked: () => Object.defineProperty(window, 'localStorage', {get() {
		throw new DOMException('Access is denied', 'SecurityError');
	}}),
	absent: () => Object.defineProperty(window, 'localStorage', {value: null}),
	full: () => {
		Storage.prototype.setItem = () => {
			throw new DOMException('It is full', 'QuotaExceededError');
		};
	},
};

// The heading of what stands at an address, and where its links lead.
async function at(page, path) {
	await page.goto('about:blank');
	await page.goto(shop + path);
	await page.locator('main h1:not(:text-is("Loading…"))').waitFor();
	return [await page.locator('main h1').innerText(),
	    await page.locator('main .view a').evaluateAll((all) =>
		all.map((a) => a.getAttribute('href')))];
}

// What the menu says of where one is.
const current = (page) => page.locator('nav [aria-current]').evaluateAll((all) =>
    all.map((a) => [a.getAttribute('href'), a.getAttribute('aria-current')]));

// Browse, log in, pay, with the first answers lost: once, and told what may be lost.
const buyerWithout = (how, locale, words) => async (name) => {
	const one = await visitor({width: 360, height: 740, locale}), {page} = one;
	const who = await customer(5000), keys = [];
	let lose = true, asked = 0;

	await put(who, await productOf({}));
	await one.context.addInitScript(KEEPS_NOTHING[how]);
	await page.goto(shop);
	await page.locator('.card').first().waitFor();
	same(await page.locator('#forgets').count(), 0, 'there is nothing to keep yet');
	await logIn(page, who);
	await page.locator('#forgets').waitFor();
	check((await text(page, '#forgets')).includes(words), 'told at the log-in');
	await accessible(page, name);
	await page.locator('header nav a[href="#/cart"]').click();
	await page.route('**/v1/cart/checkout', async (route) => {
		keys.push(await route.request().headerValue('Idempotency-Key'));
		if (!lose)
			return route.continue();
		await route.fetch();
		return route.abort('connectionreset');
	});
	await page.locator('#pay').click();
	await page.locator('.waiting').waitFor();
	page.on('dialog', async (dialog) => {
		asked++;
		await dialog.dismiss();
	});
	await Promise.all([page.waitForEvent('dialog'),
	    page.evaluate(() => { setTimeout(() => location.reload(), 0); })]);
	check(await page.locator('.waiting').isVisible(), 'who reloads is asked first');
	lose = false;
	await ordered(page);
	same([keys.length > 1, new Set(keys).size, (await ordersOf(who)).length],
	    [true, 1, 1], 'asked again with its key, and one order');
	await page.reload();
	await page.locator('header nav a[href="#/login"]').waitFor();
	same(asked, 1, 'with the answer here, nobody is asked');
	await leave(one, name);
};

await run({
	async 'an address of nothing'(name) {
		const one = await visitor(), {page} = one;
		const ids = ['0', '999', '007', '99999999999999999999'];

		for (const id of ids)
			same(await at(page, `/#/products/${id}`), ['No such product', ['#/']],
			    `no product ${id}`);
		await page.locator('main .view a').click();
		await page.locator('.card').first().waitFor();
		check(true, 'and a way back to those that there are');
		for (const path of ['/#x', '/#/products', '/#/products/top', '/#/orders/abc',
		    '/#/%', '/admin/#/nowhere'])
			same(await at(page, path), ['There is no such page', ['#/']],
			    `no page ${path}`);
		await logIn(page, await customer());
		for (const id of ids)
			same(await at(page, `/#/orders/${id}`), ['No such order', ['#/orders']],
			    `no order ${id}`);
		await page.getByRole('button', {name: 'Log out'}).click();
		await logIn(page, owner, '/admin/');
		await page.locator('.figures').waitFor();
		for (const id of ids)
			same([await at(page, `/admin/#/products/${id}`),
			    await at(page, `/admin/#/orders/${id}`)],
			    [['No such product', ['#/products']], ['No such order', ['#/orders']]],
			    `nor in the back office: ${id}`);
		await leave(one, name);
	},

	async 'the menu says where one is'(name) {
		const one = await visitor(), {page} = one;

		await at(page, '/');
		same(await current(page), [], 'not in the catalogue');
		for (const path of ['#/login', '#/signup']) {
			await at(page, `/${path}`);
			same(await current(page), [[path, 'page']], path);
		}
		await logIn(page, await customer());
		for (const path of ['#/orders', '#/points', '#/account', '#/cart']) {
			await page.locator(`header nav a[href="${path}"]`).click();
			await page.locator(`header nav a[href="${path}"][aria-current]`).waitFor();
			same(await current(page), [[path, 'page']], path);
		}
		await at(page, '/#/orders/999');
		same(await current(page), [], 'nor at an order');
		await leave(one, name);
	},

	'storage that is blocked': buyerWithout('blocked', 'en-US', 'keeps nothing'),
	'storage that is not there': buyerWithout('absent', 'ko-KR', '저장하지 않습니다'),
	'storage that is full': buyerWithout('full', 'en-US', 'keeps nothing'),

	async 'an owner without storage'(name) {
		const one = await visitor(), {page} = one;

		await one.context.addInitScript(KEEPS_NOTHING.blocked);
		await logIn(page, owner, '/admin/');
		await page.locator('.figures').waitFor();
		await page.locator('#forgets').waitFor();
		await page.locator('.languages button[lang=ko]').click();
		await page.locator('#forgets', {hasText: '저장하지'}).waitFor();
		check(true, 'runs the shop, in either language');
		await leave(one, name);
	},

	async 'storage that keeps'(name) {
		const one = await visitor(), {page} = one;

		await logIn(page, await customer());
		await page.locator('.card').first().waitFor();
		same(await page.locator('#forgets').count(), 0, 'is no news');
		await leave(one, name);
	},
});
