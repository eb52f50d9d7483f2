// SPDX-License-Identifier: MIT
//
// What the browser's tests share: checks that are told line by line ("+ it holds",
// "- it does not"), a visitor with eyes on everything that must not happen, and the
// shop's API for what a test needs beforehand.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

export const shop = process.env.SHOP_URL;
export const admin = process.env.ADMIN_TOKEN;
export const owner = {email: process.env.ADMIN_EMAIL, password: process.env.ADMIN_PASSWORD};
const shots = process.env.SHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
    'utf8');

let failures = 0;

export function check(holds, what, got) {
	console.log(`${holds ? '+' : '-'} ${what}`);
	if (!holds) {
		failures++;
		console.log(`# ${JSON.stringify(got)}`);
	}
}
export const same = (got, wanted, what) =>
	check(JSON.stringify(got) === JSON.stringify(wanted), what, {got, wanted});

// ---- The API

export async function api(method, path, {token, body, key} = {}) {
	const response = await fetch(shop + path, {method, headers: {
		...(token ? {Authorization: `Bearer ${token}`} : {}),
		...(key ? {'Idempotency-Key': key} : {}),
		...(body ? {'Content-Type': 'application/json'} : {}),
	}, body: body && JSON.stringify(body)});
	const text = await response.text();

	return {status: response.status, body: text ? JSON.parse(text) : undefined};
}

let people = 0;

// A customer with so many points.
export async function customer(points = 0) {
	const email = `buyer${++people}.${process.pid}@example.com`, password = 'correct horse';
	const user = await api('POST', '/v1/users',
	    {body: {email, password, name: `Buyer ${people}`}});
	const {body} = await api('POST', '/v1/tokens', {body: {email, password}});
	const one = {id: user.body.id, email, password, token: body.accessToken};

	if (points)
		await api('POST', '/v1/points/charge', {token: one.token,
		    body: {amount: points}});
	return one;
}

export const ordersOf = async (one) =>
	(await api('GET', '/v1/orders', {token: one.token})).body.items;

export async function productOf(members) {
	const {body} = await api('POST', '/v1/products', {token: admin,
	    body: {name: 'A thing', price: 1000, stock: 10, ...members}});

	return body;
}

export const put = (who, product, quantity = 1) => api('POST', '/v1/cart/items',
    {token: who.token, body: {productId: product.id, quantity}});

// ---- The browser

export const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM,
	// In a container there is no sandbox to be had.
	args: ['--no-sandbox', '--disable-dev-shm-usage'],
});

// A visitor in a profile of his own; what must not happen is noted in `bad`.
export async function visitor({width = 1280, height = 900, locale = 'en-US',
    colorScheme = 'light'} = {}) {
	const context = await browser.newContext({viewport: {width, height}, locale,
	    colorScheme, reducedMotion: 'reduce', timezoneId: 'Asia/Seoul'});
	const bad = [];

	context.setDefaultTimeout(15000);
	await context.addInitScript(() => addEventListener('securitypolicyviolation',
	    (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`)));
	context.on('request', (request) => {
		const url = new URL(request.url());

		if (url.origin !== shop && !['data:', 'blob:'].includes(url.protocol))
			bad.push(`asked ${request.url()}`);
		if (/eyJ|token=/.test(request.url()))
			bad.push(`a token in ${request.url()}`);
	});
	context.on('response', (response) => {
		if (response.status() === 404 && !response.url().includes('/v1/'))
			bad.push(`not there: ${response.url()}`);
	});
	context.on('console', (message) => {
		// Refusals of the shop are the browser's errors, and not ours.
		if (message.type() === 'error' &&
		    !message.text().startsWith('Failed to load resource'))
			bad.push(message.text());
	});
	context.on('weberror', (error) => bad.push(String(error.error())));
	return {context, bad, page: await context.newPage()};
}

export async function leave(one, name) {
	same(one.bad, [], `${name}: no error, no CSP report, no other host`);
	await one.context.close();
}

export async function logIn(page, who, path = '/#/login') {
	await page.goto(shop + path);
	await page.locator('#email').fill(who.email);
	await page.locator('#password').fill(who.password);
	await page.locator('main form button.main').click();
	await page.locator('form:has(#password)').waitFor({state: 'detached'});
}

export const text = (page, selector) => page.locator(selector).innerText();
export const ordered = (page) => page.waitForURL(/#\/orders\/\d+$/);

// A visitor who is logged in, and stands before a cart with this in it.
export async function atCart(points, product, quantity = 1, options = {}) {
	const who = await customer(points);
	const one = await visitor(options);

	await put(who, product, quantity);
	await logIn(one.page, who);
	await one.page.goto(`${shop}/#/cart`);
	await one.page.locator('#pay').waitFor();
	return {...one, who};
}

// An owner in the back office.
export async function office(options) {
	const one = await visitor(options);

	await logIn(one.page, owner, '/admin/');
	await one.page.locator('.figures').waitFor();
	return one;
}

export async function shot(page, name) {
	if (shots)
		await page.screenshot({path: `${shots}/${name}.png`});
}

// WCAG 2.2 AA by axe-core; and nothing stands out at the side.
export async function accessible(page, name, without = []) {
	await page.evaluate(axe);
	const {violations} = await page.evaluate((exclude) => window.axe.run(
	    {exclude}, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
	    'wcag22aa', 'best-practice']}), without);

	same(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`),
	    [], `${name} is accessible`);
	same(await page.evaluate(() => document.documentElement.scrollWidth -
	    innerWidth <= 0), true, `${name} fits its width`);
}

// Runs each; one that throws has failed, and the next begins.
export async function run(scenarios) {
	const only = process.env.ONLY;

	for (const [name, scenario] of Object.entries(scenarios)) {
		if (only && !name.includes(only))
			continue;
		try {
			await scenario(name);
		} catch (e) {
			check(false, `${name} comes to its end`, String(e).slice(0, 1500));
		}
		for (const context of browser.contexts())
			await context.close();
	}
	await browser.close();
	process.exit(failures ? 1 : 0);
}
