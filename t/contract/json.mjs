// SPDX-License-Identifier: MIT
// node json.mjs openapi.yaml: prints the document as JSON, a line for each path
// and component, so that a change is seen where it was made.

import { readFileSync } from "node:fs";
import YAML from "yaml";

// So many levels of objects have a line for each member.
const levels = { paths: 2, components: 3 };

function written(value, depth) {
	if (depth === 0)
		return JSON.stringify(value);
	const members = Object.entries(value).map(([name, member]) =>
		`${JSON.stringify(name)}:${written(member, depth - 1)}`);
	return `{\n${members.join(",\n")}\n}`;
}

const document = YAML.parse(readFileSync(process.argv[2], "utf8"));
const parts = Object.entries(document).map(([name, part]) =>
	`${JSON.stringify(name)}:${written(part, (levels[name] ?? 1) - 1)}`);
console.log(`{\n${parts.join(",\n")}\n}`);
