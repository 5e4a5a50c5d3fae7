/* json.c - fuzz: any bytes through json_parse; what is read is written, read again and the same. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void there_and_back(const json_t *v) {
    AUTO(buf_reset) struct buf plain, canonical, again;
    buf_init(&plain, 1 << 24), buf_init(&canonical, 1 << 24), buf_init(&again, 1 << 24);
    INVARIANT(json_write(v, &plain) == OK && json_canonical(v, &canonical) == OK);
    INVARIANT(text_is_utf8(buf_text(&plain), plain.len));
    json_t *back = NULL;
    INVARIANT(json_parse(plain.data, plain.len, &JSON_LIMITS_OWN, &back, NULL) == OK);
    INVARIANT(json_equal(v, back));
    json_decref(back);
    INVARIANT(json_parse(canonical.data, canonical.len, &JSON_LIMITS_OWN, &back, NULL) == OK);
    INVARIANT(json_canonical(back, &again) == OK);
    INVARIANT(strcmp(buf_text(&canonical), buf_text(&again)) == 0);
    json_decref(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    json_t *v = NULL;
    struct fault f = {0};
    enum err e = json_parse((const char *)data, n, &JSON_LIMITS_BODY, &v, &f);
    INVARIANT((e == OK) == (v != NULL));
    if (e) INVARIANT(f.kind == e && f.text[0] && text_is_utf8(f.text, strlen(f.text)));
    else there_and_back(v);
    json_decref(v);
    return 0;
}
