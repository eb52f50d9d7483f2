/* SPDX-License-Identifier: MIT */
/*
 * A record is its memfd's content: the magic, then a head, a path and a
 * content for each file.  A directory's names stand under its path and a
 * slash.
 */
#include "config.h"

#include "base/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/num.h"

#define MAGIC "shop-files 1\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define RECORD_BYTES_MAX (16 * 1024 * 1024)
#define NAMES_BYTES_MAX (64 * 1024)
#define ABSENT UINT32_MAX	/* in place of a content's bytes */
#define VARIABLE "SHOP_FILES_FD"

struct head {
	uint32_t path_bytes, bytes;
};

/*
 * One a process, and not in ctx: files are read at the start, not by requests.
 */
static struct record {
	char *data;
	size_t len, size;
	bool recording, failed;
} record;

struct found {
	const char *data;
	size_t len;
	bool absent;
};

static enum err
file_fault(char *why, const char *path, const char *fault)
{
	why_say(why, "%.300s: %.200s", path, fault);
	return E_CONFIG;
}

void
snapshot_drop(void)
{
	if (record.data != NULL)
		explicit_bzero(record.data, record.len);
	free(record.data);
	record = (struct record){ 0 };
}

/* ---- The record */

/* realloc() would leave a secret behind. */
static bool
make_room_for(size_t more)
{
	size_t size = record.size * 2 > record.len + more
	    ? record.size * 2 : record.len + more + 4096;
	char *data;

	if (record.size - record.len >= more)
		return true;
	if (size > RECORD_BYTES_MAX || (data = malloc(size)) == NULL)
		return false;
	if (record.data != NULL) {
		memcpy(data, record.data, record.len);
		explicit_bzero(record.data, record.len);
		free(record.data);
	}
	record.data = data;
	record.size = size;
	return true;
}

static void
append_record(const void *data, size_t len)
{
	if (record.failed || !make_room_for(len)) {
		record.failed = true;
		return;
	}
	if (len > 0)
		memcpy(record.data + record.len, data, len);
	record.len += len;
}

/* A file may be read twice: only its first content is recorded. */
static bool
find(const char *path, const char *slash, struct found *out)
{
	size_t at = MAGIC_BYTES, path_len = strlen(path);
	struct head h;

	while (at < record.len) {
		const char *name = record.data + at + sizeof h;

		memcpy(&h, record.data + at, sizeof h);
		out->absent = h.bytes == ABSENT;
		out->len = out->absent ? 0 : h.bytes;
		out->data = name + h.path_bytes;
		if (h.path_bytes == path_len + strlen(slash) &&
		    memcmp(name, path, path_len) == 0 &&
		    memcmp(name + path_len, slash, strlen(slash)) == 0)
			return true;
		at += sizeof h + h.path_bytes + out->len;
	}
	return false;
}

static void
remember_file(const char *path, const char *slash, const char *data,
    uint32_t bytes)
{
	struct head h = { (uint32_t)(strlen(path) + strlen(slash)), bytes };
	struct found f;

	if (!record.recording || find(path, slash, &f))
		return;
	append_record(&h, sizeof h);
	append_record(path, strlen(path));
	append_record(slash, strlen(slash));
	append_record(data, bytes == ABSENT ? 0 : bytes);
}

/* Is it whole entries to the end?  Another version's shopd may have made it. */
static bool
is_sound(const char *data, size_t len)
{
	size_t at = MAGIC_BYTES;
	struct head h;

	if (len < at || memcmp(data, MAGIC, MAGIC_BYTES) != 0)
		return false;
	while (len - at >= sizeof h) {
		memcpy(&h, data + at, sizeof h);
		at += sizeof h;
		if (h.path_bytes > len - at)
			return false;
		at += h.path_bytes;
		if (h.bytes != ABSENT && h.bytes > len - at)
			return false;
		at += h.bytes != ABSENT ? h.bytes : 0;
	}
	return at == len;
}

/* ---- Reading */

static const char *
read_record(const struct found *f, char *text, size_t max, size_t *len)
{
	if (f->absent)
		return strerror(ENOENT);
	if (f->len > max)
		return "too long";
	memcpy(text, f->data, f->len);
	text[f->len] = '\0';
	*len = f->len;
	return NULL;
}

static const char *
read_from_disk(const char *path, enum snapshot_kind kind, char *text, size_t max,
    size_t *len)
{
	const char *fault;
	struct found f;

	if (!record.recording && find(path, "", &f))
		return read_record(&f, text, max, len);
	fault = file_load(path, kind == SNAPSHOT_SECRET, text, max, len);
	if (fault == NULL)
		remember_file(path, "", text, (uint32_t)*len);
	return fault;
}

enum err
snapshot_read(const char *path, enum snapshot_kind kind, size_t max,
    char **out, size_t *len, char *why)
{
	char *text = calloc(1, max + 2);
	const char *fault = text == NULL ? "out of memory"
	    : read_from_disk(path, kind, text, max, len);

	if (fault == NULL) {
		*out = text;
		return E_OK;
	}
	if (text != NULL)
		explicit_bzero(text, max + 2);
	free(text);
	return file_fault(why, path, fault);
}

static bool
ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), suffix_len = strlen(suffix);

	return len >= suffix_len &&
	    strcmp(name + len - suffix_len, suffix) == 0;
}

static const char *
list_disk(DIR *d, const char *suffix, char *names, size_t *len)
{
	const struct dirent *entry;
	size_t bytes;

	*len = 0;
	for (;;) {
		errno = 0;
		if ((entry = readdir(d)) == NULL)
			return errno != 0 ? strerror(errno) : NULL;
		if (!ends_in(entry->d_name, suffix))
			continue;
		bytes = strlen(entry->d_name) + 1;
		if (bytes > NAMES_BYTES_MAX - *len)
			return "holds too many files";
		memcpy(names + *len, entry->d_name, bytes);
		*len += bytes;
	}
}

static const char *
list_files(const char *dir, const char *suffix, char *names, size_t *len)
{
	const char *fault;
	struct found f;
	DIR *d;

	if (!record.recording && find(dir, "/", &f))
		return read_record(&f, names, NAMES_BYTES_MAX, len);
	if ((d = opendir(dir)) == NULL)
		return strerror(errno);
	fault = list_disk(d, suffix, names, len);
	closedir(d);
	if (fault == NULL)
		remember_file(dir, "/", names, (uint32_t)*len);
	return fault;
}

enum err
snapshot_list(const char *dir, const char *suffix, char **names, size_t *len,
    char *why)
{
	char *text = malloc(NAMES_BYTES_MAX + 1);
	const char *fault = text == NULL ? "out of memory"
	    : list_files(dir, suffix, text, len);

	if (fault == NULL) {
		*names = text;
		return E_OK;
	}
	free(text);
	return file_fault(why, dir, fault);
}

bool
snapshot_exists(const char *path)
{
	struct stat st;
	struct found f;

	if (!record.recording && find(path, "", &f))
		return !f.absent;
	/*
	 * If lstat() fails in another way, the file counts as there: reading it
	 * then reports the error.
	 */
	if (lstat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return true;
	remember_file(path, "", NULL, ABSENT);
	return false;
}

/* ---- From shopd to a worker */

void
snapshot_record(void)
{
	snapshot_drop();
	record.recording = true;
	append_record(MAGIC, MAGIC_BYTES);
}

static bool
write_all(int fd, const char *data, size_t len)
{
	size_t at = 0;
	ssize_t n;

	while (at < len) {
		n = write(fd, data + at, len - at);
		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static int
sealed_memfd(const char *name, const char *data, size_t len)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (fchmod(fd, 0400) == 0 && write_all(fd, data, len) &&
	    lseek(fd, 0, SEEK_SET) == 0 && fcntl(fd, F_ADD_SEALS,
	    F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		return fd;
	close(fd);
	return -1;
}

int
snapshot_seal(void)
{
	int fd = -1;

	errno = ENOMEM;
	if (!record.failed)
		fd = sealed_memfd("shop-files", record.data, record.len);
	snapshot_drop();
	return fd;
}

int
snapshot_hand_on(int fd)
{
	char text[16];

	snprintf(text, sizeof text, "%d", fd);
	return fcntl(fd, F_SETFD, 0) == 0 && setenv(VARIABLE, text, 1) == 0
	    ? 0 : -1;
}

/* The offset is shared with other workers, who read at the same time. */
static bool
take_file(int fd)
{
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fstat(fd, &st) != 0 || st.st_size > RECORD_BYTES_MAX ||
	    (record.data = malloc((size_t)st.st_size + 1)) == NULL)
		return false;
	while (len < (size_t)st.st_size) {
		n = pread(fd, record.data + len, (size_t)st.st_size - len,
		    (off_t)len);
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	record.len = record.size = len;
	return is_sound(record.data, len);
}

bool
snapshot_join(void)
{
	const char *text = getenv(VARIABLE);
	int64_t fd;
	bool ok;

	if (text == NULL)
		return true;
	ok = num_parse(text, strlen(text), 3, 65535, &fd);
	unsetenv(VARIABLE);
	if (ok) {
		ok = take_file((int)fd);
		close((int)fd);
	}
	if (!ok) {
		log_msg(LOG_ERROR, "start", "what shopd has read can't be "
		    "taken from it");
		snapshot_drop();
	}
	return ok;
}

bool
snapshot_pin(char *path, size_t size)
{
	struct found f;
	int fd;

	if (path[0] == '\0' || !find(path, "", &f) || f.absent)
		return true;
	fd = sealed_memfd("shop-pinned", f.data, f.len);
	if (fd >= 0)
		snprintf(path, size, "/proc/self/fd/%d", fd);
	else
		log_msg(LOG_ERROR, "start", "%s: %s", path, strerror(errno));
	return fd >= 0;
}
