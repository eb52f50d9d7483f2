/* SPDX-License-Identifier: MIT */
/*
 * One request between FastCGI and web/: parameters and body in, the answer
 * and one log line out.
 *
 * The parameters, all of which nginx sends and only the first two must say
 * something: REQUEST_METHOD, REQUEST_URI (raw), CONTENT_LENGTH, CONTENT_TYPE,
 * HTTP_AUTHORIZATION, HTTP_CONTENT_ENCODING, HTTP_IDEMPOTENCY_KEY,
 * HTTP_IF_NONE_MATCH, HTTP_X_REQUEST_ID, SHOP_MADE_KEY (the idempotency key
 * where the client sent none) and SHOP_QUEUED_AT (when nginx passed the request
 * on, "SECONDS.MILLISECONDS" since the epoch, from which its deadline counts),
 * and REMOTE_ADDR (the client's address, which GET /metrics looks at).
 * An empty one is one that is missing, but for HTTP_IDEMPOTENCY_KEY, which is
 * malformed then.  CONTENT_TYPE and those of the client's headers that come
 * several times, as a parameter each or one joined by commas, are one list; a
 * list is no key and no token.  The body is read whole, to BODY_BYTES_MAX, also
 * where CONTENT_LENGTH doesn't tell how long it is.
 */
#ifndef SHOP_REQUEST_H
#define SHOP_REQUEST_H

#include "base/ctx.h"
#include "io/fcgi.h"

/*
 * Serves the request that fcgi_accept() took: answers it, whatever it is,
 * unless the other side is gone, and logs one line, where log_requests wants
 * one.  Resets ctx->arena.
 */
void request_serve(struct ctx *, struct fcgi *);

#endif
