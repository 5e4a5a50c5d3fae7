/* account_test.c - the name check: one paid question a day, and what the sandbox knows of accounts. */
#include "connectors/connectors.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider at;

int setup_account(void) { return provider_start(&at, &account_connector); }
int teardown_account(void) { return provider_stop(&at), 0; }

static const char *key_asked(const char *key, const char *input, int64_t now_ms, char out[100]) {
    struct asking x = {0};
    provider_says(&at, 200, "{\"state\":\"open\",\"joint\":false}");
    x.input = json_loads(input, 0, NULL);
    x.call = (struct call){.paragraph = "test", .visit = 1, .attempt = 1, .key = key, .op = asking_operation(at.connector, "verify"),
                           .input = x.input, .now_ms = now_ms, .done = asking_done, .who = &x};
    at.connector->ops->start(at.connector, &x.call);
    provider_wait(&at, &x);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
    return memcpy(out, at.key, 100);
}

void test_account__the_same_question_on_the_same_day_has_the_same_key(void) {
    static const char ask[] = "{\"account\":\"000123\",\"name\":\"Meera Iyer\"}", same[] = "{\"name\":\"Meera Iyer\",\"account\":\"000123\"}";
    char a[100], b[100];
    CU_ASSERT_STRING_EQUAL(key_asked("run-1/verify/1", ask, ASKING_NOW, a), key_asked("run-2/verify/1", same, ASKING_NOW + 3600000, b));
    CU_ASSERT_STRING_NOT_EQUAL(a, key_asked("run-1/verify/1", ask, ASKING_NOW + 86400000, b));
    CU_ASSERT_STRING_NOT_EQUAL(a, key_asked("run-1/verify/1", "{\"account\":\"000124\",\"name\":\"Meera Iyer\"}", ASKING_NOW, b));
    CU_ASSERT_PTR_NULL(strstr(a, "000123")); /* no account number in a header that proxies log */
}

static void knows(const char *account, const char *name, const char *state, bool joint, double least, double most) {
    struct twin t;
    struct asking x;
    char input[200];
    snprintf(input, sizeof input, "{\"account\":\"%s\",\"name\":\"%s\"}", account, name);
    twin_open(&t, &account_connector, "{}");
    twin_ask(&t, &x, "verify", "k", input);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "state", ""), state);
    CU_ASSERT_EQUAL(json_bool(x.answer, "joint", !joint), joint);
    double match = json_number_value(json_object_get(x.answer, "name_match"));
    CU_ASSERT(match >= least && match <= most);
    CU_ASSERT_EQUAL(json_object_get(x.answer, "name_match") != NULL, most > 0);
    asking_reset(&x);
    twin_close(&t);
}

void test_account__the_sandbox_knows_whose_account_it_is(void) {
    knows("000456", "Meera Iyer", "open", false, 1, 1);
    knows("joint-1", "Meera Iyer", "open", true, 1, 1);
    knows("closed-1", "Meera Iyer", "closed", false, 1, 1);
    knows("nosuch-1", "Meera Iyer", "unknown", false, 0, 0);
    knows("noname-1", "Meera Iyer", "open", false, 0, 0);
    knows("stranger-1", "Meera Iyer", "open", false, 0.0, 0.7);
}
