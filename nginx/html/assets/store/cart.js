// SPDX-License-Identifier: MIT
//
// The cart and its checkout.  What is paid is the total that stands on the screen:
// where the shop has another one by now it says so, and the buyer looks again.
import {html, nothing, draw, go, notice, press, say, words} from '../page.js';
import {get, Problem} from '../api.js';
import {once} from '../once.js';
import {count, points} from '../format.js';
import {t} from '../text.js';
import {picture} from '../picture.js';
import {basket, basketRead, basketRemove, basketSet} from './basket.js';
import {charge, chargeable} from './purse.js';

export async function cart() {
	// wanted: quantities that are on their way to the shop, by product.
	const view = {balance: 0, refusal: null, wanted: new Map()};

	await look(view);
	return {title: () => t('cart'), draw: () => cartDraw(view)};
}

async function look(view) {
	[{balance: view.balance}] = await Promise.all([get('/v1/points/balance'),
	    basketRead()]);
}

// An order that was paid, now or while the page was away.
export function paid(order) {
	void basketRead();
	go(`#/orders/${order.id}`);
	notice(t('paid', {id: order.id}));
}

async function checkOut(view) {
	const wrong = document.querySelector('.lines :invalid');

	if (wrong) {
		wrong.reportValidity();
		return;
	}
	view.refusal = null;
	try {
		const {answer} = await once('checkout', 'POST', '/v1/cart/checkout',
		    {totalPrice: basket().totalPrice});

		paid(answer);
	} catch (e) {
		if (!(e instanceof Problem) || e.status === 401)
			throw e;
		view.refusal = e;
		await look(view);
		say(refusalWords(view));
	}
}

// ---- What a refusal means for whom it meets

const shortOf = (view) => Math.max(0, (basket()?.totalPrice ?? 0) - view.balance);

function refusalWords(view) {
	const {code, body, message} = view.refusal;

	switch (code) {
	case 'insufficient_points':
		return t('short', {short: points(shortOf(view) ||
		    body.required - body.available)});
	case 'insufficient_stock':
		return t('stock_went');
	case 'price_changed':
		return t('price_changed', {total: points(basket().totalPrice)});
	case 'product_not_found':
		return t('product_went');
	case 'payment_failed':
		return t('payment_failed');
	case 'cart_empty':
		return t('cart_was_paid');
	default:
		return message;
	}
}

// What is wrong with a line, by what the shop tells of it now.
function lineFault(line) {
	if (!line.onSale)
		return html`<p class="fault">${t('not_sold')}</p>`;
	if (line.stock === 0)
		return html`<p class="fault">${t('sold_out_meanwhile')}</p>`;
	if (line.stock < line.quantity)
		return html`<p class="fault">${t('only', {n: count(line.stock)})}
			<button @click=${press(() => basketSet(line.productId, line.stock))}
				>${t('take', {n: count(line.stock)})}</button></p>`;
	return nothing;
}

const isFaulty = (line) => !line.onSale || line.stock < line.quantity;

const lineDraw = (view, line) => html`
	<li class="line" data-product=${line.productId}>
		${picture(line.imageUrl, 72)}
		<div>
			<a class="name" dir="auto" href="#/products/${line.productId}">${
				line.name}</a>
			<p class="price">${points(line.price)}</p>
			${lineFault(line)}
		</div>
		<p class="sum">${points(line.price * line.quantity)}</p>
		<div class="many">
			<label class="unseen" for="n${line.productId}">${
				t('quantity_of', {name: line.name})}</label>
			<input id="n${line.productId}" type="number" min="1" max="1000"
				required inputmode="numeric"
				.value=${String(view.wanted.get(line.productId) ?? line.quantity)}
				@change=${(event) => changed(view, line, event.target)}>
			<button class="plain remove" aria-label=${
				t('remove_of', {name: line.name})}
				@click=${press(() => basketRemove(line.productId))}>${
				t('remove')}</button>
		</div>
	</li>`;

// One request at a time for a line: whoever types on means the last number.
async function changed({wanted}, {productId}, input) {
	const isUnderWay = wanted.has(productId);

	if (!input.reportValidity())
		return;
	wanted.set(productId, Number(input.value));
	draw();
	if (isUnderWay)
		return;
	try {
		let quantity;

		do {
			quantity = wanted.get(productId);
			await basketSet(productId, quantity);
		} while (wanted.get(productId) !== quantity);
	} catch (e) {
		if (e.status !== 401)
			notice(words(e), 'bad');
	} finally {
		wanted.delete(productId);
		draw();
	}
}

const cartDraw = (view) => {
	const {items, totalPrice} = basket() ?? {items: [], totalPrice: 0};

	if (items.length === 0)
		return html`
			<h1 tabindex="-1">${t('cart')}</h1>
			${view.refusal ? html`<p class="note bad">${refusalWords(view)}
				<a href="#/orders">${t('orders')}</a></p>` : nothing}
			<p>${t('cart_empty')} <a href="#/">${t('go_on')}</a></p>`;
	return html`
		<h1 tabindex="-1">${t('cart')}</h1>
		${view.refusal ? html`<p class="note bad" id="refusal">${
			refusalWords(view)}</p>` : nothing}
		<div class="checkout">
		<ul class="lines">${items.map((line) => lineDraw(view, line))}</ul>
		<div class="pay">
			<p>${t('total')} <strong id="total">${points(totalPrice)}</strong></p>
			<p>${t('your_balance')} ${points(view.balance)}</p>
			${shortOf(view) ? shortDraw(view) : html`
				<p>${t('balance_then')} ${points(view.balance - totalPrice)}</p>`}
			<button class="main" id="pay"
				?disabled=${items.some(isFaulty) || shortOf(view) > 0 ||
					view.wanted.size > 0}
				@click=${press(() => checkOut(view))}>${
				t('pay', {total: points(totalPrice)})}</button>
			${items.some(isFaulty) ? html`<p class="fault">${
				t('line_faults')}</p>` : nothing}
		</div></div>`;
};

// Short of points: by how many, and the way to have them.
const shortDraw = (view) => html`
	<div class="note bad" id="short">
		<p>${t('short', {short: points(shortOf(view))})}</p>
		<button @click=${press(async () => {
			await charge(chargeable(shortOf(view)));
			view.refusal = null;
			await look(view);
			draw();
		})}>${t('charge_n', {n: points(chargeable(shortOf(view)))})}</button>
	</div>`;
