/* month.c - partitions of the journal, one per month of the runs' start; made ahead of time. */
#include <stdio.h>

#include "base/zone.h"
#include "store/pg_store.h"
#include "store_sql.h"

#define DAY_MS INT64_C(86400000)

int64_t month_index(int64_t at_ms) {
    int year, month, mday;
    day_split((int32_t)(at_ms / DAY_MS), &year, &month, &mday);
    return (int64_t)(year - 1970) * 12 + month - 1;
}

static int64_t month_start_ms(int64_t index) {
    return day_of(1970 + (int)(index / 12), (int)(index % 12) + 1, 1) * DAY_MS;
}

static void add_index(struct pg_batch *b, int64_t index) {
    char name[48];
    snprintf(name, sizeof name, "journal_%04d_%02d", 1970 + (int)(index / 12), (int)(index % 12) + 1);
    struct pg_param p[] = {pg_text(name), pg_i8(month_start_ms(index)), pg_i8(month_start_ms(index + 1))};
    pg_batch_add(b, &SQL_JOURNAL_PARTITION, p);
}

bool month_is_sane(int64_t at_ms) {
    return at_ms >= day_of(2000, 1, 1) * DAY_MS && at_ms < day_of(2200, 1, 1) * DAY_MS;
}

void month_batch_add(struct pg_batch *b, int64_t at_ms) { add_index(b, month_index(at_ms)); }

/* The month before too: a run minted just before midnight may be stored just after it. */
int months_ahead_add(struct store_pg *s, struct pg_batch *b, int64_t now_ms) {
    int64_t now = month_index(now_ms), first = now > 0 ? now - 1 : 0;
    if (s->month_made == now + MONTHS_AHEAD) return 0;
    for (int64_t i = first; i <= now + MONTHS_AHEAD; i++) add_index(b, i);
    return (int)(now + MONTHS_AHEAD - first + 1);
}
