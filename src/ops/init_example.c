/* SPDX-License-Identifier: MIT */
/*
 * The settings that a new shop begins with: few, and each with what it is for.
 * Everything lies in places that are named after the settings file, so that a
 * second shop's are its own.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "ops/init_part.h"

static const char format[] =
    "# Settings of the shop, made by shopctl init.  shop.conf(5) tells of all\n"
    "# of them, and shopctl --check-config what is in force.\n"
    "\n"
    "# The password of the workers' account, which shopctl migrate makes.\n"
    "db_password_file = %1$s/db.password\n"
    "\n"
    "# The keys that sign tokens: shopctl key.\n"
    "jwt_key_dir = %1$s/keys\n"
    "\n"
    "# nginx's file of the shop: shopctl site --write makes it, shopctl doctor\n"
    "# compares it.\n"
    "%2$snginx_conf = %3$s\n"
    "\n"
    "# Where the pool takes requests.  Reads have workers of their own, so that\n"
    "# no write holds them up: nginx sends them there.  Other web servers don't,\n"
    "# and need listen_read empty.\n"
    "listen = unix:%4$s/shop.sock\n"
    "listen_read = unix:%4$s/read.sock\n"
    "pool_pidfile = %4$s/shopd.pid\n"
    "\n"
    "# The database: at the socket, or at db_host where db_socket is empty.\n"
    "#db_name = shop\n"
    "#db_socket = /run/mysqld/mysqld.sock\n"
    "#db_admin_user = root\n"
    "#db_admin_password_file = %1$s/admin.password\n"
    "\n"
    "# A cache of the ranking.  Whoever may write to it writes what customers\n"
    "# read: a socket that only the pool and nginx reach.\n"
    "#memcached = /run/memcached/memcached.sock\n"
    "\n"
    "# How the last audits went, for /metrics: where shop-audit.timer runs.\n"
    "#audit_state = /var/lib/shop/audit.state\n";

/* /etc/shop for /etc/shop.conf. */
static const char *
place_of_file(struct arena *a, const char *file)
{
	size_t len = strlen(file);

	return len > 5 && strcmp(file + len - 5, ".conf") == 0 &&
	    file[len - 6] != '/' ? arena_copy(a, file, len - 5)
	    : arena_printf(a, "%s.d", file);
}

const char *
init_example(const struct init *i)
{
	struct arena *a = i->ctx->arena;
	bool is_root = geteuid() == 0;
	const char *place = place_of_file(a, i->file), *name, *run, *nginx;

	if (place == NULL || (name = strrchr(place, '/')) == NULL)
		return NULL;
	run = is_root ? arena_printf(a, "/run%s", name) : place;
	nginx = arena_printf(a, "/etc/nginx/conf.d%s.conf", name);
	return run == NULL || nginx == NULL ? NULL : arena_printf(a, format,
	    place, is_root ? "" : "#", nginx, run);
}
