// SPDX-License-Identifier: MIT
//
// Today's figures, added up from the orders that the API lists: newest first, until
// one is of yesterday.
import {html, nothing} from '../page.js';
import {get} from '../api.js';
import {count, points, time} from '../format.js';
import {t} from '../text.js';

const PAGES_MAX = 20;			// of 100 orders; more are "at least"
const FEW = 10;

async function ordersSince(midnight) {
	const found = [];
	let cursor = '';

	for (let page = 0; page < PAGES_MAX; page++) {
		const {items, nextCursor} = await get(
		    `/v1/orders?scope=all&limit=100${cursor}`);
		const fresh = items.filter((o) => new Date(o.createdAt) >= midnight);

		found.push(...fresh);
		if (fresh.length < items.length || nextCursor === null)
			return {found, whole: true};
		cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
	}
	return {found, whole: false};
}

// What sells best, with its stock: what to order again.
async function sellers() {
	const {items, from} = await get('/v1/products/top');
	const ids = items.map((item) => item.productId).join(',');
	const stock = ids === '' ? [] : (await get(`/v1/products?ids=${ids}`)).items;

	return {from, items: items.map((item) => ({...item,
	    stock: stock.find((p) => p.id === item.productId)?.stock ?? 0}))};
}

export async function today() {
	const midnight = new Date();

	midnight.setHours(0, 0, 0, 0);
	const [{found, whole}, best] = await Promise.all([ordersSince(midnight),
	    sellers()]);
	const of = (status) => found.filter((o) => o.status === status);
	const sold = found.filter((o) => o.status !== 'cancelled');
	const figure = (name, value) => html`<li>${t(name)}
		<strong>${whole ? '' : '≥ '}${value}</strong></li>`;

	return {
		title: () => t('today'),
		draw: () => html`
			<h1 tabindex="-1">${t('today')}</h1>
			<ul class="figures">
				${figure('figure_orders', count(found.length))}
				${figure('figure_revenue', points(sold.reduce(
					(sum, o) => sum + o.totalPrice, 0)))}
				${figure('figure_waiting', count(of('paid').length))}
				${figure('figure_fulfilled', count(of('fulfilled').length))}
				${figure('figure_cancelled', count(of('cancelled').length))}
			</ul>
			<p><a href="#/orders?status=paid">${t('to_waiting')}</a></p>
			<h2>${t('best_sellers')}</h2>
			<div class="scroll" tabindex="0" role="region" aria-label=${t('best_sellers')}>
			<table>
				<thead><tr><th scope="col">${t('product')}</th>
					<th scope="col" class="number">${t('sold')}</th>
					<th scope="col" class="number">${t('stock')}</th></tr></thead>
				<tbody>${best.items.map((item) => html`<tr>
					<td><a href="#/products/${item.productId}" dir="auto">${
						item.name}</a></td>
					<td class="number">${count(item.sold)}</td>
					<td class="number">${item.stock < FEW
						? html`<span class="few">${count(item.stock)}</span>`
						: count(item.stock)}</td>
				</tr>`)}</tbody>
			</table></div>
			<p class="hint">${t('since', {time: time(best.from)})}</p>`,
	};
}
