// SPDX-License-Identifier: MIT
// Which language the visitor reads, and texts in it.
import {store, stored} from './stored.js';
import {words} from './words.js';

const NAME = 'shop.language';
const LANGUAGES = ['en', 'ko'];
const wanted = [stored(NAME), ...navigator.languages]
	.map((tag) => tag?.slice(0, 2).toLowerCase());
let chosen = wanted.find((tag) => LANGUAGES.includes(tag)) ?? 'en';

export const language = () => chosen;

export function setLanguage(code) {
	chosen = code;
	store(NAME, code);
}

// The text by its name, with the values in the places that name them; undefined
// where there is none.
export const t = (name, values = {}) => words[name]?.[LANGUAGES.indexOf(chosen)]
	.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
