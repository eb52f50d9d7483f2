#!/bin/sh
# SPDX-License-Identifier: MIT
# What front ends other than our nginx may hand over by FastCGI: a header that
# came twice as two parameters, or empty, or joined; a body of untold length.
. "${top_srcdir:-.}/t/lib.sh"
command -v perl >/dev/null || skip_all 'no perl'
shop_start
as 1

# by_fcgi BODY PARAMETER=VALUE...: the pool's answer; sets status, headers, body.
by_fcgi() {
	perl -MIO::Socket::UNIX -e '
	my ($path, $body, @params) = @ARGV;
	my $s = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!";
	sub record { pack("CCnnCx", 1, $_[0], 1, length $_[1], 0) . $_[1] }
	my $params = join "", map { my ($n, $v) = /^([^=]*)=(.*)$/s;
	    pack("NN", length($n) | 1 << 31, length($v) | 1 << 31) . $n . $v
	    } @params;
	print $s record(1, pack("nCx5", 1, 0)), record(4, $params),
	    record(4, ""), map({ record(5, $_) } unpack("(a30000)*", $body)),
	    record(5, "");
	$s->flush;
	my $in = do { local $/; <$s> };
	while (length $in >= 8) {
		my ($type, $len, $pad) = (unpack "CCnnC", $in)[1, 3, 4];
		print substr $in, 8, $len if $type == 6;
		$in = substr $in, 8 + $len + $pad;
	}' "$dir/shop.sock" "$@" >"$dir/answer"
	headers=$(sed '/^\r$/q' "$dir/answer" | tr -d '\r')
	body=$(sed '1,/^\r$/d' "$dir/answer")
	status=$(printf '%s\n' "$headers" | sed -n 's/^Status: \([0-9]*\).*/\1/p')
}

# charge BODY PARAMETER=VALUE...: by user 1.
charge() {
	text=$1
	shift
	by_fcgi "$text" REQUEST_METHOD=POST REQUEST_URI=/v1/points/charge \
	    "HTTP_AUTHORIZATION=Bearer $bearer" CONTENT_TYPE=application/json \
	    "$@"
}
one='{"amount": 1}'
length=CONTENT_LENGTH=${#one}
key=HTTP_IDEMPOTENCY_KEY

# ---- Keys

charge "$one" "$length" $key=a
is "$status" 201 'a charge with one key'
charge "$one" "$length" "$key=\"a\""
is "$status $(header Idempotency-Replayed)" '201 true' 'the same, quoted'
digest=$(tables)

# no_key TEXT PARAMETER=VALUE...: 400, and nothing is charged.
no_key() {
	text=$1
	shift
	charge "$one" "$length" SHOP_MADE_KEY=made "$@"
	is "$status $(json .code)" '400 "invalid_parameter"' "$text"
}
no_key 'an empty key isn'\''t missing' $key=
no_key 'quotes alone' "$key=\"\""
no_key 'two keys' $key=a $key=b
no_key 'one key twice' $key=a $key=a
no_key 'a key, and an empty one' $key=a $key=
no_key 'an empty one, and a key' $key= $key=a
no_key 'two that were joined' "$key=a, b"
no_key 'two quoted ones' "$key=\"a\"" "$key=\"b\""
no_key 'two halves of a string' "$key=\"a" "$key=b\""
is "$(tables)" "$digest" 'none of them changes anything'
charge "$one" "$length" SHOP_MADE_KEY=made
is "$status" 201 'without any there is one made'
charge "$one" "$length"
is "$status" 201 'or none needed'
digest=$(tables)

# ---- Other headers

charge "$one" "$length" 'HTTP_AUTHORIZATION=Bearer x'
is "$status $(json .code)" '401 "invalid_token"' 'two tokens are none'
charge "$one" "$length" CONTENT_TYPE=application/json
is "$status" 415 'two types are none'
charge "$one" "$length" HTTP_CONTENT_ENCODING=identity \
    HTTP_CONTENT_ENCODING=gzip
is "$status $(header Accept-Encoding)" '415 identity' \
    'the second coding counts, too'
is "$(tables)" "$digest" 'and nothing was charged'
by_fcgi '' REQUEST_METHOD=GET REQUEST_URI=/v1/products/1
tag=$(header ETag)
by_fcgi '' REQUEST_METHOD=GET REQUEST_URI=/v1/products/1 \
    'HTTP_IF_NONE_MATCH="x"' "HTTP_IF_NONE_MATCH=$tag"
is "$status $body" '304 ' 'the second tag as well'

# ---- A body in chunks, whose length nobody tells

before=$(balance 1)
charge "$one"
is "$status $(balance 1)" "201 $((before + 1))" 'it is read to its end'
charge "$one" CONTENT_LENGTH=
is "$status $(balance 1)" "201 $((before + 2))" 'where the length is empty as well'
digest=$(tables)
charge ''
is "$status $(json .code)" '400 "malformed_json"' 'there may be none'
charge "$(printf '{"amount": 0%65523s}' '')"
is "$status $(json .code)" '422 "validation_failed"' '65536 bytes are read'
charge "$(printf '{"amount": 1%65524s}' '')"
is "$status $(json .code)" '413 "payload_too_large"' 'one more is too much'
charge '{"amount": 1'
is "$status $(json .code)" '400 "malformed_json"' 'one that was cut is no JSON'
by_fcgi 'x' REQUEST_METHOD=GET REQUEST_URI=/v1/products/1
is "$status" 200 'a read doesn'\''t mind'
for wrong in +13 013 ' 13' 13x 0x0d -13 1e1 12 14; do
	charge "$one" "CONTENT_LENGTH=$wrong"
	is "$status $(json .code)" '400 "malformed_json"' "a length of '$wrong'"
done
is "$(tables)" "$digest" 'and nothing was charged'

# ---- What is missing

by_fcgi '' REQUEST_URI=/v1/products/1
is "$status $(json .code)" '404 "not_found"' 'no method'
by_fcgi '' REQUEST_METHOD=GET SCRIPT_NAME=/v1/products/1 PATH_INFO=/v1/products/1
is "$status $(json .code)" '404 "not_found"' 'no target'
by_fcgi "$one" REQUEST_METHOD=POST REQUEST_URI=/v1/points/charge "$length" \
    "HTTP_AUTHORIZATION=Bearer $bearer"
is "$status" 415 'no type'
is "$(tables)" "$digest" 'and nothing was charged'
finish
