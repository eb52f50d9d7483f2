// SPDX-License-Identifier: MIT
//
// Who is logged in, in all tabs of this browser: the token and the account it is of.
// A token is sent in a header, and never stands in an address.
import {store, stored, unstore} from './stored.js';

const NAME = 'shop.session';
const listeners = new Set();
let known = read();

function read() {
	try {
		return JSON.parse(stored(NAME));
	} catch {
		return null;
	}
}

// {token, user: {id, name, email, role}}, or null.
export const session = () => known;

function changed(why) {
	for (const listener of listeners)
		listener(why);
}

export const onSession = (listener) => listeners.add(listener);

// why: 'begun', or 'entered' by somebody who logged in here.
export function sessionBegin(token, user, why = 'begun') {
	known = {token, user};
	store(NAME, JSON.stringify(known));
	changed(why);
}

export function sessionLeave() {
	known = null;
	unstore(NAME);
	changed('left');
}

// The shop refused this token.  A newer one, of another tab, stays.
export function sessionEnded(token) {
	if (known?.token !== token)
		return;
	known = read();
	if (known?.token !== token)
		return;
	known = null;
	unstore(NAME);
	changed('ended');
}

// Another tab logged in or out.
addEventListener('storage', (event) => {
	if (event.key !== NAME && event.key !== null)
		return;
	const was = known?.token;

	known = read();
	if (known?.token !== was)
		changed(known ? 'begun' : 'left');
});
