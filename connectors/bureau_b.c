/* bureau_b.c - bureau B: the same operations as bureau A in another dress; the report is read in bureau_b_report.c.
 *
 * Configuration besides that of every HTTP connector: {"income_scale": 12, "consent": "required"}: how many rupees of
 * monthly income make one unit of the shipped bureau model (a figure to calibrate, not a fact), and whether `report`
 * wants a consent too. */
#include "connectors/bureau_shape.h"

#include <string.h>

#include "base/zone.h"
#include "connectors/bureau_table.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    BUREAU_PULLS("bureau_b"),
    {.name = NULL},
};

struct keys {
    double scale;
    bool strict;
};

static enum err open_keys(const json_t *config, void **keys, struct fault *f) {
    const json_t *scale = json_object_get(config, "income_scale");
    const char *consent = json_text(config, "consent", "optional");
    if ((scale && (!json_is_number(scale) || json_number_value(scale) <= 0)) ||
        (strcmp(consent, "optional") != 0 && strcmp(consent, "required") != 0))
        return fault_set(f, ERR_INVALID, "bureau_b", "income_scale is a number above 0, consent \"optional\" or \"required\"");
    struct keys *k = calloc(1, sizeof *k);
    if (!k) return fault_set(f, ERR_NOMEM, "", "no memory");
    *k = (struct keys){scale ? json_number_value(scale) : 12, !strcmp(consent, "required")};
    *keys = k;
    return OK;
}

static const char *reason_code(const char *purpose) {
    static const char *const codes[][2] = {{"new_credit", "02"}, {"limit_change", "05"}, {"account_review", "08"},
                                           {"collection", "11"}, {"own_request", "14"}};
    for (size_t k = 0; k < ARRAY_LEN(codes); k++)
        if (!strcmp(codes[k][0], purpose)) return codes[k][1];
    return "02";
}

static json_t *request_of(const struct shaped *s) {
    const json_t *in = s->input;
    int year, month, mday;
    int32_t day;
    char born[48] = "";
    if (day_parse(json_text(in, "dob", ""), &day) == OK) {
        day_split(day, &year, &month, &mday);
        snprintf(born, sizeof born, "%02d%02d%04d", mday, month, year);
    }
    return json_pack("{s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s}}", "inquiry", "reason",
                     reason_code(json_text(in, "purpose", "")), "consentId", json_text(in, "consent", ""), "type",
                     !strcmp(s->op->name, "hard") ? "H" : "S", "applicationRef", json_text(in, "reference", ""), "subject",
                     "panNo", json_text(in, "pan", ""), "fullName", json_text(in, "name", ""), "birthDate", born);
}

static json_t *ask(const struct shaped *s, struct answer *a) {
    const struct keys *k = s->keys;
    const char *fault = bureau_refusal(s->op->name, s->input, k->strict);
    if (!fault) return request_of(s);
    answer_set(a, CALL_REFUSED, fault, "the bureau was not asked (%s)", fault);
    return NULL;
}

static json_t *hear(const struct shaped *s, const json_t *said, struct answer *a) {
    const struct keys *keys = s->keys;
    struct fault f;
    json_t *v = bureau_b_report(said, keys->scale, &f);
    if (!v && f.where[0]) answer_set(a, CALL_FAILED, "bad_answer", "the bureau's report cannot be read at %.80s", f.where);
    return v;
}

static const struct shape shapes[] = {
    {.operation = "report", .ask = ask, .hear = hear},
    {.operation = "soft", .ask = ask, .hear = hear},
    {.operation = "hard", .ask = ask, .hear = hear},
    {.operation = NULL},
};
const struct shaping bureau_b_shaping = {.open = open_keys, .close = free, .shapes = shapes};

static enum err open_bureau_b(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&bureau_b_connector, env, out, f);
}

const struct connector_ops bureau_b_connector = {
    .name = "bureau_b",
    .shaping = &bureau_b_shaping,
    .operations = operations,
    .open = open_bureau_b,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
