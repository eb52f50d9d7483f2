// SPDX-License-Identifier: MIT
//
// Writes of a former page whose answers never came: it was closed, or the network
// went.  They are asked for when a page opens, and when somebody logs in.
import {notice, refresh, words} from './page.js';
import {session} from './session.js';
import {goesOnLater, openSlots, resume} from './once.js';
import {t} from './text.js';

// done: what to do with an answer, by the first word of the write's slot ("restock" of
// "restock-7"; the 7 comes along), and what to tell of it, if anything.  What this
// page does not know is left to the one that does.
export async function finish(done) {
	const told = [];
	const tell = (text, kind) => {
		told.push(text);
		notice(told.join(' '), kind);
	};
	let kind = 'good';

	for (const slot of session() ? openSlots() : []) {
		const [word, id] = slot.split('-');

		if (!(word in done))
			continue;
		try {
			const found = await resume(slot);
			const text = found && done[word](found.answer, id);

			if (text) {
				tell(text, kind);
				void refresh().catch(() => {});
			}
		} catch (e) {
			if (goesOnLater(e))
				continue;
			kind = 'bad';
			tell(t('not_done', {why: words(e)}), kind);
		}
	}
}
