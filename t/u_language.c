/* SPDX-License-Identifier: MIT */
/* web/language: what an Accept-Language asks for. */
#include "config.h"

#include <string.h>

#include <CUnit/CUnit.h>

#include "unit.h"
#include "web/language.h"
#include "web/text.h"

static void
test_weights(void)
{
	static const struct {
		const char *accept;
		enum language is;
	} rows[] = {
		{ NULL, LANGUAGE_EN }, { "", LANGUAGE_EN },
		{ "ko", LANGUAGE_KO }, { "KO", LANGUAGE_KO },
		{ "ko-KR", LANGUAGE_KO }, { "ko-Hang-KR", LANGUAGE_KO },
		{ "kok", LANGUAGE_EN }, { "k", LANGUAGE_EN },
		{ "en", LANGUAGE_EN }, { "en-US,en;q=0.9", LANGUAGE_EN },
		{ "fr", LANGUAGE_EN }, { "fr, ko;q=0.1", LANGUAGE_KO },
		{ "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", LANGUAGE_KO },
		{ "en-US,en;q=0.9,ko;q=0.8", LANGUAGE_EN },
		{ "en;q=0.8, ko;q=0.9", LANGUAGE_KO },
		{ "en;q=0.899,ko;q=0.9", LANGUAGE_KO },
		{ "en;q=0.9,ko;q=0.899", LANGUAGE_EN },
		{ "ko, en", LANGUAGE_KO }, { "en, ko", LANGUAGE_EN },
		{ "ko;q=1, en;q=1.0", LANGUAGE_KO },
		{ "ko;q=0", LANGUAGE_EN }, { "ko;q=0.000, *", LANGUAGE_EN },
		{ "en;q=0, *", LANGUAGE_KO }, { "en;q=0, ko", LANGUAGE_KO },
		{ "*", LANGUAGE_EN }, { "*;q=0.5, ko", LANGUAGE_KO },
		{ "ko;q=0.5, *", LANGUAGE_EN }, { "*, en;q=0.1", LANGUAGE_KO },
		{ " \tko\t;\tq=0.5 , en;q=0.4", LANGUAGE_KO },
		{ "ko ; q=0.5", LANGUAGE_KO }, { ",,ko,,", LANGUAGE_KO },
		/* What is malformed is not there. */
		{ "ko;q=2", LANGUAGE_EN }, { "ko;q=", LANGUAGE_EN },
		{ "ko;q=0.5.1", LANGUAGE_EN }, { "ko;q=1.001", LANGUAGE_EN },
		{ "ko;q=0.1234", LANGUAGE_EN }, { "ko;v=1", LANGUAGE_EN },
		{ "ko;", LANGUAGE_EN }, { ";q=1", LANGUAGE_EN },
		{ "ko;q=x, ko;q=0.3", LANGUAGE_KO },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(rows[i].accept != NULL ? rows[i].accept : "none",
		    language_of(rows[i].accept) == rows[i].is);
}

/* Each language says what the other does: with the same arguments. */
static void
test_same_arguments(void)
{
	char place[] = "{0}";

	for (enum text id = 0; id < TEXT_COUNT; id++) {
		const char *text[LANGUAGES];

		for (enum language l = 0; l < LANGUAGES; l++) {
			text_speak(l);
			text[l] = text_of(id);
		}
		CHECK_ROW(text[0], (text[0][0] == '\0') == (text[1][0] == '\0'));
		for (place[1] = '0'; place[1] <= '9'; place[1]++)
			CHECK_ROW(text[0], (strstr(text[0], place) != NULL) ==
			    (strstr(text[1], place) != NULL));
	}
	text_speak(LANGUAGE_EN);
}

void
suite_language(void)
{
	CU_pSuite s = CU_add_suite("language", NULL, NULL);

	CU_ADD_TEST(s, test_weights);
	CU_ADD_TEST(s, test_same_arguments);
}
