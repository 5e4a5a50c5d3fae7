/* accounts_test.c - a lender's own loans and transactions become the rows that serving would see. */
#include "models/accounts.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/zone.h"

static char folder[64];

static void put(const char *file, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *out = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fputs(text, out);
    fclose(out);
}

int setup_accounts(void) {
    snprintf(folder, sizeof folder, "/tmp/tenor_accounts_XXXXXX");
    return mkdtemp(folder) ? 0 : 1;
}

int teardown_accounts(void) {
    char path[128];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.csv", folder, i ? "loans" : "transactions");
        unlink(path);
    }
    return rmdir(folder);
}

static enum err load(struct frame *fr, struct fault *f) {
    frame_init(fr);
    static const char *const wanted[] = {"bad", "months_seen", "outflow_ratio", "circular_share"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) (void)frame_want(fr, wanted[i]);
    return accounts_load(folder, "loan", fr, f);
}

static const char loans[] = "loan,date,bad\nL1,2026-04-02,0\nL2,2026-04-02,1\n";
static const char entries[] = "loan,date,amount,balance,kind,party\n"
                              "L1,2026-01-02,100000,100000,salary,boss\n"
                              "L2,2026-01-02,100000,100000,,a\n"
                              "L1,2026-02-02,-50000,50000,,shop\n"
                              "L2,2026-01-05,-100000,0,,a\n"
                              "L9,2026-01-05,-100000,0,,a\n"
                              "L1,2026-04-02,-999999,0,,after\n"; /* the day itself: not seen */

void test_accounts__loans_meet_their_entries(void) {
    AUTO(frame_reset) struct frame fr;
    struct fault f = {0};
    put("loans.csv", loans);
    put("transactions.csv", entries);
    CU_ASSERT_EQUAL_FATAL(load(&fr, &f), OK);
    CU_ASSERT_EQUAL_FATAL(fr.n, 2);
    CU_ASSERT_STRING_EQUAL(frame_id(&fr, 1), "L2");
    CU_ASSERT_EQUAL(frame_cell(&fr, 0, 0), 0);
    CU_ASSERT_EQUAL(frame_cell(&fr, 1, 0), 1);
    CU_ASSERT_EQUAL(frame_cell(&fr, 0, 1), 3);
    CU_ASSERT_DOUBLE_EQUAL(frame_cell(&fr, 0, 2), 0.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(frame_cell(&fr, 1, 2), 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(frame_cell(&fr, 0, 3), 0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(frame_cell(&fr, 1, 3), 1, 1e-12);
    CU_ASSERT_EQUAL(strlen(fr.hash), 64);
}

static void refused(const char *loan_text, const char *entry_text, const char *where, const char *why) {
    AUTO(frame_reset) struct frame fr;
    struct fault f = {0};
    put("loans.csv", loan_text);
    put("transactions.csv", entry_text);
    CU_ASSERT_NOT_EQUAL(load(&fr, &f), OK);
    if (!strstr(f.where, where) || !strstr(f.text, why)) printf("\n  [%s] %s\n", f.where, f.text);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.where, where));
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, why));
}

void test_accounts__faults_name_table_and_line(void) {
    refused("loan,bad\nL1,0\n", entries, "loans", "\"date\"");
    refused("loan,date\nL1,2026-04-02\n", entries, "loans", "\"bad\"");
    refused("loan,date,bad\nL1,2026-04-02,0\nL1,2026-04-03,0\n", entries, "loans", "line 3: this loan was given");
    refused("loan,date,bad\nL1,April,0\n", entries, "loans", "line 2: date");
    refused("loan,date,bad\nL1,2026-04-02,x\n", entries, "loans", "line 2, column \"bad\"");
    refused(loans, "loan,date,amount\nL1,2026-01-02,1\n", "transactions", "\"balance\"");
    refused(loans, "loan,date,amount,balance\nL1,2026-01-02,1.5,1\n", "transactions", "line 2: amount");
    refused(loans, "loan,date,amount,balance\nL1,2026-01-02,,1\n", "transactions", "line 2: amount");
    refused(loans, "loan,date,amount,balance\nL1,then,1,1\n", "transactions", "line 2: date");
}
