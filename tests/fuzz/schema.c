/* schema.c - fuzz: {"schema": ..., "data": ...}; any schema compiles or is refused with a place, any
 * value fits or is refused with a sentence, and the same question has the same answer. */
#include <stdint.h>
#include <string.h>

#include "base/schema.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void count(void *who, const char *pointer, const char *text) {
    INVARIANT(text_is_utf8(pointer, strlen(pointer)) && text[0]);
    ++*(unsigned *)who;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    json_t *v = NULL;
    if (json_parse((const char *)data, n, &JSON_LIMITS_BODY, &v, NULL)) return 0;
    struct schema *s = NULL;
    struct fault f = {0};
    if (!json_object_get(v, "schema")) {
        json_decref(v);
        return 0;
    }
    enum err e = schema_new(json_object_get(v, "schema"), &s, &f);
    if (e) INVARIANT(!s && f.text[0] && text_is_utf8(f.text, strlen(f.text)));
    if (!e && json_object_get(v, "data")) {
        unsigned told = 0;
        e = schema_check(s, json_object_get(v, "data"), count, &told, &f);
        INVARIANT(e == OK || e == ERR_INVALID || e == ERR_LIMIT);
        INVARIANT(told <= 50 && (e != ERR_INVALID || told > 0) && (e != OK || told == 0));
        INVARIANT(schema_check(s, json_object_get(v, "data"), NULL, NULL, NULL) == e);
    }
    schema_free(s);
    json_decref(v);
    return 0;
}
