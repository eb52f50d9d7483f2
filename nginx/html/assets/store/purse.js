// SPDX-License-Identifier: MIT
// A customer's points: the balance, charging, and the history of both.
import {html, nothing, draw, faultsOf, field, notice, press, say} from '../page.js';
import {get} from '../api.js';
import {once} from '../once.js';
import {List, watch} from '../list.js';
import {points, signed, time} from '../format.js';
import {t} from '../text.js';

const ONCE_MAX = 1_000_000_000;		// points, one charge
const OFFERS = [10_000, 50_000, 100_000];

export const chargeable = (amount) => Math.min(amount, ONCE_MAX);

// Adds points; an earlier charge whose answer is still open is asked for instead.
export async function charge(amount) {
	const {answer} = await once('charge', 'POST', '/v1/points/charge', {amount});

	notice(t('charged', {amount: points(answer.amount)}));
	return answer;
}

export async function purse() {
	const view = {balance: 0, list: null, faults: {}};

	await look(view);
	return {
		title: () => t('points'), draw: () => purseDraw(view), drawn: watch,
		leave: () => view.list.stop(),
	};
}

async function look(view) {
	[{balance: view.balance}, view.list] = await Promise.all([
		get('/v1/points/balance'),
		new List('/v1/points/transactions').first(),
	]);
}

async function charged(view, amount, form) {
	try {
		view.faults = {};
		await charge(amount);
		form?.reset();
	} catch (e) {
		view.faults = faultsOf(e);
		if (!view.faults['/amount'])
			throw e;
	}
	await look(view);
	draw();
}

const purseDraw = (view) => html`
	<h1 tabindex="-1">${t('points')}</h1>
	<p class="balance">${t('your_balance')} <strong id="balance">${
		points(view.balance)}</strong></p>
	<section aria-labelledby="charge">
		<h2 id="charge">${t('charge')}</h2>
		<form class="row" @submit=${press((event) => charged(view,
			Number(new FormData(event.target).get('amount')), event.target))}>
			${field(t('amount'), 'amount', view.faults['/amount'], html`
				<input id="amount" name="amount" type="number" min="1"
					max=${ONCE_MAX} required inputmode="numeric"
					aria-invalid=${String('/amount' in view.faults)}
					aria-describedby="amount-fault">`)}
			<button class="main">${t('charge')}</button>
		</form>
		<p class="offers">${OFFERS.map((n) => html`
			<button @click=${press(() => charged(view, n))}>${signed(n)}</button>`)}</p>
	</section>
	<section aria-labelledby="history">
		<h2 id="history">${t('history')}</h2>
		${view.list.items.length ? html`<ul class="rows">${
			view.list.items.map((row) => html`
			<li>
				<span>${row.orderId
					? html`<a href="#/orders/${row.orderId}">${
						t(`type_${row.type}`)} · ${
						t('order_n', {id: row.orderId})}</a>`
					: t(`type_${row.type}`)}</span>
				<time datetime=${row.createdAt}>${time(row.createdAt)}</time>
				<span class="amount">${signed(row.amount)}</span>
				<span class="then">${t('then', {n: points(row.balanceAfter)})}</span>
			</li>`)}</ul>` : html`<p>${t('history_none')}</p>`}
		${view.list.end()}
	</section>`;
