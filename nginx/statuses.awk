# SPDX-License-Identifier: MIT
#
# awk -f statuses.awk errors.list FILE: the file, and of each line with @status@ one
# for each status.
NR == FNR {
	if ($1 ~ /^[0-9]+$/)
		status[++n] = $1
	next
}
!/@status@/
/@status@/ {
	for (i = 1; i <= n; i++) {
		line = $0
		gsub(/@status@/, status[i], line)
		print line
	}
}
