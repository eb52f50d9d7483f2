# SPDX-License-Identifier: MIT
# Puts the rows of src/base/conf.def into a manual page:
#	awk -f conf.awk src/base/conf.def shop.conf.5.in
# The template's line @settings@ becomes a list, under a heading for each
# comment of conf.def that has a line of its own.

# The arguments of a row into arg[1..], without their quotes.
function arguments(row,    i, c, quoted, n) {
	split("", arg)
	n = 1
	sub(/^CONF_[A-Z]*\(/, "", row)
	sub(/\)[ \t]*$/, "", row)
	for (i = 1; i <= length(row); i++) {
		c = substr(row, i, 1)
		if (c == "\"")
			quoted = !quoted
		else if (c == "," && !quoted)
			n++
		else if (quoted || c != " ")
			arg[n] = arg[n] c
	}
}

function say(line) { list = list line "\n" }

# A heading closes the list before it.
function heading(text) {
	end_list()
	say(".Ss " text)
}
function begin_list() {
	if (!in_list)
		say(".Bl -tag -width Ds")
	in_list = 1
}
function end_list() {
	if (in_list)
		say(".El")
	in_list = 0
}

# What configure sets; sed puts it in.
function value(text) {
	if (text == "SHOP_WORKER_PATH")
		return "@libexecdir@/shop.fcgi"
	if (text == "SHOP_SCHEMA_DIR")
		return "@pkgdatadir@/schema"
	if (text == "SHOP_NGINX_DIR")
		return "@pkgdatadir@/nginx"
	return text
}

function item(range, help) {
	begin_list()
	say(".It Ic " arg[1] " No =" \
	    (arg[2] == "" ? "" : " Li " value(arg[2])) " Pq " range)
	say(help)
}

FNR == 1 { file++ }
file == 1 && /^\/\* [A-Z].* \*\/$/ && !/SPDX/ {
	gsub(/^\/\* | \*\/$/, "")
	sub(/\.$/, "")
	heading($0)
}
file == 1 && /^CONF_INT\(/ {
	arguments($0)
	item(arg[3] ".." arg[4] " " arg[5], arg[6])
}
file == 1 && /^CONF_STR\(/ {
	arguments($0)
	item("at most " arg[3] " bytes", arg[4])
}
file == 1 && /^CONF_CHOICE\(/ {
	arguments($0)
	item(arg[3], arg[4])
}
file == 2 && /^@settings@$/ {
	end_list()
	printf "%s", list
	next
}
file == 2
