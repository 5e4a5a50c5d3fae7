/* signed.c - fuzz: any bytes as a signed document: through the canonical form and as an Aadhaar document. What is canonical
 * stays as it is when it goes through again, and nothing is accepted that the issuer did not sign. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "connectors/kyc_aadhaar.h"
#include "connectors/xml_canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void canonical(const uint8_t *data, size_t n) {
    struct xml_canonical first, second;
    struct fault f = {0};
    enum err e = xml_canonical(data, n, AADHAAR_XML_MAX, &first, &f);
    if (e != OK) INVARIANT(f.kind == e && f.text[0]);
    if (e == OK) {
        INVARIANT(xml_canonical(first.document.data, first.document.len, 4 * AADHAAR_XML_MAX, &second, &f) == OK);
        INVARIANT(!second.signature.len && second.document.len == first.document.len);
        INVARIANT(!memcmp(first.document.data, second.document.data, first.document.len));
        xml_canonical_reset(&second);
    }
    xml_canonical_reset(&first);
}

static void aadhaar(const uint8_t *data, size_t n) {
    static struct aadhaar_trust trust;
    json_t *config = json_pack("{s:s}", "trust", "sandbox");
    if (!trust.n) INVARIANT(aadhaar_trust_open(config, &trust, NULL) == OK);
    json_t *input = json_pack("{s:s%}", "xml", data, n);
    struct answer a = {0};
    json_t *v = input ? aadhaar_read(&trust, input, INT64_C(1768471200000), &a) : NULL;
    if (input && !v) INVARIANT(a.result.end == CALL_REFUSED && a.result.code && a.result.why);
    json_decref(v);
    json_decref(input);
    json_decref(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    canonical(data, n);
    if (!memchr(data, 0, n) && text_is_utf8((const char *)data, n)) aadhaar(data, n);
    return 0;
}
