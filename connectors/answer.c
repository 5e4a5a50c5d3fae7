/* answer.c - the table of answer.h, as code. */
#include "connectors/answer.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "connectors/shape.h"

#define RETRY_AFTER_MAX_MS INT64_C(3600000)

const char *call_end_word(enum call_end e) {
    static const char *const words[] = {"done", "refused", "failed", "uncertain"};
    return (unsigned)e < ARRAY_LEN(words) ? words[e] : "unknown";
}

/* A code is shown and logged: only a short plain word is let through. */
static void keep_code(struct answer *a, const char *code) {
    a->code[0] = 0;
    if (!code || !*code || strlen(code) >= sizeof a->code) return;
    for (const char *p = code; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-' && *p != '.') return;
    text_copy(a->code, sizeof a->code, code);
}

void answer_set(struct answer *a, enum call_end end, const char *code, const char *fmt, ...) {
    keep_code(a, code);
    a->result = (struct call_result){.end = end, .why = a->why, .code = a->code[0] ? a->code : NULL};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(a->why, sizeof a->why, fmt, ap);
    va_end(ap);
}

void answer_reset(struct answer *a) {
    json_decref(a->result.answer);
    memset(a, 0, sizeof *a);
}

/* What is left when we cannot tell: a read may simply be asked again, the rest must be looked up. */
static enum call_end unknown_end(const struct operation *op, bool look) {
    return op->kind == OP_READ && !look ? CALL_FAILED : CALL_UNCERTAIN;
}

void answer_lost(struct answer *a, const struct operation *op, bool look, enum err transport) {
    memset(a, 0, sizeof *a);
    enum call_end end = transport == ERR_IO && !look ? CALL_FAILED : unknown_end(op, look);
    const char *what = transport == ERR_IO        ? "could not be reached"
                       : transport == ERR_TIMEOUT ? "did not answer in time"
                       : transport == ERR_LIMIT   ? "answered with more than is allowed"
                                                  : "broke the connection";
    answer_set(a, end, NULL, "the provider %s", what);
}

static int64_t wait_wish_ms(const char *retry_after) {
    int64_t s;
    if (!retry_after || text_i64(retry_after, strlen(retry_after), &s) != OK || s < 0) return 0;
    return s > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : s * 1000;
}

/* What a shape would not read. What has happened or may have is never called FAILED. */
static void not_read(struct answer *a, const struct operation *op, bool look) {
    if (!a->result.why) answer_set(a, CALL_FAILED, "bad_answer", "the provider's answer could not be read");
    if (a->result.end == CALL_FAILED) a->result.end = unknown_end(op, look);
}

static json_t *body_new(struct answer *a, const struct operation *op, bool look, const struct reply *reply) {
    const struct shape *shape = reply->shape;
    json_t *said = NULL, *v;
    bool own_form = reply->on_wire && shape && shape->read;
    if (own_form && !(said = shape->read(reply->shaped, reply->body, reply->n, a))) {
        not_read(a, op, look);
        return NULL;
    }
    if (!own_form && !reply->n && shape && shape->judge) said = json_null();
    else if (!own_form && json_parse(reply->body, reply->n, &JSON_LIMITS_ANSWER, &said, NULL) != OK) {
        answer_set(a, unknown_end(op, look), "bad_answer", "the provider's answer is not JSON");
        return NULL;
    }
    if (!shape || !shape->hear) return said;
    v = shape->hear(reply->shaped, said, a);
    json_decref(said);
    if (!v) not_read(a, op, look);
    return v;
}

static void read_good(struct answer *a, const struct operation *op, bool look,
                      const struct schema *output, const struct reply *reply) {
    struct fault f;
    json_t *v = body_new(a, op, look, reply);
    if (!v) return;
    if (schema_check(output, v, NULL, NULL, &f) == OK) {
        a->result = (struct call_result){.end = CALL_DONE, .answer = v};
        return;
    }
    answer_set(a, unknown_end(op, look), "bad_answer", "the provider's answer does not fit what was agreed, at %.80s", f.where);
    json_decref(v);
}

static enum call_end refusal_end(int status, bool look, const struct operation *op) {
    if (!look) return CALL_REFUSED;
    if (status == 404) return CALL_FAILED;
    return status == 409 || status == 422 ? CALL_REFUSED : unknown_end(op, true);
}

static void read_4xx(struct answer *a, const struct operation *op, bool look,
                     const struct reply *reply) {
    json_t *v = NULL;
    enum err e = json_parse(reply->body, reply->n, &JSON_LIMITS_BODY, &v, NULL);
    if (e != OK || !json_is_object(v) || !json_object_get(v, "error")) {
        answer_set(a, unknown_end(op, look), NULL, "the provider answered %d without a reason",
                   reply->status);
    } else {
        enum call_end end = refusal_end(reply->status, look, op);
        answer_set(a, end, json_text(v, "code", NULL), "%s (%d)",
                   end == CALL_FAILED      ? "the provider knows no such request"
                   : end == CALL_UNCERTAIN ? "the provider would not say"
                                           : "the provider refused",
                   reply->status);
    }
    json_decref(v);
}

static bool only_later(int status) { return status == 408 || status == 425 || status == 429; }

void answer_read(struct answer *a, const struct operation *op, bool look,
                 const struct schema *output, const struct reply *reply) {
    memset(a, 0, sizeof *a);
    int s = reply->status;
    if (reply->shape && reply->shape->judge && reply->shape->judge(reply->shaped, look, reply, a)) {
        a->result.said_later |= only_later(s);
    } else if (s == 202) {
        answer_set(a, unknown_end(op, look), "pending", "the provider has not settled it yet");
        a->result.said_later = true;
    } else if (s >= 200 && s < 300) {
        read_good(a, op, look, output, reply);
    } else if (only_later(s)) {
        answer_set(a, look ? CALL_UNCERTAIN : CALL_FAILED, NULL, "the provider asks to try later (%d)", s);
        a->result.said_later = true;
    } else if (s >= 400 && s < 500) {
        read_4xx(a, op, look, reply);
    } else {
        answer_set(a, unknown_end(op, look), NULL, "the provider answered %d", s);
    }
    if (a->result.end != CALL_DONE && !a->result.retry_after_ms) a->result.retry_after_ms = wait_wish_ms(reply->retry_after);
}
