/* SPDX-License-Identifier: MIT */
/*
 * The order of the steps, and what they say.  All of them run twice: a first
 * time only to look whether each may be done, so that a refusal leaves no trace.
 */
#include "config.h"

#include "ops/init_part.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "paths.h"
#include "run/listen.h"

/* Several steps come by the same directory. */
static void
tell_once(struct init *i, const char *how, const char *what, const char *path)
{
	struct arena *a = i->ctx->arena;
	const char *thing = arena_printf(a, " %s %s\n", what, path);

	if (i->looking || thing == NULL || strstr(i->told, thing) != NULL)
		return;
	fprintf(i->out, "%s:%s", how, thing);
	if ((thing = arena_printf(a, "%s%s", i->told, thing)) != NULL)
		i->told = thing;
}

void
init_there(struct init *i, const char *what, const char *path)
{
	tell_once(i, "there", what, path);
}

bool
init_makes(struct init *i, const char *what, const char *path)
{
	if (i->dry_run)
		tell_once(i, "would make", what, path);
	return !i->looking && !i->dry_run;
}

void
init_made(struct init *i, const char *what, const char *path)
{
	tell_once(i, "made", what, path);
}

enum err
init_fault(const struct init *i, const char *path, const char *fault)
{
	why_say(i->why, "%.400s: %.400s", path, fault);
	return E_CONFIG;
}

/* The settings as they will be when the example is in place. */
static enum err
load_example(struct init *i)
{
	char path[32];
	int fd = memfd_create("settings", MFD_CLOEXEC);
	enum err e = E_CONFIG;

	why_say(i->why, "out of memory");
	if ((i->text = init_example(i)) == NULL || fd < 0 ||
	    write(fd, i->text, strlen(i->text)) != (ssize_t)strlen(i->text)) {
		if (fd >= 0)
			close(fd);
		return E_CONFIG;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	e = conf_load(i->conf, path, i->why);
	close(fd);
	snprintf(i->conf->settings_file, sizeof i->conf->settings_file, "%s",
	    i->file);
	return e != E_OK ? e : conf_check(i->conf, i->why);
}

static enum err
begin(struct init *i, const char *user)
{
	const struct conf *c = i->ctx->conf;
	bool named = c->settings_file[0] != '\0';

	i->file = named ? c->settings_file : SHOP_CONFIG_FILE;
	if (i->file[0] != '/')
		return init_fault(i, i->file, "must be an absolute path");
	if (user != NULL && geteuid() != 0)
		return init_fault(i, user, "only root sets up a shop for "
		    "another user");
	i->user = user != NULL ? user : geteuid() == 0 ? "shop" : NULL;
	i->uid = geteuid();
	i->gid = getegid();
	i->conf = arena_alloc(i->ctx->arena, sizeof *i->conf);
	why_say(i->why, "out of memory");
	if (i->conf == NULL)
		return E_CONFIG;
	if (access(i->file, F_OK) != 0)
		return load_example(i);
	*i->conf = *c;
	return E_OK;
}

static enum err
make_files(struct init *i, bool looking)
{
	enum err e;

	i->looking = looking;
	if ((e = init_user(i)) != E_OK || (e = init_settings(i)) != E_OK ||
	    (e = init_secrets(i)) != E_OK)
		return e;
	return init_sockets(i);
}

/* What only the operator can decide: the shop's name, and when it opens. */
static void
say_next(const struct init *i)
{
	const char *nginx = i->conf->nginx_conf;
	bool standard = strcmp(i->file, SHOP_CONFIG_FILE) == 0;

	if (nginx[0] != '\0' && access(nginx, F_OK) != 0)
		fprintf(i->out, "next: shopctl %s%s%ssite --tls NAME --write "
		    "(without TLS: --host NAME --listen 80)\n",
		    standard ? "" : "-c ", standard ? "" : i->file,
		    standard ? "" : " ");
	if (listen_path(i->conf->listen) == NULL ||
	    listen_owner(i->conf->listen) != LISTEN_NOBODY)
		return;
	if (standard && access("/run/systemd/system", F_OK) == 0)
		fputs("next: systemctl enable --now shopd && "
		    "systemctl reload nginx\n", i->out);
	else
		fprintf(i->out, "next: start shopd --config %s%s%s, and "
		    "reload nginx\n", i->file, i->user != NULL ? " as user "
		    : "", i->user != NULL ? i->user : "");
}

enum err
init_run(struct ctx *ctx, const struct init_wish *wish, FILE *out, char *why)
{
	struct init i = { .ctx = ctx, .dry_run = wish->dry_run, .out = out,
	    .told = "", .why = why };
	enum err e;

	if ((e = begin(&i, wish->user)) != E_OK ||
	    (e = make_files(&i, true)) != E_OK ||
	    (e = make_files(&i, false)) != E_OK)
		return e;
	ctx->conf = i.conf;
	if ((e = init_database(&i)) == E_OK)
		say_next(&i);
	return e;
}
