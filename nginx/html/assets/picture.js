// SPDX-License-Identifier: MIT
//
// A product's picture.  It tells nothing that the name beside it doesn't: no text in
// its stead.  One that can't be shown, or that there isn't, is a grey square.
import {html} from './vendor/lit-html.js';

const BLANK = '/assets/blank.svg';

const failed = (event) => {
	if (!event.target.src.endsWith(BLANK))
		event.target.src = BLANK;
};

export const picture = (url, size) => html`<img class="picture" src=${url ?? BLANK}
	alt="" width=${size} height=${size} loading="lazy" decoding="async"
	referrerpolicy="no-referrer" @error=${failed}>`;
