// SPDX-License-Identifier: MIT
//
// The customer's cart as the shop last told it.  It is kept there, not here: what
// was put in is still in it after a new log-in, on another machine, too.
import {call, get} from '../api.js';
import {once} from '../once.js';
import {onSession, session} from '../session.js';
import {draw} from '../page.js';

let cart = null, whose;

onSession(() => { cart = session()?.user.id === whose ? cart : null; });

export const basket = () => cart;
export const basketCount = () => (cart?.items ?? [])
	.reduce((n, line) => n + line.quantity, 0);

// The cart as the request tells it; not where somebody else is here by then.
async function took(request) {
	const asker = session()?.user.id;
	const answer = await request;

	if (session()?.user.id === asker) {
		cart = answer;
		whose = asker;
		draw();
	}
	return cart;
}

// One after another: of two answers the later one is the newer.
let last = Promise.resolve();

function inTurn(request) {
	const mine = last.catch(() => {}).then(() => session() ? took(request()) : null);

	last = mine;
	return mine;
}

export const basketRead = () => inTurn(() => get('/v1/cart'));

// Adding is no request that may come twice: it has a key.
export async function basketAdd(productId, quantity) {
	const {answer, earlier} = await once(`add-${productId}`, 'POST', '/v1/cart/items',
	    {productId, quantity});

	return earlier ? basketAdd(productId, quantity) : took(answer);
}

// These say what is to be, and may come as often as they like.
export const basketSet = (productId, quantity) => inTurn(() =>
	call('PUT', `/v1/cart/items/${productId}`, {body: {quantity}}));
export const basketRemove = (productId) => inTurn(() =>
	call('DELETE', `/v1/cart/items/${productId}`));
