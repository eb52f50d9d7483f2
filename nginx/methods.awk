# SPDX-License-Identifier: MIT
#
# awk -f methods.awk routes.def: the lines of nginx's map from a request's target to
# the methods of its path, as strings of C; the first that fits counts, as in
# routes.def.
/^ROUTE\(/ {
	split($0, part, /[(," ]+/)
	method = part[2]
	path = part[3]
	if (!(path in known)) {
		known[path] = 1
		paths[++n] = path
	}
	has[path, method] = 1
}
END {
	split("GET POST PUT PATCH DELETE", order, " ")
	for (i = 1; i <= n; i++) {
		list = ""
		for (m = 1; m <= 5; m++)
			if ((paths[i], order[m]) in has)
				list = list (list == "" ? "" : ", ") \
				    (order[m] == "GET" ? "GET, HEAD" : order[m])
		pattern = paths[i]
		gsub(/\./, "\\\\.", pattern)
		gsub(/\{[A-Za-z]*\}/, "[^/?]+", pattern)
		printf "\"%s\\\"~^%s(\\\\?|$)\\\"\\t\\\"%s\\\";\"\n",
		    (i == 1 ? "" : "\\n\\t"), pattern, list
	}
}
