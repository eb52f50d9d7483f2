// SPDX-License-Identifier: MIT
// Where the window ends: addresses of nothing, and the menu.
import {check, customer, leave, logIn, owner, run, same, shop, visitor} from './lib.mjs';

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
});
