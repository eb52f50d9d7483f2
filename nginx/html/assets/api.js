// SPDX-License-Identifier: MIT
//
// A request to the shop, and its answer: JSON, or an error that is one of two.  A
// Problem is the shop's own refusal; with NoAnswer nobody knows what happened.
import {language} from './text.js';
import {session, sessionEnded} from './session.js';

// The shop answers within 5 s, whatever is down; nginx within 8.
const TIMEOUT_MS = 12000;

// What the shop refused: status, code and the members of its problem (RFC 9457).
export class Problem extends Error {
	constructor(status, body, retryAfter) {
		super(body.detail ?? body.title ?? `HTTP ${status}`);
		this.status = status;
		this.code = body.code ?? 'internal';
		this.body = body;
		this.errors = body.errors ?? [];
		this.retryAfterMs = 1000 * (Number(retryAfter) || 0);
	}
}

// The connection broke, or what came was no answer.
export class NoAnswer extends Error {}

// The token is no longer good: its owner must log in again.
const isOfToken = (problem) => problem.status === 401 &&
    problem.code !== 'invalid_credentials';

// Resolves to what the shop answered with, undefined where that is empty.
// token: another one than that of whoever is logged in.
export async function call(method, path, {body, key, signal, token} = {}) {
	const asked = token ?? session()?.token;
	const response = await send(method, path, asked, body, key, signal);

	if (response.ok)
		return response.body;
	const problem = new Problem(response.status, response.body ?? {},
	    response.retryAfter);
	if (asked && isOfToken(problem))
		sessionEnded(asked);
	throw problem;
}

export const get = (path, signal) => call('GET', path, {signal});

// The thing at this path, or null: there is none (404), or its number can't be one's (400).
export async function getOrNull(path) {
	try {
		return await get(path);
	} catch (e) {
		if (e instanceof Problem && (e.status === 404 || e.status === 400))
			return null;
		throw e;
	}
}

async function send(method, path, token, body, key, signal) {
	const headers = {Accept: 'application/json', 'Accept-Language': language()};
	const timeout = AbortSignal.timeout(TIMEOUT_MS);

	if (token)
		headers.Authorization = `Bearer ${token}`;
	if (key)
		headers['Idempotency-Key'] = key;
	if (body !== undefined)
		headers['Content-Type'] = 'application/json';
	try {
		const response = await fetch(path, {
			method, headers, cache: 'no-cache', credentials: 'omit',
			body: body === undefined ? undefined : JSON.stringify(body),
			signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
		});
		const text = await response.text();

		return {
			ok: response.ok, status: response.status,
			retryAfter: response.headers.get('Retry-After'),
			body: text === '' ? undefined : JSON.parse(text),
		};
	} catch (e) {
		// The page itself took it back: that is no news.
		if (signal?.aborted)
			throw signal.reason;
		throw new NoAnswer(String(e));
	}
}
