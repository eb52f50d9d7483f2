// SPDX-License-Identifier: MIT
// Everybody's orders: by status, to be delivered or cancelled.
import {html, nothing, draw, go, messageView, notice, place, press} from '../page.js';
import {getOrNull} from '../api.js';
import {once} from '../once.js';
import {List, watch} from '../list.js';
import {count, points, time} from '../format.js';
import {t} from '../text.js';
import {first, orderTable, status} from '../store/orders.js';

const STATES = ['paid', 'fulfilled', 'cancelled'];

export async function orders() {
	const asked = place().query.get('status');
	const state = STATES.includes(asked) ? asked : '';
	const list = await new List(`/v1/orders?scope=all${
		state ? `&status=${state}` : ''}`).first();

	return {
		title: () => t('orders'), drawn: watch, leave: () => list.stop(),
		draw: () => html`
			<div class="bar">
				<h1 tabindex="-1">${t('orders')}</h1>
				<label>${t('status')}
					<select @change=${(event) => go(`#/orders${event.target.value
						? `?status=${event.target.value}` : ''}`)}>
						<option value="">${t('all')}</option>
						${STATES.map((s) => html`<option value=${s}
							?selected=${s === state}>${t(`status_${s}`)}</option>`)}
					</select></label>
			</div>
			${list.items.length ? html`<ul class="rows">${
				list.items.map((o) => row(list, o))}</ul>`
			: html`<p>${t('orders_nobody')}</p>`}
			${list.end()}`,
	};
}

const row = (list, o) => html`
	<li data-order=${o.id}>
		<a href="#/orders/${o.id}">${t('order_n', {id: o.id})}</a>
		<time datetime=${o.createdAt}>${time(o.createdAt)}</time>
		<span>${t('customer_n', {id: o.userId})}</span>
		<span class="what" dir="auto">${first(o)}</span>
		<span class="amount">${points(o.totalPrice)}</span>
		${status(o.status)}
		${o.status === 'paid' ? html`<button aria-label=${t('fulfil_n', {id: o.id})}
			@click=${press(async () => {
				o.status = (await done(o.id, 'fulfil')).status;
			})}>${t('fulfil')}</button>` : nothing}
	</li>`;

// Asked for until there is an answer, by another page if need be.
async function done(id, what) {
	const {answer} = await once(`${what}-${id}`, 'POST', `/v1/orders/${id}/${what}`);

	notice(t(`done_${what}`, {id}));
	return answer;
}

export async function order(id) {
	const view = {order: await getOrNull(`/v1/orders/${id}`), asked: false};

	if (!view.order)
		return messageView(t('order_none'), '',
		    html`<p><a href="#/orders">${t('orders_all')}</a></p>`);
	const act = (what) => press(async () => {
		view.order = await done(id, what);
		view.asked = false;
	});

	return {
		title: () => t('order_n', {id}),
		draw: () => html`
			<h1 tabindex="-1">${t('order_n', {id})}</h1>
			${orderTable(view.order)}
			${view.order.status !== 'paid' ? nothing : view.asked ? html`
				<div class="note" role="group" aria-labelledby="sure">
					<p id="sure">${t('cancel_for_buyer',
						{amount: points(view.order.totalPrice)})}</p>
					<button class="danger" id="cancel-yes" @click=${act('cancel')}>${
						t('cancel_yes')}</button>
					<button @click=${() => { view.asked = false; draw(); }}>${
						t('cancel_no')}</button>
				</div>` : html`<p>
				<button class="main" id="fulfil" @click=${act('fulfil')}>${
					t('fulfil')}</button>
				<button id="cancel" @click=${() => {
					view.asked = true;
					draw();
					document.getElementById('cancel-yes').focus();
				}}>${t('cancel')}</button></p>`}
			<p><a href="#/orders">${t('orders_all')}</a></p>`,
	};
}
