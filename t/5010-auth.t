#!/bin/sh
# SPDX-License-Identifier: MIT
# Authentication: tokens, and the answers to those that will not do.
. "${top_srcdir:-.}/t/lib.sh"

b64() { base64 -w 0 | tr '+/' '-_' | tr -d =; }

# sign HEADER CLAIMS [FILE]: a token by that file's secret.
sign() {
	text=$(printf '%s' "$1" | b64).$(printf '%s' "$2" | b64)
	secret=$(cat "${3:-$dir/jwt.secret}")
	printf '%s.%s' "$text" "$(printf '%s' "$text" |
	    openssl dgst -sha256 -hmac "$secret" -binary | b64)"
}

# sign_octets HEADER CLAIMS: by the octets on stdin.
sign_octets() {
	octets_hex=$(od -An -v -tx1 | tr -d ' \n')
	text=$(printf '%s' "$1" | b64).$(printf '%s' "$2" | b64)
	printf '%s.%s' "$text" "$(printf '%s' "$text" | openssl dgst -sha256 \
	    -mac HMAC -macopt "hexkey:$octets_hex" -binary | b64)"
}

# ask AUTHORIZATION: the balance, with that header.
ask() { request GET /v1/points/balance -H "Authorization: $1"; }

# accepted TEXT, refused CODE TEXT: of what was asked.
accepted() { is "$status $(json .userId)" "200 1" "$1"; }

refused() {
	is_problem 401 "$1" "$2"
	challenge=$(header WWW-Authenticate)
	case $1 in
	missing_token) is "$challenge" 'Bearer realm="shop"' \
	    "$2: a challenge that blames nothing" ;;
	*) like "$challenge" '^Bearer realm="shop", error="invalid_token"' \
	    "$2: a challenge that says so" ;;
	esac
}

bad() {
	ask "Bearer $1"
	refused invalid_token "$2"
}

# A second key, and what tokens must name.
mkdir "$dir/keys"
(umask 077
head -c 48 /dev/urandom | base64 >"$dir/keys/new.key"
head -c 48 /dev/urandom | base64 >"$dir/other.secret"
# A key is octets: of any value, of a JWK, of a text without its newline.
{ printf '\000\377'; head -c 61 /dev/urandom; printf '\n'; } >"$dir/keys/raw.key"
printf '{"kty":"oct","alg":"HS256","kid":"jwk","k":"%s"}\n' \
    "$(tail -c 48 "$dir/keys/raw.key" | b64)" >"$dir/keys/jwk.key"
printf '%040d\r\n' 7 >"$dir/keys/crlf.key")
conf jwt_key_dir "$dir/keys"
conf jwt_issuer https://shop.example
conf jwt_audience shop-api
shop_start
digest=$(tables)
good=$(token 1)
head=${good%%.*}
claims=${good#*.}
claims=${claims%.*}
mac=${good##*.}

# ---- A token

ask "Bearer $good"
accepted "shopctl's token"
ask "bearer $good"
accepted 'the scheme in small letters'
ask "BEARER   $good"
accepted 'in capitals, with blanks'

# ---- None

for route in 'GET /v1/points/balance' 'POST /v1/points/charge' \
    'POST /v1/orders' 'GET /v1/orders/1'; do
	request ${route% *} "${route#* }"
	refused missing_token "$route without a token"
	is "$(header Cache-Control)" no-store "$route: a refusal is not kept"
done
request HEAD /v1/points/balance
is "$status $(header WWW-Authenticate)" '401 Bearer realm="shop"' \
    'HEAD is challenged as well'
ask 'Basic MTpzZWNyZXQ='
refused missing_token 'Basic'
ask "Token $good"
refused missing_token 'another scheme'
ask "$good"
refused missing_token 'no scheme'
request GET "/v1/points/balance?access_token=$good"
refused missing_token 'a token in the query'
for route in /v1/products /v1/products/top /healthz /readyz /metrics; do
	request GET "$route" -H 'Authorization: Bearer nonsense'
	is "$status" 200 "$route needs none, not even a good one"
done
request GET /v1/products/1
is "$status" 200 '/v1/products/1 needs none'
request GET /v1/products/1 -H 'Authorization: Bearer nonsense'
refused invalid_token 'but one that is there must be good'

# ---- A bad one

bad nonsense 'no token at all'
bad "$head.$claims" 'two parts'
bad "$good.x" 'four parts'
bad "$good $good" 'two tokens'
bad "$good=" 'a padded one'
bad ".$claims.$mac" 'without a header'
bad "$head..$mac" 'without claims'
bad "$head.$claims." 'without a signature'
six=$(token 6)
six=${six#*.}
bad "$head.${six%.*}.$mac" "another user's claims"
case $mac in
A*) changed=B${mac#?} ;;
*) changed=A${mac#?} ;;
esac
bad "$head.$claims.$changed" 'one bit of the signature'
no_key='"The token was refused: no key of ours has made its signature."'
is "$(json .detail)" "$no_key" 'which is told'
bad "$head.$claims.$(printf '%s' "$mac" | tr a-zA-Z A-Za-z)" 'its letters turned'
bad "$(printf '{"alg":"none"}' | b64).$claims." 'alg none'
is "$(json .detail)" '"The token was refused: alg is not HS256."' 'which is told'
bad "$(printf '{"alg":"HS256","kid":"nobody"}' | b64).$claims.$mac" 'no such key'
is "$(json .detail)" "$no_key" 'which keys there are is not told'
bad "$(SHOP_JWT_SECRET_FILE=$dir/other.secret token 1)" 'by another secret'
bad "$(SHOP_JWT_ISSUER=https://evil.example token 1)" 'of another issuer'
bad "$(SHOP_JWT_ISSUER='' token 1)" 'of no issuer'
bad "$(SHOP_JWT_AUDIENCE=other token 1)" 'for another audience'
bad "$(printf '%04097d' 0)" 'one that is too long'

# ---- Expired

short=$(ctl token --user 1 --ttl 1)
ask "Bearer $short"
first=$status
sleep 2
ask "Bearer $short"
refused expired_token 'a token of a second, after two'
like "$(json .detail)" \
    "until $(date -u -d '3 seconds ago' +%Y-%m-%dT%H:)[0-9:]{5}Z|until $(
    )$(date -u +%Y-%m-%dT%H:)[0-9:]{5}Z" 'since when is told'
is "$first" 200 'which was good before'
like "$(header WWW-Authenticate)" 'error_description=".*expired' 'it says why'
request POST /v1/points/charge -H "Authorization: Bearer $short" \
    -H 'Content-Type: text/plain' -H "Idempotency-Key: a b" -d '{'
refused expired_token 'before anything else of the request is looked at'

# ---- What only one with the secret can make

if command -v openssl >/dev/null; then
	now=$(date +%s)
	hs='{"alg":"HS256","typ":"JWT"}'
	for_us="\"iss\":\"https://shop.example\",\"aud\":\"shop-api\""
	ends="\"exp\":$((now + 600)),$for_us"

	ask "Bearer $(sign "$hs" "{\"sub\":\"1\",$ends}")"
	accepted 'a token of our own making'
	for exp in $((now + 600)).5 $((now + 600)).0 $((now + 600))000e-3 4.1e9; do
		ask "Bearer $(sign "$hs" "{\"sub\":\"1\",\"exp\":$exp,\"nbf\":$now.9,\"iat\":$now.25,$for_us}")"
		accepted "an exp of $exp, nbf and iat with fractions"
	done
	for exp in $((now - 1)).999 1.7e9 1e-400 -0.5; do
		ask "Bearer $(sign "$hs" "{\"sub\":\"1\",\"exp\":$exp,$for_us}")"
		refused expired_token "an exp of $exp is past"
	done
	for exp in 1e400 9007199254740992 -1e400; do
		bad "$(sign "$hs" "{\"sub\":\"1\",\"exp\":$exp,$for_us}")" \
		    "an exp of $exp is no time"
	done
	ask "Bearer $(sign '{"alg":"HS256"}' "{\"sub\":\"1\",\"nbf\":$((now + 25)),\"iat\":$((now + 25)),$ends}")"
	accepted 'nbf and iat may lie half a minute ahead'
	ask "Bearer $(sign "$hs" "{\"sub\":\"1\",\"exp\":$((now + 600)),\"iss\":\"https://shop.example\",\"aud\":[\"x\",\"shop-api\"]}")"
	accepted 'one audience of several'
	ask "Bearer $(sign '{"alg":"HS256","kid":"new"}' "{\"sub\":\"1\",$ends}" "$dir/keys/new.key")"
	accepted 'by the key that kid names'
	for key in 'raw 64' 'jwk 48' 'crlf 40'; do
		octets=${key#* }
		key=${key% *}
		case $key in
		jwk) tail -c 48 "$dir/keys/raw.key" ;;
		*) head -c "$octets" "$dir/keys/$key.key" ;;
		esac >"$dir/octets"
		is "$(wc -c <"$dir/octets")" "$octets" "a key of $octets bytes"
		ask "Bearer $(sign_octets "{\"alg\":\"HS256\",\"kid\":\"$key\"}" \
		    "{\"sub\":\"1\",$ends}" <"$dir/octets")"
		accepted "by all of them, from the file $key.key"
		bad "$(head -c $((octets - 1)) "$dir/octets" | sign_octets \
		    "{\"alg\":\"HS256\",\"kid\":\"$key\"}" "{\"sub\":\"1\",$ends}")" \
		    'by all but the last'
		like "$(ctl key list)" "^$key $octets " 'so many are told of it'
	done
	bad "$(sign '{"alg":"HS256","kid":"new"}' "{\"sub\":\"1\",$ends}")" \
	    'by another than kid names'
	bad "$(sign "$hs" "{\"sub\":\"1\",$ends}" "$dir/keys/new.key")" \
	    'by a named key without its kid'
	bad "$(sign '{"alg":"HS256","kid":"old"}' "{\"sub\":\"1\",$ends}")" \
	    'by a kid nobody knows'
	bad "$(sign '{"alg":"HS256","kid":"../jwt"}' "{\"sub\":\"1\",$ends}")" \
	    'by a kid that is a path'
	bad "$(sign '{"alg":"none"}' "{\"sub\":\"1\",$ends}")" 'alg none, signed'
	bad "$(sign '{"alg":"HS512"}' "{\"sub\":\"1\",$ends}")" 'alg HS512'
	bad "$(sign '{"typ":"JWT"}' "{\"sub\":\"1\",$ends}")" 'no alg'
	bad "$(sign '{"alg":"HS256","crit":["exp"]}' "{\"sub\":\"1\",$ends}")" crit
	for sub in 1 '"0"' '"01"' '"-1"' '"1 "' '""' '"x"' null '"9007199254740992"'; do
		bad "$(sign "$hs" "{\"sub\":$sub,$ends}")" "a sub of $sub"
	done
	bad "$(sign "$hs" "{$ends}")" 'no sub'
	bad "$(sign "$hs" "{\"sub\":\"1\",$for_us}")" 'no exp'
	bad "$(sign "$hs" "{\"sub\":\"1\",\"exp\":\"$((now + 600))\",$for_us}")" \
	    'an exp that is a string'
	bad "$(sign "$hs" "{\"sub\":\"1\",\"nbf\":$((now + 90)),$ends}")" \
	    'an nbf far ahead'
	is "$(json .detail)" '"The token was refused: nbf or iat lies ahead."' \
	    'which is told'
	bad "$(sign "$hs" "{\"sub\":\"1\",\"iat\":$((now + 90)),$ends}")" \
	    'an iat far ahead'
	bad "$(sign "$hs" "{\"sub\":\"1\",\"sub\":\"2\",$ends}")" 'two subs'
	bad "$(sign "$hs" "[\"sub\",\"1\"]")" 'claims that are a list'
	ask "Bearer $(sign "$hs" "{\"sub\":\"1\",\"exp\":$((now - 1)),$for_us}")"
	refused expired_token 'an exp of a second ago: no leeway'
else
	pass 'tokens of our own making # SKIP no openssl'
fi

# ---- A good one, of nobody

for user in 999 9007199254740991; do
	ask "Bearer $(token $user)"
	refused unknown_user "user $user, who does not exist"
done
sql "UPDATE users SET status = 'closed' WHERE id = 1"
ask "Bearer $good"
refused unknown_user 'a user who was closed'
sql "UPDATE users SET status = 'active' WHERE id = 1"
ask "Bearer $good"
accepted 'and who is not, any more'
is "$(tables)" "$digest" 'none of this changed anything'
unlike "$(cat "$dir"/log/*.log)" "$mac|$(cat "$dir/jwt.secret")" \
    'neither token nor secret stands in a log'
finish
