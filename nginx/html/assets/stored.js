// SPDX-License-Identifier: MIT
//
// What this browser keeps for the shop, by name.  Where it keeps nothing - its storage
// is blocked, not there or full - this page does for as long as it is open, and
// forgets() says so.
const here = new Map();

export function stored(name) {
	if (here.has(name))
		return here.get(name);
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

export function store(name, text) {
	try {
		localStorage.setItem(name, text);
		here.delete(name);
	} catch {
		here.set(name, text);
	}
}

export function unstore(name) {
	here.delete(name);
	try {
		localStorage.removeItem(name);
	} catch {
		// It was nowhere else.
	}
}

export function storedNames() {
	try {
		return [...new Set([...Object.keys(localStorage), ...here.keys()])];
	} catch {
		return [...here.keys()];
	}
}

// Is this, or anything, gone with the page?
export const forgets = (name) => name === undefined ? here.size > 0 : here.has(name);
