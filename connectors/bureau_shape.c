/* bureau_shape.c - consent and permissible purpose before the call. */
#include "connectors/bureau_shape.h"

#include <string.h>

#include "base/digits.h"

/* What a bureau may be asked for; a hard inquiry only when somebody asks us for credit. */
static const struct purpose {
    const char *word;
    bool hard;
} PURPOSES[] = {
    {"new_credit", true},  {"limit_change", true}, {"account_review", false},
    {"collection", false}, {"own_request", false},
};

static const struct purpose *purpose_of(const char *word) {
    for (size_t k = 0; k < ARRAY_LEN(PURPOSES); k++)
        if (!strcmp(PURPOSES[k].word, word)) return &PURPOSES[k];
    return NULL;
}

const char *bureau_refusal(const char *operation, const json_t *input, bool strict) {
    const char *consent = json_text(input, "consent", ""), *word = json_text(input, "purpose", "");
    bool hard = !strcmp(operation, "hard"), report = !strcmp(operation, "report");
    const char *fault = digits_pan_fault(json_text(input, "pan", ""));
    if (fault) return fault;
    const struct purpose *purpose = purpose_of(word);
    if (report && !strict && !*word) return NULL;
    if (!*consent && (strict || !report)) return "consent_missing";
    if (!*word) return "purpose_missing";
    return purpose && (purpose->hard || !hard) ? NULL : "purpose_not_permitted";
}

static enum err open_keys(const json_t *config, void **keys, struct fault *f) {
    static bool strict = true; /* points at something: the only key there is */
    const char *consent = json_text(config, "consent", "optional");
    if (strcmp(consent, "optional") != 0 && strcmp(consent, "required") != 0)
        return fault_set(f, ERR_INVALID, "consent", "the consent of a bureau's report is \"optional\" or \"required\"");
    *keys = !strcmp(consent, "required") ? &strict : NULL;
    return OK;
}

static json_t *ask(const struct shaped *s, struct answer *a) {
    const char *fault = bureau_refusal(s->op->name, s->input, s->keys != NULL);
    if (!fault) return json_incref((json_t *)s->input);
    answer_set(a, CALL_REFUSED, fault, "the bureau was not asked (%s)", fault);
    return NULL;
}

static json_t *hear(const struct shaped *s, const json_t *said, struct answer *a) {
    (void)s, (void)a;
    json_t *v = json_copy((json_t *)said);
    if (v && json_is_object(v) && json_object_set_new(v, "source", json_string("bureau_a"))) {
        json_decref(v);
        return NULL;
    }
    return v;
}

static json_t *own_merge(const struct shaped *s, struct answer *a) {
    const json_t *first = json_object_get(s->input, "first"), *second = json_object_get(s->input, "second");
    if (json_is_object(first) || json_is_object(second)) return bureau_merged(first, second);
    answer_set(a, CALL_REFUSED, "no_report", "there is no report to merge");
    return NULL;
}

static const struct shape shapes[] = {
    {.operation = "report", .ask = ask, .hear = hear},
    {.operation = "soft", .ask = ask, .hear = hear},
    {.operation = "hard", .ask = ask, .hear = hear},
    {.operation = "merge", .own = own_merge},
    {.operation = NULL},
};
const struct shaping bureau_shaping = {.open = open_keys, .shapes = shapes};
