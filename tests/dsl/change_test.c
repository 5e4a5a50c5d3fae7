/* change_test.c - edits by bytes, comparisons in meaning, and what is made from the table of words. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsl/words.h"
#include "tests/dsl/strategy.h"

void test_change__edit_keeps_comments_and_layout(void);
void test_change__edit_refuses_what_changes_more(void);
void test_change__differences_in_meaning(void);
void test_change__editor_file_knows_words_and_operations(void);
void test_change__reference_names_every_field(void);
void test_change__graph_names_every_paragraph(void);

static const char POLICY[] = "tests/dsl/language/personal_loan_policy.lua";

void test_change__edit_keeps_comments_and_layout(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = strategy_read(k, POLICY);
    struct fault why = {0};
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    CU_ASSERT(dsl_edit(f, "thresholds/pd_approve", "percent(3.5)", 8, &out, &why) == OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), "  version    = 8,\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), "{ pd_approve = percent(3.5), pd_refer = percent(9) }"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(buf_text(&out), "rule \"under_age\"  { when = \"case.age < 18\",           decline = \"R01\" }"));
    struct dsl_file *g = strategy_text(k, POLICY, buf_text(&out));
    json_t *d = dsl_diff_new(f, g);
    CU_ASSERT(dsl_ok(g) && json_array_size(d) == 2);
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(d, 1), "text", ""),
                           "threshold: pd_approve changes from percent(4) to percent(3.5)");
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(d, 1), "kind", ""), "threshold");
    json_decref(d);
    dsl_free(g);
    dsl_free(f);
    buf_reset(&out);
    catalog_json_free(k);
}

void test_change__edit_refuses_what_changes_more(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = strategy_read(k, POLICY);
    struct fault why = {0};
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    CU_ASSERT(dsl_edit(f, "thresholds/pd_approve", "percent(3.5), more = 1", 8, &out, &why) == ERR_INVALID);
    CU_ASSERT(dsl_edit(f, "thresholds/pd_approve", "percent(3.5) } --", 8, &out, &why) == ERR_INVALID);
    CU_ASSERT(dsl_edit(f, "thresholds/pd_approve", "4%", 8, &out, &why) == ERR_INVALID);
    CU_ASSERT(dsl_edit(f, "thresholds/pd_approve", "\"text\"", 8, &out, &why) == ERR_INVALID);
    CU_ASSERT(dsl_edit(f, "thresholds/none", "percent(3)", 8, &out, &why) == ERR_NOT_FOUND);
    CU_ASSERT(dsl_edit(f, "version", "9", 8, &out, &why) == ERR_NOT_FOUND);
    CU_ASSERT(out.len == 0);
    CU_ASSERT(dsl_edit(f, "starter/cap", "rupees \"20,000\"", 8, &out, &why) == OK);
    dsl_free(f);
    buf_reset(&out);
    catalog_json_free(k);
}

static bool told(const json_t *d, const char *kind, const char *path) {
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)d, i, one) if (!strcmp(json_text(one, "kind", ""), kind) &&
                                                !strcmp(json_text(one, "path", ""), path)) return true;
    return false;
}

void test_change__differences_in_meaning(void) {
    static const char one[] =
        "policy \"p\" { version = 1, case = \"credit_line\", thresholds = { a = 1 } }\nrule \"x\" { when = \"case.limit > rupees(5)\", approve = true }\n"
        "rule \"y\" { when = \"case.limit > rupees(4)\", refer = \"A\" }\nrule \"z\" { when = \"case.limit > rupees(3)\", refer = \"B\" }\notherwise { refer = \"C\" }\n";
    static const char two[] =
        "policy \"p\" { version = 2, case = \"credit_line\", thresholds = { a = 2 } }\nrule \"y\" { when = \"case.limit > rupees(4)\", decline = \"A\" }\n"
        "rule \"x\" { when = \"case.limit > rupees(5)\", approve = true }\nrule \"zed\" { when = \"case.limit > rupees(3)\", refer = \"B\" }\notherwise { refer = \"D\" }\n";
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *a = strategy_text(k, "a.lua", one), *b = strategy_text(k, "b.lua", two);
    json_t *d = dsl_diff_new(a, b), *none = dsl_diff_new(a, a);
    CU_ASSERT(told(d, "version", "version") && told(d, "threshold", "thresholds/a") && told(d, "renamed", "z"));
    CU_ASSERT(told(d, "field_removed", "y/refer") && told(d, "field_added", "y/decline") &&
              told(d, "field", "otherwise/refer"));
    CU_ASSERT(told(d, "moved", "x") || told(d, "moved", "y"));
    CU_ASSERT(json_array_size(none) == 0);
    json_decref(d);
    json_decref(none);
    dsl_free(a);
    dsl_free(b);
    catalog_json_free(k);
}

void test_change__editor_file_knows_words_and_operations(void) {
    struct catalog_json *k = strategy_catalog();
    struct buf out;
    buf_init(&out, (size_t)4 << 20);
    CU_ASSERT(dsl_meta(catalog_json_catalog(k), &out) == OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), "---@class (exact) StepFields"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), "\"bureau.report\""));
    for (const struct word *w = word_table; w->word; w++) {
        char line[60];
        snprintf(line, sizeof line, "\nfunction %s(", w->word);
        CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), line));
    }
    buf_reset(&out);
    catalog_json_free(k);
}

void test_change__reference_names_every_field(void) {
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    CU_ASSERT(dsl_reference(&out) == OK);
    for (const struct word *w = word_table; w->word; w++)
        for (const struct field *f = w->fields; f && f->name; f++) {
            char line[80];
            snprintf(line, sizeof line, "| `%s` |", f->name);
            CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), line));
            CU_ASSERT(f->help && *f->help && *field_kind_words(f->kind));
        }
    buf_reset(&out);
}

void test_change__graph_names_every_paragraph(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = strategy_read(k, "tests/dsl/language/loan_approval.lua");
    json_t *g = dsl_graph_new(f), *n, *e;
    const struct plan *p = dsl_plan(f);
    struct buf out;
    size_t i;
    int named = 0, to_help = 0;
    buf_init(&out, (size_t)4 << 20);
    CU_ASSERT(dsl_graph_svg(f, &out) == OK && dsl_explain(f, &out) == OK);
    json_array_foreach(json_object_get(g, "nodes"), i, n) named += p && plan_find(p, json_text(n, "id", "")) != NULL;
    json_array_foreach(json_object_get(g, "edges"), i, e) to_help += !strcmp(json_text(e, "from", ""), "payout") &&
                                                                     !strcmp(json_text(e, "to", ""), "payout_help") &&
                                                                     !strcmp(json_text(e, "label", ""), "failed");
    CU_ASSERT(p && named == p->n_paras && to_help == 1);
    for (int q = 0; p && q < p->n_paras; q++) CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), p->paras[q].name));
    json_decref(g);
    buf_reset(&out);
    dsl_free(f);
    catalog_json_free(k);
}
