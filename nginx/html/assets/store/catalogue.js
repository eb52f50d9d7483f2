// SPDX-License-Identifier: MIT
// What there is to buy: the best sellers, the whole catalogue, one product.
import {html, nothing, draw, go, messageView, notice, place, press, say, words}
    from '../page.js';
import {get, getOrNull} from '../api.js';
import {List, watch} from '../list.js';
import {count, points} from '../format.js';
import {session} from '../session.js';
import {t} from '../text.js';
import {picture} from '../picture.js';
import {basketAdd} from './basket.js';

const FEW = 5;				// left, so that a buyer is told how many
const TYPING_MS = 200;
const SORTS = ['id', '-id', 'price', '-price'];

export const left = (stock) => stock === 0 ? html`<span class="out">${t('sold_out')}</span>`
	: stock <= FEW ? html`<span class="few">${t('left', {n: stock})}</span>`
	: nothing;

const card = (p, rank) => html`
	<li><a class="card" href="#/products/${p.id}">
		${picture(p.imageUrl, 160)}
		${rank ? html`<span class="rank"><span class="unseen">${t('rank')} </span>${
			rank}</span>` : nothing}
		<span class="name" dir="auto">${p.name}</span>
		<span class="price">${points(p.price)}</span>
		${left(p.stock)}
	</a></li>`;

// Best sellers with what the ranking doesn't tell: picture and stock, by one request.
async function bestSellers() {
	const {items} = await get('/v1/products/top');

	if (items.length === 0)
		return [];
	return (await get(`/v1/products?ids=${
		items.map((item) => item.productId).join(',')}`)).items;
}

function listOf(q, sort) {
	const query = new URLSearchParams({sort, ...(q ? {q} : {})});

	return new List(`/v1/products?${query}`).first();
}

let search = null;			// the list on the screen, while one types
let text = null, typing;		// what is typed, while one does
let ours;				// the address that a search went to

// What stands in the search field.
export const searched = () => text ?? place().query.get('q') ?? '';

export async function catalogue() {
	const {query} = place();
	const view = {
		q: (query.get('q') ?? '').trim(),
		sort: SORTS.includes(query.get('sort')) ? query.get('sort') : 'id',
		top: [], list: null, turn: 0,
	};

	// Without its best sellers the shop sells on.
	[view.list, view.top] = await Promise.all([listOf(view.q, view.sort),
	    bestSellers().catch(() => [])]);
	return {
		title: () => view.q ? t('found_title', {q: view.q}) : t('welcome'),
		draw: () => catalogueDraw(view), returns: true,
		drawn: () => {
			search = view;
			watch();
		},
		leave: () => {
			view.list.stop();
			if (search === view)
				search = null;
		},
	};
}

const catalogueDraw = (view) => html`
	${view.q ? nothing : html`
		<h1 tabindex="-1">${t('welcome')}</h1>
		${view.top.length ? html`<section aria-labelledby="best">
			<h2 id="best">${t('best_sellers')}</h2>
			<ul class="cards best">${view.top.map((p, i) => card(p, i + 1))}</ul>
		</section>` : nothing}`}
	<section aria-labelledby="all">
		<div class="bar">
			${view.q
			? html`<h1 id="all" tabindex="-1">${t('found_title', {q: view.q})}</h1>`
			: html`<h2 id="all">${t('all_products')}</h2>`}
			<label>${t('sort')}
				<select id="sort" @change=${(event) => sorted(event.target.value)}>
					${SORTS.map((sort) => html`<option value=${sort}
						?selected=${sort === view.sort}>${
						t(`sort_${sort}`)}</option>`)}
				</select></label>
		</div>
		${view.list.items.length ? html`
			<ul class="cards">${view.list.items.map((p) => card(p))}</ul>`
		: html`<p>${view.q ? t('found_none', {q: view.q}) : t('none_yet')}</p>`}
		${view.list.end()}
	</section>`;

function address(q, sort) {
	const query = new URLSearchParams();

	if (q)
		query.set('q', q);
	if (sort !== 'id')
		query.set('sort', sort);
	return `#/${query.size ? `?${query}` : ''}`;
}

function sorted(sort) {
	go(address(text?.trim() ?? search?.q, sort));
}

// While one types the list changes beneath, and the field keeps the focus and what
// is typed, whatever is drawn meanwhile.
export function typed(event) {
	text = event.target.value;
	clearTimeout(typing);
	typing = setTimeout(() => void searchFor(text.trim()), TYPING_MS);
}

// Another address was asked for: what was typed before is no longer searched for.
addEventListener('hashchange', () => {
	if (location.hash === ours)
		return;
	clearTimeout(typing);
	text = null;
	if (search)
		search.turn++;
});

// From another view, or while the catalogue is on its way: one step back undoes it.
function searchFrom(q) {
	ours = address(q, 'id');
	if (place().path === '/')
		location.replace(ours);
	else if (q)
		location.hash = ours;
}

async function searchFor(q) {
	const view = search;

	if (!view) {
		searchFrom(q);
		return;
	}
	const turn = ++view.turn;

	try {
		const list = await listOf(q, view.sort);

		if (view !== search || turn !== view.turn)
			return;
		view.list.stop();
		Object.assign(view, {q, list});
		history.replaceState(history.state, '', address(q, view.sort));
		say(list.items.length ? t('found', {n: list.count()}) : t('found_none', {q}));
		draw();
	} catch (e) {
		if (view === search && turn === view.turn)
			notice(words(e), 'bad');
	}
}

export async function product(id) {
	const view = {product: await getOrNull(`/v1/products/${id}`), quantity: 1,
	    added: false};

	if (!view.product)
		return messageView(t('product_none'), t('product_none_text'),
		    html`<p><a href="#/">${t('go_on')}</a></p>`);
	return {
		title: () => view.product.name,
		draw: () => productDraw(view),
	};
}

async function add(view, event) {
	const quantity = Number(new FormData(event.target).get('quantity'));

	if (!session()) {
		go(`#/login?to=${encodeURIComponent(`#/products/${view.product.id}`)}`);
		return;
	}
	try {
		await basketAdd(view.product.id, quantity);
	} catch (e) {
		if (e.code === 'insufficient_stock')
			view.product.stock = e.errors[0]?.available ?? view.product.stock;
		throw e;
	}
	view.added = true;
	say(t('added', {name: view.product.name}));
}

const productDraw = (view) => html`
	<article class="product">
		${picture(view.product.imageUrl, 480)}
		<div>
			<h1 tabindex="-1" dir="auto">${view.product.name}</h1>
			<p class="price">${points(view.product.price)}</p>
			<p class="description" dir="auto">${view.product.description}</p>
			<p class="stock">${view.product.stock === 0
				? html`<span class="out">${t('sold_out')}</span>`
				: t('in_stock', {n: count(view.product.stock)})}</p>
			<form class="add" @submit=${press((event) => add(view, event))}>
				<label for="quantity">${t('quantity')}</label>
				<input id="quantity" name="quantity" type="number" min="1"
					max=${Math.max(1, Math.min(1000, view.product.stock))}
					value="1" required inputmode="numeric"
					?disabled=${view.product.stock === 0}>
				<button class="main" ?disabled=${view.product.stock === 0}>${
					t('add')}</button>
			</form>
			${view.added ? html`<p class="note good">${t('added',
				{name: view.product.name})} <a href="#/cart">${
				t('to_cart')}</a></p>` : nothing}
		</div>
	</article>`;
