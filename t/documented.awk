# SPDX-License-Identifier: MIT
# awk -f documented.awk openapi.yaml ANSWERS: prints each of ANSWERS, lines of
# METHOD TARGET STATUS CODE ("-" where it is no problem), that an operation of
# the document does not have.  Where a status is not one of the operation's, its
# `default` counts; a target that no path fits is left out.
#
# With no ANSWERS: prints "METHOD PATH STATUS CODE" for all that it has.

function keep(where, line) {
	while (match(line, /#\/components\/(schemas|responses)\/[A-Za-z_]+/)) {
		has[where] = has[where] " " substr(line, RSTART + 13,
		    RLENGTH - 13)
		line = substr(line, RSTART + RLENGTH)
	}
}

# The codes of a response, its own or of the component that it names.
function codes(where,    i, n, word, all) {
	n = split(has[where], word, " ")
	all = " "
	for (i = 1; i <= n; i++)
		if (word[i] ~ /^responses\//)
			all = all codes("component " substr(word[i], 11)) " "
		else
			all = all substr(word[i], 9) " "
	return all
}

function path_of(target,    path, i, form) {
	path = target
	sub(/\?.*/, "", path)
	if (path in known)
		return path
	for (i in known) {
		form = i
		if (gsub(/\{[A-Za-z]+\}/, "[^/]+", form) && path ~ ("^" form "$"))
			return i
	}
	return ""
}

FNR == NR && /^[a-z]/ { part = $1; where = "" }
FNR == NR && part == "paths:" {
	if (/^  \//) {
		path = $1
		sub(/:$/, "", path)
		known[path] = 1
	} else if (/^    [a-z]+:/) {
		method = toupper($1)
		sub(/:$/, "", method)
		operation[method " " path] = 1
		if (method == "GET" || !(path in any))
			any[path] = method
		where = ""
	} else if (/^        ('[0-9]+'|default):/) {
		status = $1
		gsub(/[':]/, "", status)
		where = method " " path " " status
		has[where] = has[where] ""
	} else if (/^      [a-z]/) {
		where = ""
	}
	if (where != "")
		keep(where, $0)
	next
}
FNR == NR {
	if (/^  [a-z]/)
		kind = $1
	if (kind == "responses:" && /^    [A-Z]/) {
		where = "component " $1
		sub(/:$/, "", where)
	} else if (kind != "responses:") {
		where = ""
	}
	if (where != "")
		keep(where, $0)
	next
}

{
	path = path_of($2)
	# A method that the path doesn't have may be refused for another reason
	# first, as the one that it has.
	method = ($1 " " path) in operation ? $1 : any[path]
	where = method " " path " " $3
	# OPTIONS is on every path.
	if (path == "" || $3 == "000" || ($1 == "OPTIONS" && $3 == 204))
		next
	if (!(where in has))
		where = method " " path " default"
	if ($4 == "-" ? $3 >= 400 || where ~ /default$/ \
	    : index(codes(where), " " $4 " ") == 0)
		print
}

END {
	if (FNR != NR || ARGC > 2)
		exit
	for (where in has) {
		n = split(codes(where), code, " ")
		for (i = 1; i <= n; i++)
			if (where !~ /^component/ && code[i] ~ /^[a-z]/)
				print where, code[i]
	}
}
