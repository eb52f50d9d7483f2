// SPDX-License-Identifier: MIT
// Which language the visitor reads, and texts in it.
import {words} from './words.js';

const NAME = 'shop.language';
const LANGUAGES = ['en', 'ko'];
const wanted = [localStorage.getItem(NAME), ...navigator.languages]
	.map((tag) => tag?.slice(0, 2).toLowerCase());
let chosen = wanted.find((tag) => LANGUAGES.includes(tag)) ?? 'en';

export const language = () => chosen;

export function setLanguage(code) {
	chosen = code;
	localStorage.setItem(NAME, code);
}

// The text by its name, with the values in the places that name them; undefined
// where there is none.
export const t = (name, values = {}) => words[name]?.[LANGUAGES.indexOf(chosen)]
	.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
