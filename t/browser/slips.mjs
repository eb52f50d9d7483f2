// SPDX-License-Identifier: MIT
// What people do that no plan has foreseen, and what a slow network does to them:
// typing on, going back, two of them in one browser, a session that ends in a form.
import {admin, api, atCart, check, customer, leave, logIn, office, ordered, ordersOf, owner,
    productOf, put, run, same, shop, text, visitor} from './lib.mjs';

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
	async 'typing on while an answer comes'(name) {
		const one = await visitor(), {page} = one;

		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		await slow(page, '**/v1/products?*q=*', 400);
		await page.locator('#q').pressSequentially('coff', {delay: 20});
		await wait(350);		// the answer to it is on its way
		await page.locator('#q').pressSequentially('ee b', {delay: 10});
		await wait(150);
		await page.waitForURL(/q=coff/);
		await page.locator('#q').pressSequentially('eans', {delay: 20});
		await page.waitForURL(/q=coffee\+beans/);
		same(await page.locator('#q').inputValue(), 'coffee beans', 'no letter is lost');
		await page.locator('#q').fill('coffee');
		await page.waitForURL(/q=coffee$/);
		await page.locator('#q').press('End');
		await page.locator('#q').press('Space');
		await wait(800);
		await page.locator('#q').pressSequentially('be');
		await page.waitForURL(/q=coffee\+be$/);
		check(true, 'nor a blank');
		await leave(one, name);
	},

	async 'searching from elsewhere'(name) {
		const one = await visitor(), {page} = one;

		await page.goto(`${shop}/#/products/1`);
		await page.locator('form.add').waitFor();
		await page.locator('#q').pressSequentially('coffee', {delay: 120});
		await page.waitForURL(/q=coffee/);
		await page.locator('.card').waitFor();
		same([await page.locator('#q').inputValue(), await focus(page)], ['coffee', 'q'],
		    'from a product as from the catalogue');
		await page.goBack();
		await page.locator('form.add').waitFor();
		same(await page.locator('#q').inputValue(), '', 'and back by one step');
		await leave(one, name);
	},

	async 'leaving a search'(name) {
		const one = await visitor(), {page} = one;

		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		await slow(page, '**/v1/products/1', 600);
		await slow(page, '**/v1/products?*q=*', 300);
		await page.locator('#q').pressSequentially('x');
		await page.locator('a.card[href="#/products/1"]').last().click();
		await page.locator('form.add').waitFor();
		await wait(800);
		same(new URL(page.url()).hash, '#/products/1',
		    'a product that was opened stays, with its address');
		await leave(one, name);
	},

	async 'back and forth on a slow network'(name) {
		const one = await visitor(), {page} = one;

		await page.goto(`${shop}/#/products/1`);
		await page.locator('form.add').waitFor();
		await slow(page, '**/v1/products?*', 1200);
		await page.evaluate(() => { location.hash = '#/'; });
		await wait(50);
		await page.evaluate(() => { location.hash = '#/products/2'; });
		await page.waitForFunction(() =>
		    document.querySelector('h1')?.textContent.includes('Coffee'));
		await wait(1600);
		same(await page.locator('#page').getAttribute('aria-busy'), null,
		    'the page doesn\'t stay dimmed');
		check((await text(page, 'h1')).includes('Coffee'), 'nor does a late view come');
		await page.unrouteAll({behavior: 'ignoreErrors'});
		await page.locator('#q').fill('coffee');
		await page.locator('.card').waitFor();
		check(true, 'and one can search from there');
		await leave(one, name);
	},

	async 'back to a list'(name) {
		const one = await visitor({width: 360, height: 740}), {page} = one;
		const cards = page.locator('ul.cards:not(.best) .card');

		await page.goto(shop);
		await cards.first().waitFor();
		await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
		await cards.nth(21).waitFor();
		const link = cards.nth(19), depth = await page.evaluate(() => scrollY);

		await link.evaluate((a) => a.click());
		await page.locator('form.add').waitFor();
		same(await page.evaluate(() => scrollY), 0, 'a product begins at its top');
		await page.goBack();
		await link.waitFor();
		same([await page.evaluate(() => scrollY), await cards.count() > 21], [depth, true],
		    'and its list is where it was left');
		await page.evaluate(() => scrollTo(0, 0));
		await page.locator('.brand').click();
		await page.locator('#q').fill('coffee');
		await page.waitForFunction(() => document.querySelectorAll('.card').length < 5);
		check(true, 'and can be searched again');
		await leave(one, name);
	},

	async 'a slow first answer'(name) {
		const one = await visitor(), {page} = one;

		await slow(page, '**/v1/**', 1500);
		await page.goto(shop);
		await page.locator('header .brand').waitFor({timeout: 1200});
		check((await text(page, 'main')).includes('Loading'),
		    'the page is there, and says that it loads');
		await page.locator('.card').first().waitFor();
		await leave(one, name);
	},

	async 'a message has its time'(name) {
		const one = await visitor(), {page} = one;

		await logIn(page, await customer());
		await page.goto(`${shop}/#/points`);
		await page.locator('.offers button').first().click();
		await page.locator('#note').waitFor();
		await page.locator('header nav a[href="#/orders"]').click();
		await page.getByText('You have not ordered yet').waitFor();
		same(await page.locator('#note').count(), 0, 'and is not told in the next view');
		await leave(one, name);
	},

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

	async 'mistakes in forms'(name) {
		const one = await visitor(), {page} = one, who = await customer();
		const submit = () => page.locator('main form button.main').click();
		const told = async () => {
			await page.locator('main [role=alert]').waitFor();
			return [await page.locator('main [role=alert]').count(),
			    await page.locator('#email').inputValue()];
		};

		await page.goto(`${shop}/#/login`);
		await submit();
		await page.locator('#email').fill(who.email);
		await page.locator('#password').fill('wrong horse');
		await submit();
		same(await told(), [1, who.email], 'a wrong password is said aloud');
		await page.goto(`${shop}/#/signup`);
		await page.locator('#name').fill('👩‍👩‍👧‍👦 이름');
		await page.locator('#email').fill(who.email);
		await page.locator('#password').fill('correct horse');
		await submit();
		same(await told(), [1, who.email], 'and an e-mail that is taken');
		await page.locator('#email').fill(`other.${who.email}`);
		await submit();
		await page.locator('header nav a[href="#/account"]').click();
		await page.locator('#old').waitFor();
		same(await page.locator('#name').inputValue(), '👩‍👩‍👧‍👦 이름', 'a name of emoji');
		await leave(one, name);
	},

	async 'two writes of two tabs'(name) {
		const one = await visitor(), {page} = one, who = await customer();
		const other = await one.context.newPage();
		const charge = (tab) => Promise.all([tab.waitForRequest('**/v1/points/charge'),
		    tab.locator('.offers button').first().click()]);
		const kept = () => page.evaluate(() => Object.keys(localStorage)
			.filter((k) => k.endsWith('.charge')).length);
		let arrive, go;
		const late = new Promise((resolve) => { arrive = resolve; });
		const held = new Promise((resolve) => { go = resolve; });

		await logIn(page, who);
		for (const tab of [page, other]) {
			await tab.goto(`${shop}/#/points`);
			await tab.locator('.offers').waitFor();
		}
		await other.route('**/v1/points/charge', async (route) => {
			const response = await route.fetch();

			await late;
			await route.fulfill({response});
		});
		await charge(other);
		await charge(page);		// finds that of the other tab
		await page.locator('.rows > li').waitFor();
		await page.route('**/v1/points/charge', async (route) => {
			await held;
			await route.continue();
		});
		await charge(page);
		arrive();
		await other.locator('#note').waitFor();
		same(await kept(), 1, 'the end of one is not that of the next');
		go();
		await page.locator('.rows > li').nth(1).waitFor();
		same([await kept(), (await api('GET', '/v1/points/balance', {token: who.token}))
		    .body.balance], [0, 20000], 'and each happens once');
		await leave(one, name);
	},

	async 'numbers in the cart'(name) {
		const p = await productOf({stock: 50}), one = await atCart(50000, p), {page} = one;
		const field = page.locator('.line input');

		await slow(page, '**/v1/cart/items/*', 400);
		await field.fill('2', {force: true});
		await field.press('Tab');
		await field.fill('7', {force: true});
		await field.press('Tab');
		await page.waitForFunction(() =>
		    document.getElementById('total').textContent === '7,000 P');
		await wait(600);
		same([await field.inputValue(), await text(page, '#total')], ['7', '7,000 P'],
		    'the last that was typed counts');
		await field.fill('3');
		await page.locator('#pay').click({force: true});
		await page.waitForFunction(() =>
		    document.getElementById('total')?.textContent === '3,000 P');
		same((await ordersOf(one.who)).length, 0, 'nothing is paid on the way');
		for (const wrong of ['-1', '1.5', '1e20', '']) {
			await field.fill(wrong);
			await page.locator('#pay').click();
			await wait(200);
		}
		same((await ordersOf(one.who)).length, 0, 'nor with a number that is none');
		await field.fill('60');
		await field.press('Tab');
		await page.locator('#note').waitFor();
		same([await field.inputValue(), await text(page, '#total')], ['3', '3,000 P'],
		    'what was refused doesn\'t stand there');
		await page.locator('#pay').click();
		await ordered(page);
		same((await ordersOf(one.who)).map((o) => o.totalPrice), [3000],
		    'and what is paid stood there');
		same((await api('GET', '/v1/cart', {token: one.who.token})).body.items, [],
		    'with nothing left behind');
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

	async 'a session that ends in a form'(name) {
		const p = await productOf({name: 'Typed at'}), one = await office(), {page} = one;

		await page.goto(`${shop}/admin/#/products/${p.id}`);
		await page.locator('#name').fill('Typed for an hour');
		await page.locator('#price').fill('4321');
		await expire(page);
		await page.locator('#product button.main').click();
		await page.locator('#password').waitFor();
		check((await text(page, '#note')).includes('log in again'), 'is told');
		await page.unrouteAll();
		await api('PATCH', `/v1/products/${p.id}`, {token: admin,
		    body: {version: p.version, price: 99}});
		await reLogIn(page, owner);
		same([await page.locator('#name').inputValue(),
		    await page.locator('#price').inputValue(), await page.locator('#note').count()],
		    ['Typed for an hour', '4321', 0], 'keeps what was typed');
		await page.locator('#product button.main').click();
		await page.locator('.theirs').first().waitFor();
		same(await page.locator('.theirs bdi').allInnerTexts(), ['Typed at', '99 P'],
		    'and another\'s change of the meantime is not overwritten');
		await page.goto(`${shop}/admin/#/products/new`);
		await page.locator('#stock').waitFor();
		await page.locator('#name').fill('New for an hour');
		await expire(page);
		await page.locator('#price').fill('1');
		await page.locator('#product button.main').click();
		await page.locator('#password').waitFor();
		await page.unrouteAll();
		await reLogIn(page, await customer());
		await page.getByText('Your account is a customer').waitFor();
		same(await page.locator('#product').count(), 0, 'but for nobody else');
		await leave(one, name);
	},

	async 'finding a product in the back office'(name) {
		const p = await productOf({name: `Findable ${process.pid}`}), one = await office(), {page} = one;

		await page.goto(`${shop}/admin/#/products`);
		await page.locator('#find').fill(p.name.toLowerCase());
		await page.waitForFunction(() =>
		    document.querySelectorAll('tbody tr').length === 1);
		await page.locator('#which').selectOption('off');
		await page.getByText('No products here').waitFor();
		same(await page.locator('#find').inputValue(), p.name.toLowerCase(),
		    'off sale, the search goes on');
		await page.locator('#which').selectOption('on');
		await page.getByRole('link', {name: p.name}).click();
		await page.locator('#restock').waitFor();
		await page.goBack();
		await page.locator('#find').waitFor();
		same([await page.locator('#find').inputValue(),
		    await page.locator('tbody tr').count()], [p.name.toLowerCase(), 1],
		    'and is there when one comes back');
		await page.route('**/v1/products?*', (route) => route.abort());
		await page.locator('#find').fill('other');
		await page.locator('#note').waitFor();
		check(true, 'a search that fails is told');
		await leave(one, name);
	},

	async 'a product whose answer was lost'(name) {
		const one = await office(), {page} = one;
		const fill = async (n) => {
			await page.goto(`${shop}/admin/#/products/new`);
			await page.locator('#name').fill(n);
			await page.locator('#price').fill('5');
		};

		const lost = `Lost ${process.pid}`, next = `Next ${process.pid}`;

		await fill(lost);
		await page.route('**/v1/products', async (route) => {
			await route.fetch();
			return route.abort('connectionreset');
		});
		await page.locator('#product button.main').click();
		await page.locator('.waiting').waitFor();
		await page.reload();
		await page.locator('.waiting').waitFor();
		await fill(next);
		await page.locator('#product button.main').click();
		await page.unroute('**/v1/products');
		await page.locator('#note').waitFor();
		same(await page.locator('#name').inputValue(), next, 'the next is not lost');
		await page.locator('#product button.main').click();
		await page.waitForURL(/#\/products\/\d+$/);
		const made = async (n) => (await api('GET',
		    `/v1/products?q=${encodeURIComponent(n)}`)).body.items.length;
		same([await made(lost), await made(next)], [1, 1], 'each made once');
		await leave(one, name);
	},

	async 'a description of two lines'(name) {
		const one = await office(), {page} = one;

		await page.goto(`${shop}/admin/#/products/new`);
		await page.locator('#name').fill('Described');
		await page.locator('#price').fill('5');
		await page.locator('#description').focus();
		await page.keyboard.type('one');
		await page.keyboard.press('Enter');
		await page.keyboard.type('two');
		await page.locator('#product button.main').click();
		await page.waitForURL(/#\/products\/\d+$/);
		same((await api('GET', '/v1/products?q=Described&sort=-id')).body.items.length > 0,
		    true, 'is saved as one, which the shop takes');
		await leave(one, name);
	},

	async 'the end of a long list'(name) {
		const one = await visitor(), {page} = one;
		const cards = page.locator('ul.cards:not(.best) .card');
		const bottom = async () => {
			await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
			await wait(150);
		};

		for (let n = 0; n < 101; n++)
			await productOf({name: `One of many ${process.pid}`});
		await page.goto(`${shop}/#/?q=of+many+${process.pid}`);
		for (let n = 0; n < 20 && await cards.count() < 100; n++)
			await bottom();
		await bottom();
		await bottom();
		same([await cards.count(), await page.evaluate(() => {
			const {bottom} = document.querySelector('footer').getBoundingClientRect();

			return bottom <= innerHeight + 1;
		})], [100, true], 'is come by in steps, and the foot of the page, too');
		await leave(one, name);
	},

	async 'Korean as it is typed'(name) {
		const one = await visitor({locale: 'ko-KR'}), {page} = one;
		const typist = await one.context.newCDPSession(page);
		const compose = (text) => typist.send('Input.imeSetComposition',
		    {text, selectionStart: text.length, selectionEnd: text.length});

		await page.goto(shop);
		await page.locator('.card').first().waitFor();
		await page.locator('#q').focus();
		await page.evaluate(() => {
			window.ends = 0;
			addEventListener('compositionend', () => window.ends++, true);
		});
		for (const text of ['ㄴ', '노', '녹', '녹ㅊ']) {
			await compose(text);
			await wait(400);
		}
		await compose('녹차');
		await page.waitForFunction(() => document.querySelectorAll('.card').length === 1);
		same([await page.locator('#q').inputValue(), await page.evaluate(() => window.ends)],
		    ['녹차', 0], 'no search breaks a syllable off');
		await leave(one, name);
	},

	async 'long names and great numbers'(name) {
		const p = await productOf({name: 'Donaudampfschiff'.repeat(6), stock: 1000000,
		    price: 9007199254740});
		const one = await atCart(1, p, 90, {width: 360, height: 740}), {page} = one;
		const box = await page.locator('.line .name').boundingBox();

		check(box.width > 80 && box.height < 300, 'leave each other room', box);
		await page.goto(`${shop}/#/products/${p.id}`);
		await page.locator('form.add').waitFor();
		check((await text(page, '.stock')).includes('1,000,000'), 'with separators');
		await leave(one, name);
	},
});
