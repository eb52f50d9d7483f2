// SPDX-License-Identifier: MIT
// What people do that no plan has foreseen, and what a slow network does to them:
// typing on, going back, two of them in one browser, a session that ends in a form.
import {atCart, check, customer, leave, logIn, ordered, ordersOf, productOf, put, run,
    same, shop, text, visitor} from './lib.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Answers to these come so much later.
const slow = (page, pattern, ms) => page.route(pattern, async (route) => {
	const ready = wait(typeof ms === 'function' ? ms(route.request()) : ms);
	const response = await route.fetch().catch(() => null);

	await ready;
	await (response ? route.fulfill({response}) : route.abort()).catch(() => {});
});
const focus = (page) => page.evaluate(() => document.activeElement.id);

async function reLogIn(page, who) {
	await page.locator('#email').fill(who.email);
	await page.locator('#password').fill(who.password);
	await page.locator('form:has(#password) button.main').click();
	await page.locator('form:has(#password)').waitFor({state: 'detached'});
}

// From now on the shop doesn't know this token any more.
const expire = (page) => page.route('**/v1/**', async (route) => {
	if (await route.request().headerValue('Authorization'))
		return route.fulfill({status: 401, contentType: 'application/problem+json',
		    body: JSON.stringify({status: 401, code: 'expired_token',
			title: 'Over', detail: 'This token is over.'})});
	return route.continue();
});

await run({
	async 'a charge whose page was gone'(name) {
		const one = await visitor(), {page} = one, who = await customer();

		await logIn(page, who);
		await page.goto(`${shop}/#/points`);
		await page.route('**/v1/points/charge', async (route) => {
			await route.fetch();
			return route.abort('connectionreset');
		});
		await page.locator('.offers button').first().click();
		await page.locator('.waiting').waitFor();
		await page.unroute('**/v1/points/charge');
		await page.reload();
		await page.locator('#note').waitFor();
		check((await text(page, '#note')).includes('10,000 P'), 'is told in points');
		await leave(one, name);
	},

	async 'another buyer while one waits'(name) {
		const p = await productOf({stock: 50});
		const a = await atCart(50000, p), b = await customer(50000), {page} = a;
		const other = await a.context.newPage();

		await put(b, p);
		await a.context.route('**/v1/cart/checkout', (route) =>
		    route.abort('connectionreset'));
		await page.locator('#pay').click();
		await page.locator('.waiting').waitFor();
		await other.goto(`${shop}/#/`);
		await other.getByRole('button', {name: 'Log out'}).click();
		await logIn(other, b);
		await a.context.unroute('**/v1/cart/checkout');
		await wait(4000);
		same((await ordersOf(b)).length, 0, 'one doesn\'t pay with the other\'s points');
		await other.getByRole('button', {name: 'Log out'}).click();
		await logIn(other, a.who);
		await Promise.any([ordered(page), ordered(other)]);
		same((await ordersOf(a.who)).length, 1, 'it waits for whose it is');
		await leave(a, name);
	},

	async 'an answer that is another\'s'(name) {
		const p = await productOf({name: 'Of A', stock: 50});
		const a = await atCart(5000, p), b = await customer(), {page} = a;
		const other = await a.context.newPage();

		await other.goto(`${shop}/#/`);
		await other.locator('.card').first().waitFor();
		let held = 0;

		await slow(page, '**/v1/cart', () => held++ === 0 ? 2500 : 0);
		await page.evaluate(() => { location.hash = '#/orders'; });
		await page.getByText('You have not ordered yet').waitFor();
		await page.evaluate(() => { location.hash = '#/cart'; });
		await wait(100);
		await other.getByRole('button', {name: 'Log out'}).click();
		await logIn(other, b);
		await page.getByText('Your cart is empty').waitFor();
		await wait(3000);
		same([held > 1, await page.locator('.line').count(),
		    await page.locator('.badge').count()], [true, 0, 0],
		    'one doesn\'t see the other\'s cart');
		await leave(a, name);
	},
});
