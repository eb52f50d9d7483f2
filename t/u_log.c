/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/log.h"

#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct capture {
	int pipe[2];
	int stderr_fd;
};

static void
capture_begin(struct capture *c)
{
	CU_ASSERT_FATAL(pipe(c->pipe) == 0);
	CU_ASSERT_FATAL((c->stderr_fd = dup(STDERR_FILENO)) >= 0);
	CU_ASSERT_FATAL(dup2(c->pipe[1], STDERR_FILENO) >= 0);
}

/* What one read finds: a line that took two writes would come in half. */
static size_t
capture_read(struct capture *c, char *out, size_t size)
{
	ssize_t n;

	CU_ASSERT_FATAL(fcntl(c->pipe[0], F_SETFL, O_NONBLOCK) == 0);
	n = read(c->pipe[0], out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void
capture_end(struct capture *c)
{
	dup2(c->stderr_fd, STDERR_FILENO);
	close(c->stderr_fd);
	close(c->pipe[0]);
	close(c->pipe[1]);
}

/* The line that one value makes, from " event=" on. */
static const char *
line_of(const char *value, char *out, size_t size)
{
	struct capture c;
	struct log_line l;
	const char *event;

	capture_begin(&c);
	log_begin(&l, LOG_ERROR, "e");
	log_str(&l, "k", value);
	log_int(&l, "n", -5);
	log_end(&l);
	capture_read(&c, out, size);
	capture_end(&c);
	event = strstr(out, " event=");
	return event != NULL ? event : "";
}

static void
test_values(void)
{
	static const struct {
		const char *value, *line;
	} rows[] = {
		{ "plain", " event=e k=plain n=-5\n" },
		{ "/v1/orders/{id}", " event=e k=/v1/orders/{id} n=-5\n" },
		{ "", " event=e k=\"\" n=-5\n" },
		{ "two words", " event=e k=\"two words\" n=-5\n" },
		{ "a=b", " event=e k=\"a=b\" n=-5\n" },
		{ "say \"hi\"", " event=e k=\"say \\\"hi\\\"\" n=-5\n" },
		{ "back\\slash", " event=e k=\"back\\\\slash\" n=-5\n" },
		{ "x\nlevel=error", " event=e k=\"x\\x0alevel=error\" n=-5\n" },
		{ "x\r\n", " event=e k=\"x\\x0d\\x0a\" n=-5\n" },
		{ "\x01\x1f\x7f\t",
		    " event=e k=\"\\x01\\x1f\\x7f\\x09\" n=-5\n" },
		{ "\x1b[2J", " event=e k=\"\\x1b[2J\" n=-5\n" },
		{ "\xc3\xa9", " event=e k=\"\xc3\xa9\" n=-5\n" },
		{ "\" event=forged",
		    " event=e k=\"\\\" event=forged\" n=-5\n" },
	};
	char out[LOG_LINE_BYTES_MAX * 2];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(rows[i].value, strcmp(line_of(rows[i].value, out,
		    sizeof out), rows[i].line) == 0);
}

/* time=2026-01-31T12:34:56.789Z level=error event=... */
static void
test_head(void)
{
	static const char shape[] = "time=dddd-dd-ddTdd:dd:dd.dddZ "
	    "level=error event=e ";
	char out[LOG_LINE_BYTES_MAX * 2];
	size_t i;

	(void)line_of("x", out, sizeof out);
	for (i = 0; shape[i] != '\0' && out[i] != '\0'; i++)
		if (i < 30 && shape[i] == 'd')
			CU_ASSERT(out[i] >= '0' && out[i] <= '9')
		else
			CU_ASSERT(out[i] == shape[i]);
	CU_ASSERT(shape[i] == '\0');
}

/* Too long a value is dropped with all behind it; the line stays a line. */
static void
test_overlong(void)
{
	char value[LOG_LINE_BYTES_MAX * 2], out[LOG_LINE_BYTES_MAX * 2];
	static const char fill[] = "a\n\"";

	for (size_t i = 0; i < sizeof fill - 1; i++) {
		memset(value, fill[i], sizeof value);
		value[sizeof value - 1] = '\0';
		CU_ASSERT_STRING_EQUAL(line_of(value, out, sizeof out),
		    " event=e\n");
	}
}

/* Every length about the edge: never more than the maximum, one newline. */
static void
test_edge(void)
{
	char value[LOG_LINE_BYTES_MAX], out[LOG_LINE_BYTES_MAX * 2];
	bool whole = false, cut = false;

	for (size_t n = LOG_LINE_BYTES_MAX - 90; n < sizeof value; n++) {
		size_t len;

		memset(value, 'a', n);
		value[n] = '\0';
		(void)line_of(value, out, sizeof out);
		len = strlen(out);
		CU_ASSERT(len <= LOG_LINE_BYTES_MAX);
		CU_ASSERT(len > 0 && strchr(out, '\n') == out + len - 1);
		whole |= strstr(out, "a n=-5\n") != NULL;
		cut |= strstr(out, " event=e\n") != NULL;
	}
	CU_ASSERT(whole);
	CU_ASSERT(cut);
}

static void
test_threshold(void)
{
	char out[LOG_LINE_BYTES_MAX];
	struct capture c;

	capture_begin(&c);
	log_msg(LOG_DEBUG, "e", "below");
	CU_ASSERT_EQUAL(capture_read(&c, out, sizeof out), 0);
	log_msg(LOG_INFO, "e", "at %d%%", 100);
	CU_ASSERT(capture_read(&c, out, sizeof out) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, " level=info event=e "
	    "msg=\"at 100%\"\n"));
	log_threshold(LOG_ERROR);
	log_msg(LOG_WARN, "e", "below");
	CU_ASSERT_EQUAL(capture_read(&c, out, sizeof out), 0);
	log_threshold(LOG_DEBUG);
	log_msg(LOG_DEBUG, "e", "at");
	CU_ASSERT(capture_read(&c, out, sizeof out) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(out, " level=debug event=e msg=at\n"));
	log_threshold(LOG_SILENT);
	log_msg(LOG_ERROR, "e", "below");
	CU_ASSERT_EQUAL(capture_read(&c, out, sizeof out), 0);
	log_threshold(LOG_INFO);
	capture_end(&c);
}

static void
test_msg_is_cut(void)
{
	char value[LOG_LINE_BYTES_MAX * 2], out[LOG_LINE_BYTES_MAX * 2];
	struct capture c;
	size_t len;

	memset(value, 'x', sizeof value);
	value[sizeof value - 1] = '\0';
	capture_begin(&c);
	log_msg(LOG_ERROR, "e", "%s", value);
	len = capture_read(&c, out, sizeof out);
	capture_end(&c);
	CU_ASSERT(len > 500 && len <= LOG_LINE_BYTES_MAX);
	CU_ASSERT(len > 0 && out[len - 1] == '\n');
}

static void
test_id(void)
{
	char out[LOG_LINE_BYTES_MAX * 2];

	log_id("r-1");
	CU_ASSERT_STRING_EQUAL(line_of("x", out, sizeof out),
	    " event=e id=r-1 k=x n=-5\n");
	log_id("");
	CU_ASSERT_STRING_EQUAL(line_of("x", out, sizeof out),
	    " event=e k=x n=-5\n");
}

static void
test_due(void)
{
	int64_t last_us = 0;

	CU_ASSERT(log_due(&last_us));
	CU_ASSERT(!log_due(&last_us));
	last_us -= LOG_PAUSE_US;
	CU_ASSERT(log_due(&last_us));
	CU_ASSERT(!log_due(&last_us));
}

/*
 * A daemon with this stderr, whose reader is at the other end of the control
 * sockets: writes until lines are dropped, says so, and once it is told that
 * there is room again, writes one more.
 */
static _Noreturn void
daemon_with(int fd, int control, uid_t uid)
{
	char byte = 'f';

	alarm(20);
	dup2(fd, STDERR_FILENO);
	close_range(3, (unsigned)control - 1, 0);
	close_range((unsigned)control + 1, ~0U, 0);
	if (uid != 0 && setuid(uid) != 0)
		_exit(1);
	log_open();
	for (int i = 0; i < 50000; i++)
		log_msg(LOG_ERROR, "e", "%06d", i);
	if (write(control, &byte, 1) != 1 || read(control, &byte, 1) != 1)
		_exit(1);
	log_msg(LOG_ERROR, "last", "line");
	_exit(0);
}

/* Reads all there is; false when a line is not whole.  Counts them. */
static bool
read_lines(int fd, int *lines, int *dropped)
{
	static char all[4 * 1024 * 1024];
	size_t len = 0;
	ssize_t n;
	int last;

	while ((n = read(fd, all + len, sizeof all - 1 - len)) > 0)
		len += (size_t)n;
	all[len] = '\0';
	for (char *at = all, *end; *at != '\0'; at = end + 1) {
		if ((end = strchr(at, '\n')) == NULL ||
		    strncmp(at, "time=", 5) != 0)
			return false;
		*end = '\0';
		if (strstr(at, " event=e ") != NULL)
			++*lines;
		else if (sscanf(at, "%*s level=warn event=log-dropped "
		    "lines=%d", &last) == 1)
			*dropped += last;
		else if (strstr(at, " event=last msg=line") == NULL)
			return false;
	}
	return true;
}

static void
check_daemon(const char *what, const int fd[2], uid_t uid)
{
	int control[2], lines = 0, dropped = 0, status;
	char byte;
	pid_t pid;

	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, control) == 0);
	if ((pid = fork()) == 0)
		daemon_with(fd[1], control[1], uid);
	close(fd[1]);
	close(control[1]);
	CHECK_ROW(what, read(control[0], &byte, 1) == 1);
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	CHECK_ROW(what, read_lines(fd[0], &lines, &dropped));
	CHECK_ROW(what, lines > 0 && lines < 50000 && dropped == 0);
	CHECK_ROW(what, write(control[0], "", 1) == 1);
	CHECK_ROW(what, waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_ROW(what, read_lines(fd[0], &lines, &dropped));
	CHECK_ROW(what, dropped > 0 && lines + dropped == 50000);
	close(fd[0]);
	close(control[0]);
}

/* Nor does it where the process may not open the pipe anew. */
static void
test_never_waits(void)
{
	int fd[2];

	CU_ASSERT_FATAL(pipe(fd) == 0);
	check_daemon("a pipe", fd, 0);
	if (getuid() == 0) {
		CU_ASSERT_FATAL(pipe(fd) == 0);
		check_daemon("another's pipe", fd, 65534);
	}
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	check_daemon("a socket", fd, 0);
}

/* A daemon whose stderr is fd, and one line of each level and kind. */
static _Noreturn void
daemon_of_levels(int fd, const char *stream)
{
	struct log_line l;

	dup2(fd, STDERR_FILENO);
	if (stream != NULL)
		setenv("JOURNAL_STREAM", stream, 1);
	else
		unsetenv("JOURNAL_STREAM");
	log_open();
	log_threshold(LOG_DEBUG);
	log_msg(LOG_DEBUG, "e", "m");
	log_msg(LOG_INFO, "e", "m");
	log_begin(&l, LOG_WARN, "e");
	log_end(&l);
	log_msg(LOG_ERROR, "e", "m");
	log_say("shopd: %s", "no");
	_exit(0);
}

static const struct {
	const char *what;
	uintmax_t device, inode;	/* added to those of stderr */
	const char *behind;		/* NULL: JOURNAL_STREAM is not set */
	const char *before;		/* each line */
} streams[] = {
	{ "the journal", 0, 0, "", "<7>.<6>.<4>.<3>.<3>." },
	{ "no journal", 0, 0, NULL, "....." },
	{ "another socket", 0, 1, "", "....." },
	{ "of another device", 1, 0, "", "....." },
	{ "more digits", 0, 0, "1", "....." },
};

/* What each of its lines has before "time=", or before "shopd: ". */
static void
read_befores(int fd, char out[64])
{
	char line[LOG_LINE_BYTES_MAX], *word;
	FILE *f = fdopen(fd, "r");

	CU_ASSERT_FATAL(f != NULL);
	out[0] = '\0';
	while (fgets(line, sizeof line, f) != NULL) {
		if ((word = strstr(line, "time=")) == NULL)
			word = strstr(line, "shopd: ");
		CU_ASSERT(word != NULL && word - line < 16);
		if (word == NULL || strlen(out) > 40)
			break;
		*word = '\0';
		strcat(strcat(out, line), ".");
	}
	fclose(f);
}

static void
test_priorities(void)
{
	char stream[64], out[64];
	int end[2], status;
	struct stat st;
	pid_t pid;

	for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
		CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0);
		CU_ASSERT_FATAL(fstat(end[1], &st) == 0);
		snprintf(stream, sizeof stream, "%ju:%ju%s",
		    st.st_dev + streams[i].device,
		    st.st_ino + streams[i].inode,
		    streams[i].behind != NULL ? streams[i].behind : "");
		if ((pid = fork()) == 0)
			daemon_of_levels(end[1], streams[i].behind != NULL
			    ? stream : NULL);
		close(end[1]);
		read_befores(end[0], out);
		CU_ASSERT(waitpid(pid, &status, 0) == pid && status == 0);
		CHECK_ROW(streams[i].what, strcmp(out, streams[i].before) == 0);
	}
}

void
suite_log(void)
{
	CU_pSuite s = CU_add_suite("log", NULL, NULL);

	CU_ADD_TEST(s, test_values);
	CU_ADD_TEST(s, test_head);
	CU_ADD_TEST(s, test_overlong);
	CU_ADD_TEST(s, test_edge);
	CU_ADD_TEST(s, test_threshold);
	CU_ADD_TEST(s, test_msg_is_cut);
	CU_ADD_TEST(s, test_id);
	CU_ADD_TEST(s, test_due);
	CU_ADD_TEST(s, test_never_waits);
	CU_ADD_TEST(s, test_priorities);
}
