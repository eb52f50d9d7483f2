// SPDX-License-Identifier: MIT
// node answers.mjs openapi.yaml RECORDS...: holds each recorded answer to the
// document, by Prism's own router and validator, as its proxy does, without
// a proxy: a run has thousands of answers, and they were sent long ago.
//
// Prints a line for each that the document does not allow, and last a line
// that begins with "#": how many there were.  Exit status 1 where any is
// wrong, 2 where a schema of the document would catch nothing.
//
// Only answers are judged; tests send what is wrong on purpose.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { validateOutput } = require("@stoplight/prism-http/dist/validator");
const route = require("@stoplight/prism-http/dist/router").default;

// Which operation answers.  A method that the path doesn't have is refused
// with what its GET or its POST has.  To Prism a slash more is the same path,
// to the shop it is none.
function operationOf(operations, method, path) {
	if (/\/$|\/\//.test(path))
		return null;
	for (const tried of [method, "GET", "POST"]) {
		const found = route({
			resources: operations,
			input: { method: tried.toLowerCase(), url: { path } },
		});
		if (found._tag === "Right")
			return found.right;
	}
	return null;
}

// What the document does not allow, each once: of an allOf and the schema that
// has it both may say so.
function faultsOf(operation, answer) {
	const found = validateOutput({ resource: operation, element: answer });
	if (found._tag === "Right")
		return [];
	return [...new Set(found.left.map((fault) => fault.message))];
}

// A schema that can't be compiled is no fault to Prism: it lets all pass.  No
// answer is the number 0, so each schema must refuse it.
function unarmed(operations) {
	const idle = [];
	for (const operation of operations)
		for (const { code, contents = [] } of operation.responses)
			for (const { mediaType } of contents) {
				const statusCode = code === "default" ? 599 : +code;
				const answer = {
					statusCode,
					headers: { "content-type": mediaType },
					body: 0,
				};
				const faults = faultsOf(operation, answer);
				if (!faults.some((text) => text.startsWith("Response body")))
					idle.push(`${operation.method} ${operation.path} ${code}`);
			}
	return idle;
}

// The headers, those of a 1xx before them left out, by their names.
function headersOf(text) {
	const headers = {};
	for (const line of text.split(/\r?\n/).slice(1)) {
		const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
		if (name !== undefined)
			headers[name.toLowerCase()] = value;
	}
	return headers;
}

// What Prism wants to know of a record: METHOD TARGET STATUS, then headers and
// body, as latin1.
function parse(record) {
	const end = record.indexOf("\n");
	const status = record.slice(0, end).split(" ")[2];
	let rest = record.slice(end + 1);
	let head = "";
	while (/^HTTP\/[0-9.]+ /.test(rest)) {
		const blank = /\r?\n\r?\n/.exec(rest);
		if (blank === null)
			throw new Error("its headers have no end");
		head = rest.slice(0, blank.index);
		rest = rest.slice(blank.index + blank[0].length);
		if (!/^HTTP\/[0-9.]+ 1\d\d/.test(head))
			break;
	}
	const headers = headersOf(head);
	let bytes = Buffer.from(rest, "latin1");
	// curl has unpacked it already where it was told to (--compressed).
	if (bytes[0] === 0x1f && bytes[1] === 0x8b)
		bytes = gunzipSync(bytes);
	let body = bytes.length === 0 ? undefined : bytes.toString("utf8");
	if (body !== undefined && /\bjson\b/.test(headers["content-type"] ?? ""))
		body = JSON.parse(body);
	return { statusCode: +status, headers, body };
}

// Of HEAD no body comes, and OPTIONS is on every path, which the document
// tells in its head.
function isJudged(method, status) {
	return method !== "HEAD" && !(method === "OPTIONS" && status === "204");
}

const [document, ...files] = process.argv.slice(2);
const operations = await getHttpOperationsFromSpec(document);
const idle = unarmed(operations);
if (idle.length > 0) {
	console.log(idle.map((text) => `${text}: its schema catches nothing`).join("\n"));
	process.exit(2);
}

let judged = 0;
const wrong = new Map();
const kinds = new Set();
for (const file of files) {
	const text = readFileSync(file, "latin1");
	for (const record of text.split("\x1eanswer ").slice(1)) {
		const what = record.slice(0, record.indexOf("\n"));
		const [method, target, status] = what.split(" ");
		const path = target.replace(/[?#].*/s, "");
		const operation = operationOf(operations, method, path);
		if (operation === null || !isJudged(method, status))
			continue;
		judged += 1;
		let faults;
		try {
			const answer = parse(record);
			kinds.add([operation.method, operation.path, status,
				answer.body?.code].join(" "));
			faults = faultsOf(operation, answer);
		} catch (error) {
			faults = [error.message];
		}
		for (const fault of faults) {
			const line = `${basename(file)}: ${what}: ${fault}`;
			wrong.set(line, (wrong.get(line) ?? 0) + 1);
		}
	}
}
for (const [line, times] of wrong)
	console.log(times > 1 ? `${line} (${times} times)` : line);
console.log(`# ${judged} answers of ${kinds.size} kinds, ${operations.length} operations`);
process.exit(wrong.size > 0 ? 1 : 0);
