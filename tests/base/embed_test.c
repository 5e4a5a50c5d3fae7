#include "base/embed.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

void test_embed__every_file_is_the_file(void) {
    CU_ASSERT(embed_count > 0);
    for (const struct embed_file *f = embed_files; f->path; f++) {
        if (f > embed_files) CU_ASSERT(strcmp(f[-1].path, f->path) < 0);
        size_t n;
        const char *bytes = embed_find(f->path, &n);
        CU_ASSERT_PTR_EQUAL_FATAL(bytes, f->bytes);
        CU_ASSERT_EQUAL(bytes[n], '\0');
        FILE *file = fopen(f->path, "r");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        for (size_t i = 0; i < n; i++) CU_ASSERT_EQUAL_FATAL(fgetc(file), (unsigned char)bytes[i]);
        CU_ASSERT_EQUAL(fgetc(file), EOF);
        fclose(file);
    }
    CU_ASSERT_PTR_NULL(embed_find("no/such/file", NULL));
    CU_ASSERT_PTR_NULL(embed_find("", NULL));
}
