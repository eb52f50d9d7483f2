#!/bin/sh
# SPDX-License-Identifier: MIT
# What CHANGELOG.md promises: workers of the version before run on this version's
# schema.  t/former.def is src/shop/sql.def as that version had it; each of its
# statements runs on the schema of today, by the workers' account, and takes and gives
# what it did.  A release copies its sql.def there.
. "${top_srcdir:-.}/t/lib.sh"
command -v perl >/dev/null || skip_all 'no perl'
shop_db

# Lines of: name, signs of arguments, signs of columns, text.
perl -0777 -ne 's{/\*.*?\*/}{}gs; while (/^SQL\((\w+), \w+, "(\w*)", "([\w|]*)",((?:\s*"(?:[^"\\]|\\.)*")+)\)/gm) {
	my ($name, $args, $columns, $text) = ($1, $2, $3, $4);
	$text = join "", $text =~ /"((?:[^"\\]|\\.)*)"/g;
	$text =~ s/\\(.)/$1/g;
	print join("\t", $name, $args || "-", $columns || "-", $text), "\n";
}' "$top_srcdir/t/former.def" >"$dir/former"
is "$(wc -l <"$dir/former")" "$(grep -c '^SQL(' "$top_srcdir/t/former.def")" \
    'each statement is read'
[ "$(grep -c '	CALL ' "$dir/former")" -ge 20 ] && [ "$(grep -vc '	CALL ' "$dir/former")" -ge 20 ]
ok "there are many: $(wc -l <"$dir/former")"

worker() {
	MYSQL_PWD=$(cat "$dir/db.password") $db_client -S "$db_sock" -u shop_worker \
	    -t --column-type-info shop 2>&1
}
# quoted TEXT: as a literal.
quoted() { printf '%s' "$1" | sed "s/\\\\/&&/g; s/'/''/g"; }

# Reads: prepared and run with NULL for each argument, they have their columns.
# Writes: the routine takes as many arguments, the workers may call it, and it is
# one that this version keeps.
# shopctl's own are none of the workers'; it refuses a schema that is newer.
while IFS='	' read -r name args columns text; do
	case $name in
	USER_CREATE | USER_ROLE | USER_PASSWORD | USER_CLOSE | PRODUCT_ADD | REDATE)
		continue ;;
	esac
	case $text in
	CALL\ *)
		routine=${text#CALL }
		routine=${routine%%(*}
		takes=$(sql "SELECT COUNT(*) FROM information_schema.parameters
		    WHERE specific_schema = 'shop' AND specific_name = '$routine'")
		may=$(sql_root 'SHOW GRANTS FOR shop_worker@localhost' |
		    grep -c "PROCEDURE .shop.\..$routine. ")
		gives=$(printf '%s' "$text" | tr -cd '?' | wc -c)
		[ "$args" = - ] && args=
		# Constants may stand among the question marks.
		commas=$(printf '%s' "${text#*(}" | sed 's/UNHEX(?)/?/g' | tr -cd , | wc -c)
		[ "$args" ] || commas=-1
		is "$takes $may $gives" "$((commas + 1)) 1 ${#args}" \
		    "$name: $routine is there, takes what it did, may be called"
		;;
	*)
		[ "$args" = - ] && args=
		nulls=
		set=
		for n in $(seq ${#args}); do
			nulls="${nulls:+$nulls, }@n"
		done
		printf "SET @n = NULL; PREPARE s FROM '%s'; EXECUTE s%s;\n" \
		    "$(quoted "$text")" "${nulls:+ USING $nulls}" | worker >"$dir/out"
		is "$(grep -c '^Field ' "$dir/out")$(grep ERROR "$dir/out")" \
		    "${#columns}" "$name can be run, and has its columns"
		;;
	esac
done <"$dir/former"
finish
