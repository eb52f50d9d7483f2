// SPDX-License-Identifier: MIT
//
// The customer's cart as the shop last told it.  It is kept there, not here: what
// was put in is still in it after a new log-in, on another machine, too.
import {call, get} from '../api.js';
import {once} from '../once.js';
import {onSession, session} from '../session.js';
import {draw} from '../page.js';

let cart = null;

onSession(() => { cart = session() ? cart : null; });

export const basket = () => cart;
export const basketCount = () => (cart?.items ?? [])
	.reduce((n, line) => n + line.quantity, 0);

function took(answer) {
	cart = answer;
	draw();
	return cart;
}

export async function basketRead() {
	return session() ? took(await get('/v1/cart')) : null;
}

// Adding is no request that may come twice: it has a key.
export async function basketAdd(productId, quantity) {
	const {answer} = await once(`add-${productId}`, 'POST', '/v1/cart/items',
	    {productId, quantity});

	return took(answer);
}

// These say what is to be, and may come as often as they like.
export const basketSet = async (productId, quantity) =>
	took(await call('PUT', `/v1/cart/items/${productId}`, {body: {quantity}}));
export const basketRemove = async (productId) =>
	took(await call('DELETE', `/v1/cart/items/${productId}`));
