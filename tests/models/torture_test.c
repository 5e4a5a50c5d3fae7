/* torture_test.c - every path out of memory of reading, cash flow and calibration ends cleanly. (The
 * model library's own allocations are C++ and stand outside this net.) */
#include "tests/harness/torture.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "models/artefact.h"
#include "models/cashflow.h"
#include "models/csv.h"
#include "models/spec.h"
#include "tests/models/artefacts.h"

static void memory_or_fine(enum err e) { CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit())); }

/* A full buffer says so by its ceiling's word; both are the same to a caller. */
static void memory_limit_or_fine(enum err e) {
    CU_ASSERT(e == OK || ((e == ERR_NOMEM || e == ERR_LIMIT) && torture_hit()));
}

static enum err count(void *who, const struct csv_row *row, struct fault *f) {
    (void)row, (void)f;
    ++*(int *)who;
    return OK;
}

static void read_csv(void *who) {
    struct fault f;
    int rows = 0;
    struct csv *c = csv_new("t", count, &rows);
    if (!c) {
        CU_ASSERT(torture_hit());
        return;
    }
    enum err e = csv_feed(c, who, strlen(who), &f);
    if (!e) e = csv_end(c, &f);
    memory_limit_or_fine(e);
    CU_ASSERT(e || rows == 3);
    csv_free(c);
}

void test_torture__csv(void) {
    static char text[] = "a,b\n1,\"2\"\n3,4";
    CU_ASSERT_TRUE(torture_run(read_csv, text) > 3);
}

static void compute_cashflow(void *who) {
    static const struct cashflow_entry list[] = {
        {1, 100000, 100000, "salary", "a"}, {40, 100000, 200000, "salary", "a"}, {41, -90000, 110000, "", "b"}};
    struct fault f;
    json_t *v = NULL;
    (void)who;
    memory_or_fine(cashflow_features(list, ARRAY_LEN(list), 70, &v, &f));
    json_decref(v);
}

void test_torture__cashflow(void) { CU_ASSERT_TRUE(torture_run(compute_cashflow, NULL) > 20); }

static void fit_calibration(void *who) {
    static const float m[] = {-1, 0, 1, 2}, y[] = {0, 0, 1, 1};
    struct calibration c;
    (void)who;
    memory_or_fine(calibration_fit(CALIBRATION_ISOTONIC, m, y, 4, &c));
}

void test_torture__calibration(void) { CU_ASSERT_EQUAL(torture_run(fit_calibration, NULL), 2); }

static void read_artefact(void *who) {
    struct artefact a;
    struct fault f;
    enum err e = artefact_read(who, &a, &f);
    CU_ASSERT(e == OK || torture_hit());
    artefact_reset(&a);
}

void test_torture__artefact(void) {
    static char dir[] = CASHFLOW;
    CU_ASSERT_TRUE(torture_run(read_artefact, dir) > 100);
}

static void read_spec(void *who) {
    struct spec s;
    struct fault f;
    enum err e = spec_open(who, &s, &f);
    CU_ASSERT(e == OK || torture_hit());
    spec_reset(&s);
}

void test_torture__spec(void) {
    static char path[] = "models/specs/bureau.json";
    CU_ASSERT_TRUE(torture_run(read_spec, path) > 100);
}
