// SPDX-License-Identifier: MIT
// What is sold, and what is not: lists, a new product, its changes and its stock.
import {html, nothing, draw, faultsOf, field, go, messageView, notice, place, press,
    say, words} from '../page.js';
import {call, get, getOrNull, Problem} from '../api.js';
import {once} from '../once.js';
import {List, watch} from '../list.js';
import {count, points} from '../format.js';
import {t} from '../text.js';
import {picture} from '../picture.js';

const TYPING_MS = 200;

// ---- The lists

const listOf = (view) => new List(`/v1/products?${new URLSearchParams({sort: '-id',
    ...(view.onSale ? {} : {onSale: 'false'}), ...(view.q ? {q: view.q} : {})})}`)
	.first();

export async function products() {
	const {query} = place();
	const view = {onSale: query.get('onSale') !== 'false', q: query.get('q') ?? '',
	    list: null, turn: 0};

	view.list = await listOf(view);
	return {title: () => t('products'), draw: () => productsDraw(view),
	    drawn: watch, leave: () => {
		clearTimeout(typing);
		view.turn++;
		view.list.stop();
	}};
}

function address(view, onSale) {
	const query = new URLSearchParams();

	if (!onSale)
		query.set('onSale', 'false');
	if (view.q)
		query.set('q', view.q);
	return `#/products${query.size ? `?${query}` : ''}`;
}

async function look(view) {
	const turn = ++view.turn;

	try {
		const list = await listOf(view);

		if (turn !== view.turn)
			return;
		view.list.stop();
		view.list = list;
		history.replaceState(history.state, '', address(view, view.onSale));
		say(t('found', {n: list.count()}));
		draw();
	} catch (e) {
		if (turn === view.turn)
			notice(words(e), 'bad');
	}
}

let typing;

const productsDraw = (view) => html`
	<div class="bar">
		<h1 tabindex="-1">${t('products')}</h1>
		<a class="action" href="#/products/new">${t('product_new')}</a>
	</div>
	<div class="row">
		<div class="field"><label for="find">${t('search')}</label>
			<input id="find" type="search" maxlength="50" autocomplete="off"
				value=${view.q} @input=${(event) => {
					view.q = event.target.value.trim();
					clearTimeout(typing);
					typing = setTimeout(() => void look(view), TYPING_MS);
				}}></div>
		<div class="field"><label for="which">${t('which')}</label>
			<select id="which" @change=${(event) =>
				go(address(view, event.target.value === 'on'))}>
				<option value="on" ?selected=${view.onSale}>${t('on_sale')}</option>
				<option value="off" ?selected=${!view.onSale}>${t('off_sale')}</option>
			</select></div>
	</div>
	${view.list.items.length ? html`
		<div class="scroll" tabindex="0" role="region" aria-label=${t('products')}>
		<table>
			<thead><tr><th scope="col"><span class="unseen">${t('picture')}</span></th>
				<th scope="col">${t('name')}</th>
				<th scope="col" class="number">${t('price')}</th>
				<th scope="col" class="number">${t('stock')}</th></tr></thead>
			<tbody>${view.list.items.map((p) => html`<tr>
				<td>${picture(p.imageUrl, 40)}</td>
				<td><a href="#/products/${p.id}" dir="auto">${p.name}</a></td>
				<td class="number">${points(p.price)}</td>
				<td class="number">${count(p.stock)}</td>
			</tr>`)}</tbody>
		</table></div>` : html`<p>${t('products_none')}</p>`}
	${view.list.end()}`;

// ---- The form of a product

const MEMBERS = ['name', 'description', 'price', 'imageUrl', 'onSale'];

// What the form says, as the API has it.
function said(form) {
	const of = new FormData(form);

	return {
		name: of.get('name'), description: of.get('description'),
		price: Number(of.get('price')), imageUrl: of.get('imageUrl') || null,
		...(form.elements.onSale ? {onSale: form.elements.onSale.checked} : {}),
		...(form.elements.stock ? {stock: Number(of.get('stock'))} : {}),
	};
}

const shown = (name, value) => name === 'price' ? points(value)
	: name === 'onSale' ? t(value ? 'on_sale' : 'off_sale') : value ?? '–';

// Somebody else's value of a member, beside one's own.
const theirs = (view, name) => !view.theirs || view.theirs[name] === view.mine[name]
	? nothing : html`<p class="theirs"><span>${t('theirs')} <bdi>${
		shown(name, view.theirs[name])}</bdi></span>
		<button type="button" @click=${(event) => {
			view.mine[name] = view.theirs[name];
			const input = event.target.form.elements[name];

			if (name === 'onSale')
				input.checked = view.mine[name];
			else
				input.value = view.mine[name] ?? '';
			draw();
		}}>${t('take_theirs')}</button></p>`;

// The shop takes no line breaks: who presses Enter, or pastes some, sees blanks.
function oneLine({target}) {
	if (target.value.includes('\n'))
		target.setRangeText(target.value.replaceAll('\n', ' '), 0,
		    target.value.length, 'preserve');
}

const productFields = (view) => html`
	${field(t('name'), 'name', view.faults['/name'], html`<input id="name" name="name"
		required maxlength="100" dir="auto" value=${view.start.name}
		aria-describedby="name-fault">`)}
	${theirs(view, 'name')}
	${field(t('description'), 'description', view.faults['/description'], html`
		<textarea id="description" name="description" rows="4" maxlength="1000"
		dir="auto" aria-describedby="description-fault" @input=${oneLine}
		.defaultValue=${view.start.description}></textarea>`)}
	${theirs(view, 'description')}
	${field(t('price'), 'price', view.faults['/price'], html`<input id="price"
		name="price" type="number" min="1" max="9007199254740991" required
		inputmode="numeric" value=${view.start.price}
		aria-describedby="price-fault">`)}
	${theirs(view, 'price')}
	${field(t('picture'), 'imageUrl', view.faults['/imageUrl'], html`<input
		id="imageUrl" name="imageUrl" maxlength="500" pattern="(https://|/).+"
		value=${view.start.imageUrl ?? ''}
		aria-describedby="imageUrl-hint imageUrl-fault">`, t('picture_hint'))}
	${theirs(view, 'imageUrl')}`;

export async function productNew() {
	const view = {faults: {}, start: {name: '', description: '', price: '',
	    imageUrl: ''}};

	return {
		title: () => t('product_new'), keeps: true,
		draw: () => html`
			<h1 tabindex="-1">${t('product_new')}</h1>
			<form id="product" @submit=${press((event) => create(view, event.target))}>
				${productFields(view)}
				${field(t('stock'), 'stock', view.faults['/stock'], html`<input
					id="stock" name="stock" type="number" min="0" value="0"
					required inputmode="numeric" aria-describedby="stock-fault">`)}
				<button class="main">${t('save')}</button>
			</form>`,
	};
}

// A product is made once, whatever becomes of the answer.
async function create(view, form) {
	const body = said(form);

	if (body.imageUrl === null)
		delete body.imageUrl;
	await faulted(view, async () => {
		const {answer, earlier} = await once('product', 'POST', '/v1/products', body);

		// Of an earlier page; this one's is still to be saved.
		if (!earlier)
			go(`#/products/${answer.id}`);
		notice(t('product_made', {id: answer.id}));
	});
}

// Faults of the body are drawn beside its fields; others are told above.
async function faulted(view, action) {
	view.faults = {};
	try {
		await action();
	} catch (e) {
		view.faults = e instanceof Problem ? faultsOf(e) : {};
		if (!Object.keys(view.faults).some((pointer) => pointer.length > 1))
			throw e;
	}
}

// ---- A product that there is

export async function productEdit(id) {
	const product = await getOrNull(`/v1/products/${id}`);
	const view = {faults: {}, product, start: product, mine: null, theirs: null};

	if (!product)
		return messageView(t('product_none'), '',
		    html`<p><a href="#/products">${t('products')}</a></p>`);
	return {
		title: () => view.product.name, keeps: true,
		draw: () => editDraw(view),
		refresh: async () => {
			const {stock} = await get(`/v1/products/${id}`);

			view.product = {...view.product, stock};
		},
	};
}

// Only what was changed here is sent, and with the version that it was changed from.
async function change(view, form) {
	const mine = said(form), base = view.product;
	const changed = Object.fromEntries(MEMBERS.filter((name) =>
	    mine[name] !== base[name]).map((name) => [name, mine[name]]));

	view.mine = mine;
	if (Object.keys(changed).length === 0) {
		view.theirs = null;
		notice(t('unchanged'));
		return;
	}
	await faulted(view, async () => {
		try {
			view.product = await call('PATCH', `/v1/products/${base.id}`,
			    {body: {version: base.version, ...changed}});
			view.theirs = null;
			notice(t('saved'));
		} catch (e) {
			if (e.code !== 'edit_conflict')
				throw e;
			await conflict(view);
		}
	});
}

// Somebody else saved meanwhile.  Both are shown; saving again takes what stands in
// the fields then, over the version that is there now.
async function conflict(view) {
	const now = await get(`/v1/products/${view.product.id}`);

	// What was not touched here is not worth a question.
	for (const name of MEMBERS)
		if (view.mine[name] === view.product[name]) {
			const input = document.getElementById('product').elements[name];

			view.mine[name] = now[name];
			if (name === 'onSale')
				input.checked = now[name];
			else
				input.value = now[name] ?? '';
		}
	view.theirs = now;
	view.product = now;
	notice(t('conflict'), 'bad');
}

async function restock(view, form) {
	const of = new FormData(form);
	const reason = of.get('reason');

	await faulted(view, async () => {
		const {answer, earlier} = await once(`restock-${view.product.id}`, 'POST',
		    `/v1/products/${view.product.id}/restock`,
		    {quantity: Number(of.get('quantity')), ...(reason ? {reason} : {})});

		view.product = {...view.product, stock: answer.stock};
		if (!earlier)
			form.reset();
		notice(t('restocked', {n: count(answer.stock)}));
	});
}

const editDraw = (view) => html`
	<h1 tabindex="-1" dir="auto">${view.product.name}</h1>
	<p class="thumb">${picture(view.product.imageUrl, 120)}</p>
	<form id="product" @submit=${press((event) => change(view, event.target))}>
		${productFields(view)}
		<div class="field"><label><input type="checkbox" id="onSale" name="onSale"
			?checked=${view.start.onSale}>${t('on_sale')}</label></div>
		${theirs(view, 'onSale')}
		<button class="main">${t('save')}</button>
	</form>
	<form id="restock" @submit=${press((event) => restock(view, event.target))}>
		<h2>${t('restock')}</h2>
		<p id="in-stock">${t('in_stock', {n: count(view.product.stock)})}</p>
		<div class="row">
			${field(t('restock_by'), 'quantity', view.faults['/quantity'], html`
				<input id="quantity" name="quantity" type="number" required
				min="-1000000" max="1000000"
				aria-describedby="quantity-hint quantity-fault">`)}
			${field(t('reason'), 'reason', view.faults['/reason'], html`
				<input id="reason" name="reason" maxlength="100"
				aria-describedby="reason-fault">`)}
			<button>${t('restock')}</button>
		</div>
		<p class="hint" id="quantity-hint">${t('restock_hint')}</p>
	</form>
	<p><a href="#/products">${t('products')}</a></p>`;
