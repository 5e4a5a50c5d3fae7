/* jws.c - fuzz: any text as a token and as a key; any JSON as the accounts that an aggregator sends. Nothing is believed that the
 * key did not sign, and what is read fits the contract. */
#include <stdint.h>
#include <string.h>

#include "base/schema.h"
#include "connectors/aa_shape.h"
#include "connectors/connectors.h"
#include "connectors/sandbox/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct operation *fetch(void) {
    const struct operation *op = aa_connector.operations;
    while (strcmp(op->name, "fetch") != 0) op++;
    return op;
}

static void token(const char *text) {
    struct crypt_key seed;
    struct jws_key k = {.id = ""}, read;
    struct fault f = {0};
    json_t *v = NULL;
    sandbox_aggregator_key(&seed);
    crypt_sign_public(&seed, k.ed25519);
    INVARIANT((jws_check(&k, text, &v, &f) == OK) == (v != NULL));
    if (!v) INVARIANT(f.where[0] == 'j');
    json_decref(v);
    if (jws_key_read(text, strlen(text), &read, &f) == OK) jws_key_reset(&read);
}

static void accounts(const json_t *said) {
    static struct schema *schema;
    struct aa_keys keys = {.has_secret = true};
    const struct operation *op = fetch();
    json_t *output = schema ? NULL : json_loads(op->output, 0, NULL);
    if (!schema) INVARIANT(schema_new(output, &schema, NULL) == OK);
    json_decref(output);
    json_t *input = json_pack("{s:s, s:s}", "session", "s", "key_id", "000102030405060708090a0b");
    struct shaped s = {.keys = &keys, .op = op, .input = input, .key = "k"};
    struct answer a = {0};
    json_t *v = aa_read_accounts(&s, said, &a);
    INVARIANT(v || a.result.why);
    if (v) (void)schema_check(schema, v, NULL, NULL, NULL);
    json_decref(v);
    json_decref(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char *text = malloc(n + 1);
    json_t *said = NULL;
    if (!text) return 0;
    memcpy(text, data, n);
    text[n] = 0;
    token(text);
    if (json_parse(text, n, &JSON_LIMITS_ANSWER, &said, NULL) == OK) accounts(said);
    json_decref(said);
    free(text);
    return 0;
}
