#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/events.md has every event of the log, at its levels, and no other; every
# field; every class and cause.
. "${top_srcdir:-.}/t/lib.sh"
cd "$top_srcdir" || bail 'no sources'
doc=docs/events.md
ls src/*.c src/*/*.c >"$dir/files"

# same N TEXT: $dir/a has N lines or more, and $dir/b the same ones.
same() {
	sort -u -o "$dir/a" "$dir/a"
	sort -u -o "$dir/b" "$dir/b"
	[ "$(wc -l <"$dir/a")" -ge "$1" ]
	ok "$2: there are $(wc -l <"$dir/a")"
	is "$(diff "$dir/a" "$dir/b")" '' "$2"
}
# missing FILE: its lines that the document does not have in `...`.
missing() {
	while read -r word; do
		grep -qF "\`$word\`" "$doc" || echo "$word"
	done <"$1"
}

# EVENT LEVEL of each call of log.h's two, and of what is made of them: a function
# that is given an event.  Calls that hand theirs on have none; a call with
# anything else for its event is said to.
cat >"$dir/events.pl" <<'END'
my (%text, %logs);
for my $file (split /\n/, `cat $ARGV[0]`) {
	open my $f, "<", $file or die;
	local $/;
	$text{$file} = <$f>;
	$text{$file} =~ s{/\*.*?\*/}{}gs;
	$logs{$1} = 1 while $text{$file} =~
	    /^(\w+)\([^;{]*const char \*event\b/gm;
}
die if !$logs{log_msg} || !$logs{log_begin};
my $name = join "|", keys %logs;
for my $file (sort keys %text) {
	while ($text{$file} =~ /\b($name)(\((?:[^()"]|"(?:[^"\\]|\\.)*"|(?2))*\))(?!\n\{)/g) {
		my $call = $2;
		my ($before, $one, $other) = $call =~
		    /^([^"]*)"([^"]*)"(?:\s*:\s*"([^"]*)")?/;
		my @levels = ($before // "") =~ /LOG_([A-Z]+)/g;
		next if $call =~ /, event[,)]/;
		print "$file: $1$call\n" if !@levels;
		for my $event (grep { defined } $one, $other) {
			print "$event ", lc $_, "\n" for @levels;
		}
	}
}
END
perl "$dir/events.pl" "$dir/files" >"$dir/a"

# The same of the tables: | `EVENT`, `EVENT` | LEVELS | ...
awk -F '|' '/^## / { on = 0 }
	/^\| event \| level / { on = 1; next }
	on && /^\| `/ {
		n = split($2, event, ",")
		for (i = 1; i <= n; i++) {
			gsub(/[` ]/, "", event[i])
			for (l = split("debug info warn error", level, " "); l; l--)
				if ($3 ~ "(^|[ ;,])" level[l] "([ ;,]|$)")
					print event[i], level[l]
		}
	}' "$doc" >"$dir/b"
same 40 'each event of the sources and its levels, and no other'
awk -F '|' '/^\| `/ && ($4 ~ /^ *$/ || NF < 5)' "$doc" >"$dir/found"
is "$(cat "$dir/found")" '' 'each tells what it means'

tr '\n' ' ' <"$dir/files" | xargs cat | tr '\n' ' ' |
    grep -oE '\blog_(str|int)\([^,]*, [^;]*' |
    grep -oE '"[a-z_]+"' | tr -d '"' | sort -u >"$dir/fields"
[ "$(wc -l <"$dir/fields")" -ge 30 ]
ok "there are $(wc -l <"$dir/fields") fields"
missing "$dir/fields" >"$dir/found"
is "$(cat "$dir/found")" '' 'each is told'

sed -n '/^db_class_name/,/^}/p' src/io/db_class.c | grep -o '"[a-z_]*"' |
    tr -d '"' | grep -vx ok >"$dir/a"
sed -n '/^## Classes/,/^## Workers/s/^| `\([a-z_]*\)` .*/\1/p' "$doc" >"$dir/b"
same 13 'each class of database errors, and no other'
xargs sed -n 's/.*trace\.cause = "\(.*\)";/\1/p' <"$dir/files" >"$dir/a"
sed -n '/^| cause /,/^## /s/^| `\([a-z_ ]*\)` .*/\1/p' "$doc" >"$dir/b"
same 3 'each cause that is neither of these nor a token'\''s'
finish
