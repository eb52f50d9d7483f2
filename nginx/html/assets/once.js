// SPDX-License-Identifier: MIT
//
// A write that happens once, whatever becomes of its answer: this file is how to use
// the shop's Idempotency-Key.
//
//	const {answer} = await once('checkout', 'POST', '/v1/cart/checkout', body);
//
// 1. The key is made and kept BEFORE the request is sent.  Where the browser keeps
//    nothing the page does, and whoever would leave it meanwhile is asked first.
// 2. While nobody knows what happened - no answer, 503, 429, a reload, a crash - the
//    same request is sent again with the same key.  The shop does it once, and
//    answers as it answered first.
// 3. Only an answer ends it: done, or refused.
//
// A second click, or another tab, finds the write that is under way and waits for
// its answer instead of making another one.
import {call, NoAnswer, Problem} from './api.js';
import {session} from './session.js';
import {forgets, store, stored, storedNames, unstore} from './stored.js';

// The shop keeps a key for 24 hours at least.  After that the same request would
// be a new one, so it isn't sent any more.
const KEPT_MS = 23 * 3600 * 1000;
const PAUSE_MS = 500, PAUSE_MAX_MS = 8000;
const PREFIX = 'shop.once.';
const SETTLED = ['charge_failed', 'payment_failed'];

// Its owner logged out, or another one logged in: it is asked for when he is back.
export class Postponed extends Error {}

const underWay = new Map();
const listeners = new Set();

const nameOf = (slot) => `${PREFIX}${session()?.user.id ?? 0}.${slot}`;

function load(name) {
	try {
		const write = JSON.parse(stored(name));

		return write && Date.now() - write.made < KEPT_MS ? write : null;
	} catch {
		return null;
	}
}

// The browser's own question; it takes no words of a page.
const askFirst = (event) => {
	if (storedNames().some((name) => name.startsWith(PREFIX) && forgets(name)))
		event.preventDefault();
};

function keep(name, write) {
	store(name, JSON.stringify(write));
	if (forgets(name))
		addEventListener('beforeunload', askFirst);
}

// Another tab may have heard the answer already, and begun the next write.
const isLast = (name, write) => load(name)?.key === write.key;

function drop(name, write) {
	if (isLast(name, write))
		unstore(name);
}

function newKey() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));

	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

// 503 payment_failed and charge_failed say that nothing happened; any other 5xx
// says that nobody knows.
const isOpen = (e) => e instanceof NoAnswer || (e instanceof Problem &&
    !SETTLED.includes(e.code) && (e.status >= 500 || e.status === 429 ||
    e.code === 'idempotency_in_progress'));

// Told {slot, tries} while an answer is waited for, and null when it came.
export const onWaiting = (listener) => listeners.add(listener);
const tell = (waiting) => listeners.forEach((listener) => listener(waiting));

const pause = (ms) => new Promise((resolve) => {
	const timer = setTimeout(done, ms);

	function done() {
		clearTimeout(timer);
		removeEventListener('online', done);
		resolve();
	}
	addEventListener('online', done);
});

async function settle(name, slot, write) {
	for (let tries = 1, ms = PAUSE_MS;; tries++) {
		try {
			// The key alone doesn't say whose it is: the token does.
			if (nameOf(slot) !== name)
				throw new Postponed(slot);
			const answer = await call(write.method, write.path,
			    {body: write.body, key: write.key});

			drop(name, write);
			return answer;
		} catch (e) {
			if (isOpen(e)) {
				write.open = true;
				if (isLast(name, write))
					keep(name, write);
				tell({slot, tries});
				await pause(Math.max(ms, e.retryAfterMs ?? 0));
				ms = Math.min(2 * ms, PAUSE_MAX_MS);
				continue;
			}
			// Logged out meanwhile: what an earlier try did is still
			// unknown, and is asked for after the next log-in.
			if (!(e instanceof Postponed || e.status === 401 && write.open))
				drop(name, write);
			throw e;
		} finally {
			if (tries > 1)
				tell(null);
		}
	}
}

const same = (one, other) => one.path === other.path &&
    JSON.stringify(one.body) === JSON.stringify(other.body);

// It is still open, and is asked for after the next log-in.
export const goesOnLater = (e) => e instanceof Postponed || e.status === 401;

// Resolves to {answer, earlier}: `earlier` where it is the answer to a write of this
// slot that was still open and asked for something else; this one was not sent then.
// Throws Problem where the shop refused.
export function once(slot, method, path, body) {
	const name = nameOf(slot), asked = {method, path, body};
	const other = underWay.get(name);

	if (other)
		return same(other.asked, asked) ? other.result : after(other, slot, asked);
	const result = begin(name, slot, asked).finally(() => underWay.delete(name));

	underWay.set(name, {asked, result});
	return result;
}

async function after(other, slot, asked) {
	try {
		return {answer: (await other.result).answer, earlier: true};
	} catch (e) {
		if (goesOnLater(e))
			throw e;
	}
	return once(slot, asked.method, asked.path, asked.body);
}

async function begin(name, slot, asked) {
	let write = load(name);

	// One that is found here may have been sent by a page that is gone.
	if (write)
		write.open = true;
	if (write && !same(write, asked)) {
		try {
			return {answer: await settle(name, slot, write), earlier: true};
		} catch (e) {
			if (goesOnLater(e))
				throw e;
		}
		write = null;
	}
	if (!write) {
		write = {...asked, key: newKey(), made: Date.now()};
		keep(name, write);
	}
	return {answer: await settle(name, slot, write), earlier: false};
}

// The slots of this user whose answers never came: after a reload, say.
export function openSlots() {
	const prefix = nameOf('');

	return storedNames().filter((name) => name.startsWith(prefix) && load(name))
		.map((name) => name.slice(prefix.length));
}

// Asks for the answer to such a write; null where it came meanwhile, to another tab.
export async function resume(slot) {
	const write = load(nameOf(slot));

	return write && await once(slot, write.method, write.path, write.body);
}
