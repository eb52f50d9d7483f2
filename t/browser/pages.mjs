// SPDX-License-Identifier: MIT
// Each page: for a screen reader, in both languages, narrow and wide, light and dark;
// how it looks, what it weighs, and what is asked for again.
import {accessible, api, browser, check, customer, leave, logIn, owner, run, same, shop,
    shot, visitor} from './lib.mjs';

const KIB = 1024;

const who = await customer(100000);
const buy = (id, quantity) => api('POST', '/v1/orders', {token: who.token,
    body: {items: [{productId: id, quantity}]}});
const orders = [await buy(1, 2), await buy(3, 1), await buy(5, 1), await buy(7, 1)];
const order = orders[0].body.id;

for (const id of [2, 4])
	await api('POST', '/v1/cart/items', {token: who.token,
	    body: {productId: id, quantity: 3}});

// name: [address, what shows that it is there]
const anybody = {
	home: ['/', '.cards.best .card'],
	search: ['/#/?q=%EB%85%B9%EC%B0%A8', '.card'],
	'found-nothing': ['/#/?q=xyzzy', '#all'],
	product: ['/#/products/1', 'form.add'],
	'not-sold': ['/#/products/999', 'h1'],
	'no-page': ['/#/nowhere', 'h1'],
	login: ['/#/login', '#email'],
	signup: ['/#/signup', '#name'],
	problems: ['/problems/', 'section'],
};
const buyers = {
	cart: ['/#/cart', '#pay'],
	orders: ['/#/orders', '.rows > li'],
	order: [`/#/orders/${order}`, '#cancel'],
	points: ['/#/points', '.rows > li'],
	account: ['/#/account', '#old'],
	'no-order': ['/#/orders/0', 'h1'],
};
const owners = {
	today: ['/admin/', '.figures'],
	'admin-products': ['/admin/#/products', 'tbody tr'],
	'admin-product': ['/admin/#/products/1', '#restock'],
	'admin-new': ['/admin/#/products/new', '#stock'],
	'admin-orders': ['/admin/#/orders', '.rows > li'],
	'admin-order': [`/admin/#/orders/${order}`, '#fulfil'],
};

async function look(page, pages, suffix) {
	for (const [name, [path, there]] of Object.entries(pages)) {
		await page.goto('about:blank');
		await page.goto(shop + path);
		await page.locator(there).first().waitFor();
		await page.evaluate(() => Promise.all([...document.images]
			.map((image) => image.loading = 'eager') &&
			[...document.images].map((image) => image.decode().catch(() => {}))));
		await shot(page, `${name}-${suffix}`);
		await accessible(page, `${name} (${suffix})`);
	}
}

const each = (options, suffix) => async (name) => {
	const one = await visitor(options);

	await look(one.page, anybody, suffix);
	await logIn(one.page, who);
	await look(one.page, buyers, suffix);
	await one.page.evaluate(() => localStorage.removeItem('shop.session'));
	await logIn(one.page, owner, '/admin/');
	await look(one.page, owners, suffix);
	await leave(one, name);
};

await run({
	'wide pages': each({}, '1280-en'),
	'narrow pages': each({width: 360, height: 740, locale: 'ko-KR'}, '360-ko'),
	'dark pages': each({width: 360, height: 740, colorScheme: 'dark'}, '360-dark'),

	async 'the docs page is accessible'(name) {
		const one = await visitor();

		await one.page.goto(`${shop}/docs/`);
		await one.page.locator('.opblock').first().waitFor();
		// swagger-ui's own part is not ours to mend.
		await accessible(one.page, 'docs', ['#api']);
		await leave(one, name);
	},

	// As the browser counted it: the bytes that came, headers too.
	async 'weight'(name) {
		const one = await visitor(), {page} = one;
		const seen = [];
		const session = await one.context.newCDPSession(page);
		const types = new Map();

		await session.send('Network.enable');
		session.on('Network.responseReceived', ({requestId, response, type}) =>
		    types.set(requestId, {url: response.url, type,
			status: response.status, coding: response.headers['Content-Encoding'] ??
			response.headers['content-encoding']}));
		session.on('Network.loadingFinished', ({requestId, encodedDataLength}) =>
		    seen.push({...types.get(requestId), bytes: encodedDataLength}));
		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		await page.waitForLoadState('networkidle');
		const bytes = seen.filter((r) => r.type !== 'Image')
			.reduce((sum, r) => sum + r.bytes, 0);

		console.log(`# the first load: ${bytes} bytes without pictures, ${
			seen.length} requests`);
		check(bytes > 0 && bytes < 60 * KIB, 'the first load is under 60 KiB', bytes);
		same(seen.filter((r) => ['Script', 'Stylesheet', 'Document'].includes(r.type) &&
		    r.bytes > 2 * KIB && r.coding !== 'gzip').map((r) => r.url), [],
		    'what is text is compressed');
		await leave(one, name);
	},

	async 'what is asked for again'(name) {
		for (const path of ['/', '/assets/store.js', '/assets/shop.css', '/admin/',
		    '/docs/']) {
			const first = await fetch(shop + path);
			const tag = first.headers.get('ETag');

			await first.text();
			same((await fetch(shop + path, {headers: {'If-None-Match': tag}})).status,
			    304, `${path} is kept, by its tag`);
			same(first.headers.get('Content-Security-Policy').includes('unsafe'), false,
			    `${path} lets nothing unsafe in`);
		}
	},
});
