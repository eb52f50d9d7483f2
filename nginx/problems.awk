# SPDX-License-Identifier: MIT
#
# awk [-v korean=1] -f problems.awk err.def text.def: a line "CODE STATUS TITLE" for
# each problem that the application (ERR) or nginx (FRONT) answers; the title in
# English, or in Korean.
/^(ERR|FRONT)\(/ {
	split($0, part, /[(, ")]+/)
	status[part[2]] = part[3]
	code[part[2]] = part[4]
	name[++n] = part[2]
}
/^TEXT\(TITLE_/ {
	text = $0
	sub(/^[^"]*"/, "", text)
	sub(/"\)$/, "", text)
	split(text, both, /", "/)
	text = both[korean ? 2 : 1]
	id = $0
	sub(/^TEXT\(TITLE_/, "", id)
	sub(/,.*/, "", id)
	title[id] = text
}
END {
	for (i = 1; i <= n; i++)
		if (code[name[i]] != "ok")
			print code[name[i]], status[name[i]], title[name[i]]
}
