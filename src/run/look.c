/* SPDX-License-Identifier: MIT */
/* By /proc, and by the kernel's list of sockets (sock_diag(7)). */
#include "config.h"

#include "run/look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/why.h"
#include "run/listen.h"

/* ---- The board: a memfd, which /proc shows as a file of shopd's */

#define BOARD_LINK "/memfd:shop-board"

/* A descriptor on it; -1 with errno set. */
static int
open_board(int64_t pid)
{
	char dir[64], path[384], link[64];
	const struct dirent *entry;
	int fd = -1, fault = ENOENT;
	DIR *fds;

	snprintf(dir, sizeof dir, "/proc/%" PRId64 "/fd", pid);
	if ((fds = opendir(dir)) == NULL)
		return -1;
	while (fd < 0 && (entry = readdir(fds)) != NULL) {
		ssize_t len;

		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		len = readlink(path, link, sizeof link);
		if (len < (ssize_t)strlen(BOARD_LINK) ||
		    memcmp(link, BOARD_LINK, strlen(BOARD_LINK)) != 0)
			continue;
		if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
			fault = errno;
	}
	closedir(fds);
	errno = fault;
	return fd;
}

static bool
is_known(const struct board *b)
{
	return b->bytes == sizeof *b &&
	    strncmp(b->layout, BOARD_LAYOUT, sizeof b->layout) == 0;
}

const struct board *
look_board(int64_t pid, char *why)
{
	int fd = open_board(pid);
	struct board *b = MAP_FAILED;
	struct stat is;

	if (fd < 0) {
		why_say(why, "the board of shopd %" PRId64 " can't be read: %s",
		    pid, strerror(errno));
		return NULL;
	}
	/* What lies behind the end of a smaller one must not be touched. */
	if (fstat(fd, &is) == 0 && is.st_size >= (off_t)sizeof *b)
		b = mmap(NULL, sizeof *b, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (b != MAP_FAILED && is_known(b))
		return b;
	if (b != MAP_FAILED)
		munmap(b, sizeof *b);
	why_say(why, "shopd %" PRId64 " is of another version than this "
	    "program: restart it", pid);
	return NULL;
}

void
look_done(const struct board *b)
{
	if (b != NULL)
		munmap((void *)(uintptr_t)b, sizeof *b);
}

/* ---- The process */

int64_t
look_up_s(int64_t pid)
{
	char path[64], text[1024];
	unsigned long long start = 0;
	const char *behind;
	struct timespec now;
	size_t len;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return -1;
	len = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[len] = '\0';
	/* The 22nd word; the second one is a name, in brackets. */
	behind = strrchr(text, ')');
	if (behind == NULL || sscanf(behind + 1, " %*s %*s %*s %*s %*s %*s %*s "
	    "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &start)
	    != 1 || clock_gettime(CLOCK_BOOTTIME, &now) != 0)
		return -1;
	return (int64_t)now.tv_sec -
	    (int64_t)(start / (unsigned long long)sysconf(_SC_CLK_TCK));
}

/* ---- The queue */

struct listeners {
	struct nlmsghdr head;
	struct unix_diag_req ask;
};

/* All unix sockets that listen; -1 where the kernel can't be asked. */
static int
ask_for_listeners(void)
{
	const struct listeners all = {
	    .head = { .nlmsg_len = sizeof all,
	    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
	    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	    .ask = { .sdiag_family = AF_UNIX, .udiag_states = 1 << TCP_LISTEN,
	    .udiag_show = UDIAG_SHOW_VFS | UDIAG_SHOW_RQLEN } };
	const struct timeval patience = { .tv_sec = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof patience) == 0 && send(fd, &all, sizeof all, 0)
	    == (ssize_t)sizeof all)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

struct listener {
	struct unix_diag_vfs vfs;
	struct unix_diag_rqlen rqlen;
};

static void
take_attribute(const struct rtattr *a, struct listener *l)
{
	size_t len = a->rta_len - sizeof *a;

	if (a->rta_type == UNIX_DIAG_VFS && len >= sizeof l->vfs)
		memcpy(&l->vfs, a + 1, sizeof l->vfs);
	else if (a->rta_type == UNIX_DIAG_RQLEN && len >= sizeof l->rqlen)
		memcpy(&l->rqlen, a + 1, sizeof l->rqlen);
}

/* How many wait on the socket of a message, where it is this file's. */
static bool
read_listener(const struct nlmsghdr *h, ino_t file, int64_t *waiting)
{
	const char *end = (const char *)h + h->nlmsg_len;
	const char *at = (const char *)h +
	    NLMSG_SPACE(sizeof(struct unix_diag_msg));
	struct listener l = { .vfs = { .udiag_vfs_ino = 0 } };

	while (end - at >= (ptrdiff_t)sizeof(struct rtattr)) {
		const struct rtattr *a = (const void *)at;

		if (a->rta_len < sizeof *a || a->rta_len > end - at)
			break;
		take_attribute(a, &l);
		at += RTA_ALIGN(a->rta_len);
	}
	*waiting = l.rqlen.udiag_rqueue;
	return l.vfs.udiag_vfs_ino == (uint32_t)file;
}

/* Until it is found (its number), or there is nothing more (-1). */
static int64_t
find_listener(int fd, ino_t file)
{
	_Alignas(struct nlmsghdr) char answer[16384];
	int64_t waiting;
	ssize_t len;

	while ((len = recv(fd, answer, sizeof answer, 0)) > 0) {
		const struct nlmsghdr *h;
		size_t at = 0;

		for (; (size_t)len - at >= sizeof *h;
		    at += NLMSG_ALIGN(h->nlmsg_len)) {
			h = (const void *)(answer + at);
			if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
			    h->nlmsg_len < sizeof *h ||
			    h->nlmsg_len > (size_t)len - at)
				return -1;
			if (read_listener(h, file, &waiting))
				return waiting;
			if (NLMSG_ALIGN(h->nlmsg_len) >= (size_t)len - at)
				break;
		}
	}
	return -1;
}

int64_t
look_waiting(const char *listen)
{
	const char *path = listen_path(listen);
	struct stat is;
	int64_t waiting;
	int fd;

	if (path == NULL || stat(path, &is) != 0 ||
	    (fd = ask_for_listeners()) < 0)
		return -1;
	waiting = find_listener(fd, is.st_ino);
	close(fd);
	return waiting;
}
