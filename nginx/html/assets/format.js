// SPDX-License-Identifier: MIT
// Points and times as people read them: with separators, in their own time zone.
import {language} from './text.js';

const number = (n) => new Intl.NumberFormat(language()).format(n);

export const count = number;
export const points = (n) => `${number(n)} P`;
export const signed = (n) => `${n > 0 ? '+' : ''}${points(n)}`.replace('-', '−');

export const time = (text) => new Intl.DateTimeFormat(language(),
    {dateStyle: 'medium', timeStyle: 'short'}).format(new Date(text));
