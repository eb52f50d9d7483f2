// SPDX-License-Identifier: MIT
// A customer's orders: all of them, and one with the way to cancel it.
import {html, nothing, draw, messageView, notice, press} from '../page.js';
import {call, getOrNull} from '../api.js';
import {List, watch} from '../list.js';
import {count, points, time} from '../format.js';
import {t} from '../text.js';

export const status = (s) => html`<span class="status ${s}">${t(`status_${s}`)}</span>`;

export async function orders() {
	const list = await new List('/v1/orders').first();

	return {
		title: () => t('orders'), drawn: watch, leave: () => list.stop(),
		draw: () => html`
			<h1 tabindex="-1">${t('orders')}</h1>
			${list.items.length ? html`<ul class="rows">${list.items.map((o) => html`
				<li>
					<a href="#/orders/${o.id}">${t('order_n', {id: o.id})}</a>
					<time datetime=${o.createdAt}>${time(o.createdAt)}</time>
					<span class="what" dir="auto">${first(o)}</span>
					<span class="amount">${points(o.totalPrice)}</span>
					${status(o.status)}
				</li>`)}</ul>`
			: html`<p>${t('orders_none')} <a href="#/">${t('go_on')}</a></p>`}
			${list.end()}`,
	};
}

// An order's first line, and how many follow.
export const first = (o) => html`${count(o.first.quantity)} × <bdi>${o.first.name}</bdi>${
	o.lines > 1 ? ` ${t('and_more', {n: o.lines - 1})}` : ''}`;

export async function order(id) {
	const view = {order: await getOrNull(`/v1/orders/${id}`), asked: false};

	if (!view.order)
		return messageView(t('order_none'), t('order_none_text'),
		    html`<p><a href="#/orders">${t('orders_all')}</a></p>`);
	return {
		title: () => t('order_n', {id}),
		draw: () => orderDraw(view),
	};
}

// Cancelling is one effect however often it is asked for, and needs no key.
async function cancel(view) {
	view.order = await call('POST', `/v1/orders/${view.order.id}/cancel`);
	view.asked = false;
	notice(t('cancelled', {amount: points(view.order.payment.amount)}));
}

// Lines and times of an order, for its buyer and for the shop's owner.
export const orderTable = (o) => html`
	<p>${status(o.status)} · <time datetime=${o.createdAt}>${time(o.createdAt)}</time></p>
	<ul class="lines">${o.items.map((line) => html`
		<li class="line">
			<a class="name" dir="auto" href="#/products/${line.productId}">${line.name}</a>
			<span>${count(line.quantity)} × ${points(line.price)}</span>
			<span class="sum">${points(line.quantity * line.price)}</span>
		</li>`)}</ul>
	<dl class="facts">
		<dt>${t('total')}</dt><dd><strong>${points(o.totalPrice)}</strong></dd>
		<dt>${t('payment')}</dt><dd>${t(`payment_${o.payment.status}`)}</dd>
		${o.cancelledAt ? html`<dt>${t('status_cancelled')}</dt>
			<dd>${time(o.cancelledAt)}</dd>` : nothing}
		${o.fulfilledAt ? html`<dt>${t('status_fulfilled')}</dt>
			<dd>${time(o.fulfilledAt)}</dd>` : nothing}
	</dl>`;

const orderDraw = (view) => html`
	<h1 tabindex="-1">${t('order_n', {id: view.order.id})}</h1>
	${orderTable(view.order)}
	${view.order.status !== 'paid' ? nothing : view.asked ? html`
		<div class="note" role="group" aria-labelledby="sure">
			<p id="sure">${t('cancel_sure',
				{amount: points(view.order.totalPrice)})}</p>
			<button class="main" id="cancel-yes" @click=${press(() => cancel(view))}>${
				t('cancel_yes')}</button>
			<button @click=${() => { view.asked = false; draw(); }}>${
				t('cancel_no')}</button>
		</div>`
	: html`<p><button id="cancel" @click=${() => {
		view.asked = true;
		draw();
		document.getElementById('cancel-yes').focus();
	}}>${t('cancel')}</button></p>`}
	<p><a href="#/orders">${t('orders_all')}</a></p>`;
