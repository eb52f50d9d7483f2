// SPDX-License-Identifier: MIT
// A customer's day by a client whose types are made of the OpenAPI document:
// SHOP_URL=http://127.0.0.1:8080.  Prints a line for each step; what is not as
// it should be ends it, with exit status 1.
//
// What the document doesn't have, doesn't compile, and what it has and the shop
// doesn't, ends the day.  A new step is a function of a `Shop` below, and a line
// in `day`.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Shop = ReturnType<typeof createClient<paths>>;
type Problem = components["schemas"]["Problem"];
type Order = components["schemas"]["Order"];

// What openapi-fetch answers, by whether it was refused.
type Answered<T> = { data?: T; error?: unknown; response: Response };

// The body of a success.
function done<T>({ data, error, response }: Answered<T>): NonNullable<T> {
	if (error !== undefined || data === undefined || data === null)
		throw new Error(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
	return data;
}

// The problem that it was refused by, which must be this one: of its own type.
function refused<C extends Problem["code"]>(
	code: C,
	{ error, response }: { error?: Problem; response: Response },
): Extract<Problem, { code: C }> {
	assert.equal(error?.code, code, response.url);
	return error as Extract<Problem, { code: C }>;
}

// A success without a body.
function empty({ error, response }: { error?: unknown; response: Response }): void {
	assert.equal(error, undefined);
	assert.equal(response.status, 204, response.url);
}

// A write that is repeated happens once: its key is made before it is sent.
function key(): { header: { "Idempotency-Key": string } } {
	return { header: { "Idempotency-Key": randomUUID() } };
}

const say = (line: string): void => console.log(line);

// ---- Who it is

const password = "correct horse";

async function signUp(shop: Shop): Promise<string> {
	const email = `typed-${randomUUID()}@example.com`;
	const body = { email, name: "민지", password };
	const account = done(await shop.POST("/v1/users", { body }));
	assert.equal(account.role, "customer");
	refused("email_taken", await shop.POST("/v1/users", { body }));
	say(`signed up: ${account.name}`);
	return email;
}

// From here on each request has the token.
async function logIn(shop: Shop, email: string): Promise<void> {
	refused("invalid_credentials", await shop.POST("/v1/tokens", {
		body: { email, password: "a guess" },
	}));
	const token = done(await shop.POST("/v1/tokens", { body: { email, password } }));
	shop.use({
		onRequest({ request }) {
			request.headers.set("Authorization",
				`${token.tokenType} ${token.accessToken}`);
			return request;
		},
	});
	const account = done(await shop.GET("/v1/users/me"));
	assert.equal(account.email, email);
	const changed = done(await shop.PATCH("/v1/users/me", { body: { name: "유나" } }));
	say(`logged in: ${changed.name}`);
}

async function leave(shop: Shop): Promise<void> {
	empty(await shop.DELETE("/v1/users/me", { body: { currentPassword: password } }));
	refused("unknown_user", await shop.GET("/v1/points/balance"));
	say("gone");
}

// ---- Points

async function charge(shop: Shop, amount: number): Promise<void> {
	const params = key();
	const first = await shop.POST("/v1/points/charge", { params, body: { amount } });
	const again = await shop.POST("/v1/points/charge", { params, body: { amount } });
	assert.deepEqual(done(again), done(first));
	assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");
	const balance = done(await shop.GET("/v1/points/balance"));
	assert.equal(balance.balance, done(first).balanceAfter);
	say(`charged once: ${balance.balance}`);
}

async function ledger(shop: Shop): Promise<void> {
	let sum = 0;
	const types: string[] = [];
	let cursor: string | null = null;
	do {
		const page: components["schemas"]["Transactions"] =
			done(await shop.GET("/v1/points/transactions", {
				params: { query: { limit: 2, ...(cursor === null ? {} : { cursor }) } },
			}));
		for (const row of page.items) {
			sum += row.amount;
			types.push(row.type);
		}
		cursor = page.nextCursor;
	} while (cursor !== null);
	const { balance } = done(await shop.GET("/v1/points/balance"));
	assert.equal(sum, balance);
	say(`ledger: ${types.reverse().join(" ")}`);
}

// ---- Looking around

// All there are in two pages or more, each once, the cheapest first.
async function browse(shop: Shop): Promise<void> {
	const seen = new Map<number, number>();
	let cursor: string | null = null;
	let pages = 0;
	do {
		const page: components["schemas"]["Products"] =
			done(await shop.GET("/v1/products", {
				params: { query: {
					limit: 10, sort: "price",
					...(cursor === null ? {} : { cursor }),
				} },
			}));
		for (const { id, price } of page.items) {
			assert.ok(!seen.has(id), "a product comes twice");
			seen.set(id, price);
		}
		cursor = page.nextCursor;
		pages += 1;
	} while (cursor !== null);
	const prices = [...seen.values()];
	assert.deepEqual(prices, [...prices].sort((a, b) => a - b));
	say(`browsed: ${seen.size} products, ${pages} pages`);
}

async function search(shop: Shop): Promise<number> {
	const found = done(await shop.GET("/v1/products", {
		params: { query: { q: "녹차" } },
	}));
	refused("forbidden", await shop.GET("/v1/products", {
		params: { query: { onSale: false } },
	}));
	const id = found.items[0]?.id;
	assert.ok(id !== undefined, "there is no tea");
	const product = done(await shop.GET("/v1/products/{id}", {
		params: { path: { id } },
	}));
	assert.ok(product.stock > 0);
	const top = done(await shop.GET("/v1/products/top"));
	assert.ok(top.items.every(({ rank }, i) => rank === i + 1));
	say(`found: ${product.name}`);
	return id;
}

// ---- Buying

async function buyByCart(shop: Shop, productId: number): Promise<Order> {
	done(await shop.POST("/v1/cart/items", {
		params: key(), body: { productId, quantity: 1 },
	}));
	done(await shop.PUT("/v1/cart/items/{productId}", {
		params: { path: { productId } }, body: { quantity: 3 },
	}));
	done(await shop.DELETE("/v1/cart/items/{productId}", {
		params: { path: { productId }, query: { quantity: 1 } },
	}));
	const cart = done(await shop.GET("/v1/cart"));
	assert.deepEqual(cart.items.map((line) => [line.productId, line.quantity]),
		[[productId, 2]]);
	const { totalPrice } = cart;
	const changed = refused("price_changed", await shop.POST("/v1/cart/checkout", {
		params: key(), body: { totalPrice: totalPrice + 1 },
	}));
	assert.equal(changed.totalPrice, totalPrice);
	const order = done(await shop.POST("/v1/cart/checkout", {
		params: key(), body: { totalPrice },
	}));
	assert.equal(order.totalPrice, totalPrice);
	refused("cart_empty", await shop.POST("/v1/cart/checkout", { params: key() }));
	say(`checked out: ${order.items.length} line, ${order.totalPrice} points`);
	return order;
}

async function buy(shop: Shop, productId: number): Promise<Order> {
	const items = [{ productId, quantity: 1 }];
	const order = done(await shop.POST("/v1/orders", { params: key(), body: { items } }));
	const short = refused("insufficient_points", await shop.POST("/v1/orders", {
		params: key(), body: { items: [{ productId, quantity: 100 }] },
	}));
	assert.ok(short.available < short.required);
	const read = done(await shop.GET("/v1/orders/{id}", {
		params: { path: { id: order.id } },
	}));
	assert.deepEqual(read, order);
	say(`ordered: ${read.status}`);
	return order;
}

async function cancel(shop: Shop, id: number): Promise<void> {
	const params = { ...key(), path: { id } };
	const order = done(await shop.POST("/v1/orders/{id}/cancel", { params }));
	assert.equal(order.payment.status, "refunded");
	say(`${order.status}: ${order.id === id}`);
}

async function orders(shop: Shop, expected: number[]): Promise<void> {
	const list = done(await shop.GET("/v1/orders"));
	assert.deepEqual(list.items.map(({ id }) => id), expected);
	const paid = done(await shop.GET("/v1/orders", {
		params: { query: { status: "paid" } },
	}));
	say(`orders: ${list.items.length}, of which paid: ${paid.items.length}`);
}

// ---- What must not compile: types that take anything would prove nothing

async function neverAsked(shop: Shop): Promise<void> {
	// @ts-expect-error: an amount is a number
	await shop.POST("/v1/points/charge", { body: { amount: "1000" } });
	// @ts-expect-error: an amount is needed
	await shop.POST("/v1/points/charge", { body: {} });
	// @ts-expect-error: no such route
	await shop.GET("/v1/points");
	// @ts-expect-error: no such order of products
	await shop.GET("/v1/products", { params: { query: { sort: "name" } } });
	// @ts-expect-error: no such member of an answer
	say(done(await shop.GET("/v1/cart")).total);
	// @ts-expect-error: no such code
	refused("no_money", await shop.GET("/v1/cart"));
}
assert.equal(typeof neverAsked, "function");

async function day(shop: Shop): Promise<void> {
	await logIn(shop, await signUp(shop));
	await charge(shop, 100000);
	await browse(shop);
	const tea = await search(shop);
	const first = await buyByCart(shop, tea);
	const second = await buy(shop, tea);
	await cancel(shop, second.id);
	await orders(shop, [second.id, first.id]);
	await ledger(shop);
	await leave(shop);
}

const baseUrl = process.env["SHOP_URL"];
assert.ok(baseUrl, "say where the shop is: SHOP_URL");
await day(createClient<paths>({ baseUrl }));
