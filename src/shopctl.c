/* SPDX-License-Identifier: MIT */
/* shopctl, the operator's tool: a table of commands, and main. */
#include "config.h"

#include <stdlib.h>

#include "base/log.h"
#include "ops/command.h"

static const struct command *const commands[] = {
	&cmd_init,
	&cmd_token,
	&cmd_grant,
	&cmd_key_add,
	&cmd_key_list,
	&cmd_key_retire,
	&cmd_user_list,
	&cmd_user_find,
	&cmd_user_show,
	&cmd_user_add,
	&cmd_user_role,
	&cmd_user_password,
	&cmd_user_close,
	&cmd_product_list,
	&cmd_product_show,
	&cmd_product_add,
	&cmd_product_restock,
	&cmd_product_price,
	&cmd_product_on_sale,
	&cmd_product_off_sale,
	&cmd_order_list,
	&cmd_order_show,
	&cmd_order_cancel,
	&cmd_order_fulfil,
	&cmd_payment_list,
	&cmd_status,
	&cmd_audit,
	&cmd_redate,
	&cmd_archive_empty,
	&cmd_archive,
	&cmd_doctor,
	&cmd_migrate,
	&cmd_restored,
	&cmd_id,
	&cmd_site,
	&cmd_roll,
	NULL
};

int
main(int argc, char **argv)
{
	char *usage = command_usage(commands);
	const struct prog prog = { "shopctl", usage, NULL, "init" };
	struct conf conf;
	int status = EXIT_FAILED, first;

	if (usage == NULL)
		return command_failed("start", "out of memory");
	first = prog_start(&prog, argc, argv, &conf, &status);
	/* Commands tell what went wrong in one line of their own. */
	log_threshold(LOG_SILENT);
	if (first >= 0)
		status = command_run(commands, &conf, argc - first,
		    argv + first);
	free(usage);
	return status;
}
