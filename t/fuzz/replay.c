/* SPDX-License-Identifier: MIT */
/* Runs the files it is given through the fuzzer it is linked with. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* In memory of exactly its size, so that a sanitizer sees a read past it. */
static void
replay(const char *path)
{
	FILE *f = fopen(path, "re");
	long len = -1;
	uint8_t *bytes;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		len = ftell(f);
	if (len < 0 || (bytes = malloc((size_t)len + (len == 0))) == NULL) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	rewind(f);
	CHECK(fread(bytes, 1, (size_t)len, f) == (size_t)len);
	fclose(f);
	LLVMFuzzerTestOneInput(bytes, (size_t)len);
	free(bytes);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		/* The last line is the one that it ended at. */
		printf("%s\n", argv[i]);
		fflush(stdout);
		replay(argv[i]);
	}
	printf("replayed %d\n", argc - 1);
	return EXIT_SUCCESS;
}
