/* day_end.c - which day-ends are to be done here, and their runs from the first row to the last. */
#include "flow/day_end.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/zone.h"
#include "flow/day_job.h"

enum { AGAIN_MS = 1000, ARENA_BYTES = 64 << 20, BODY_BYTES = 4096 };
#define DAY_MS INT64_C(86400000)
static const char WORKFLOW[] = "day_end@1", CASE_TYPE[] = "day_end";

struct day_ends {
    struct engine *engine;
    struct day_job *jobs;  /* in order of day */
    bool looking, stopped;
    int32_t asked_day;     /* the clock has asked for this one */
};

/* --- jobs ------------------------------------------------------------------------------------------ */

static struct day_job *find(const struct day_ends *d, int32_t day, uint16_t shard) {
    for (struct day_job *j = d->jobs; j; j = j->next)
        if (j->day == day && j->shard == shard) return j;
    return NULL;
}

static void job_free(struct day_job *j) {
    day_page_forget(j);
    loop_cancel(j->engine->c.loop, j->timer);
    arena_free(j->arena);
    outbox_reset(&j->outbox);
    buf_reset(&j->body);
    free(j->postings), free(j->after), free(j);
}

static struct day_job *job_new(struct day_ends *d, int32_t day, uint16_t shard) {
    struct day_job *j = calloc(1, sizeof *j);
    if (!j) return NULL;
    j->engine = d->engine, j->day = day, j->shard = shard, j->epoch = d->engine->shards[shard].epoch;
    j->arena = arena_new(ARENA_BYTES);
    outbox_init(&j->outbox);
    buf_init(&j->body, BODY_BYTES);
    (void)day_text(day, j->date);
    j->after_day = INT32_MIN;
    if (!j->arena) {
        job_free(j);
        return NULL;
    }
    struct day_job **at = &d->jobs;
    while (*at && (*at)->day <= day) at = &(*at)->next;
    j->next = *at;
    *at = j;
    return j;
}

static void start_some(struct day_ends *d);

void day_job_over(struct day_job *j) {
    struct day_ends *d = j->engine->day_ends;
    struct day_job **at = &d->jobs;
    while (*at && *at != j) at = &(*at)->next;
    if (*at) *at = j->next;
    job_free(j);
    if (!d->stopped) start_some(d);
}

/* Whoever waits for an answer of the store is told when that comes; others go at once. */
static void give_up(struct day_job *j) {
    j->lost = true;
    if (j->wait != DAY_STORE) day_job_over(j);
}

static struct day_job *still_of(const struct day_ends *d, uint16_t shard) {
    struct day_job *j = d->jobs;
    while (j && (j->shard != shard || j->lost)) j = j->next;
    return j;
}

void day_end_lost(struct engine *e, uint16_t shard) {
    struct day_job *j;
    while ((j = still_of(e->day_ends, shard))) give_up(j);
}

void day_job_told(struct day_job *j, enum err err) {
    struct engine *e = j->engine;
    if (err == ERR_CLOSED && !j->lost && !e->closing) lease_lost(e, j->shard); /* which marks this job */
    j->wait = DAY_IDLE;
}

struct day_ends *day_ends_new(struct engine *e) {
    struct day_ends *d = calloc(1, sizeof *d);
    if (d) d->engine = e;
    return d;
}

void day_ends_stop(struct day_ends *d) {
    if (!d) return;
    d->stopped = true;
    for (struct day_job *j = d->jobs, *next; j; j = next) {
        next = j->next;
        give_up(j);
    }
}

void day_ends_free(struct day_ends *d) { free(d); }

/* --- the run's rows ---------------------------------------------------------------------------------- */

void day_job_fact(struct day_job *j, const char *word, const struct day_counts *c) {
    buf_clear(&j->body);
    buf_addf(&j->body, "[{\"f\":\"%s\",\"day\":\"%s\",\"done\":%lld,\"changed\":%lld,\"entries\":%lld,\"failed\":%lld}]", word, j->date,
             (long long)c->done, (long long)c->changed, (long long)c->entries, (long long)c->failed);
}

bool day_job_append(struct day_job *j, struct append *a, store_done_fn *told) {
    struct engine *e = j->engine;
    a->run = j->run, a->seq = j->seq + 1, a->epoch = j->epoch;
    if (!a->now_ms) a->now_ms = loop_now_ms(e->c.loop);
    a->body = j->body.data, a->body_len = j->body.len;
    if (!buf_ok(&j->body) || e->c.store->ops->append(e->c.store, a, told, j) != OK) return false;
    j->wait = DAY_STORE;
    e->commits++;
    count(e->m_rows);
    return true;
}

static void begun(void *who, enum err err, const struct fault *f UNUSED) {
    struct day_job *j = who;
    struct engine *e = j->engine;
    day_job_told(j, err);
    e->commits--;
    if (err == OK) j->seq = 1;
    if (j->lost) day_job_over(j);
    else if (err == OK) day_job_go(j);
    else day_job_pause(j, AGAIN_MS);
    engine_maybe_drained(e);
}

static void begin(struct day_job *j) {
    struct engine *e = j->engine;
    struct run_row row = {.workflow = WORKFLOW, .case_type = CASE_TYPE, .case_key = j->date, .state = "running", .at = "page"};
    struct append a = {.row = &row};
    j->run = id_make(e->c.store->region, j->shard, loop_now_ms(e->c.loop), e->c.rng);
    (void)id_text(j->run, j->text);
    day_job_fact(j, "day_end", &j->all);
    log_info("day_end_begins", "run=%s day=%s shard=%u", j->text, j->date, j->shard);
    if (!day_job_append(j, &a, begun)) day_job_pause(j, AGAIN_MS);
}

static void ended(void *who, enum err err, const struct fault *f UNUSED) {
    struct day_job *j = who;
    struct engine *e = j->engine;
    day_job_told(j, err);
    e->commits--;
    if (j->lost || err == OK) day_job_over(j);
    else day_job_pause(j, AGAIN_MS);
    engine_maybe_drained(e);
}

static void end(struct day_job *j) {
    struct run_row row = {.state = "ended", .outcome = j->all.failed ? "loans_left" : "done"};
    struct append a = {.row = &row};
    day_job_fact(j, "ended", &j->all);
    log_info("day_end_ends", "run=%s day=%s shard=%u done=%lld changed=%lld failed=%lld ms=%lld", j->text, j->date, j->shard,
             (long long)j->all.done, (long long)j->all.changed, (long long)j->all.failed,
             (long long)(loop_now_ms(j->engine->c.loop) - j->since_ms));
    if (!day_job_append(j, &a, ended)) day_job_pause(j, AGAIN_MS);
}

/* --- a run of an earlier owner: its last row has the counts ------------------------------------------ */

static void row_came(void *who, const struct journal_row *r) {
    struct day_job *j = who;
    json_t *facts = NULL;
    if (json_parse(r->body, r->body_len, &JSON_LIMITS_OWN, &facts, NULL) != OK) return;
    const json_t *last = json_array_get(facts, json_array_size(facts) - 1);
    j->seq = r->seq;
    j->all = (struct day_counts){json_int(last, "done", 0), json_int(last, "changed", 0), json_int(last, "entries", 0), 0};
    json_decref(facts);
}

static void counted(void *who, enum err err, const struct fault *f UNUSED) {
    struct day_job *j = who;
    struct engine *e = j->engine;
    j->wait = DAY_IDLE;
    e->pending--;
    if (err == OK) j->counted = true;
    if (j->lost) day_job_over(j);
    else if (err == OK) day_job_go(j);
    else day_job_pause(j, AGAIN_MS);
    engine_maybe_drained(e);
}

static void read_counts(struct day_job *j) {
    struct engine *e = j->engine;
    j->wait = DAY_STORE;
    e->pending++;
    if (e->c.store->ops->load(e->c.store, j->run, row_came, counted, j) != OK) counted(j, ERR_IO, NULL);
}

static bool read_date(const char *date, int32_t *day) { return date && day_parse(date, day) == OK; }

bool day_end_met(struct engine *e, const struct open_run *o) {
    int32_t day;
    if (!text_eq(o->case_type, CASE_TYPE) || !text_eq(o->workflow, WORKFLOW)) return false;
    struct day_ends *d = e->day_ends;
    uint16_t shard = id_shard(o->run);
    if (!read_date(o->case_key, &day) || d->stopped || find(d, day, shard)) return true;
    struct day_job *j = job_new(d, day, shard);
    if (!j) return true; /* it stays open; whoever renews the lease begins another */
    j->run = o->run, j->seq = o->last_seq;
    (void)id_text(j->run, j->text);
    log_info("day_end_goes_on", "run=%s day=%s shard=%u", j->text, j->date, shard);
    return true;
}

/* --- what runs ------------------------------------------------------------------------------------------ */

void day_job_go(struct day_job *j) {
    struct engine *e = j->engine;
    const struct shard *s = &e->shards[j->shard];
    if (e->closing || e->draining || !s->mine || s->epoch != j->epoch) give_up(j); /* its next owner goes on */
    else if (!j->seq) begin(j);
    else if (!j->counted) read_counts(j);
    else if (!j->running) end(j);
    else day_page(j);
}

static void go_on(void *who) {
    struct day_job *j = who;
    j->timer = NULL, j->wait = DAY_IDLE;
    day_job_go(j);
}

void day_job_pause(struct day_job *j, int64_t ms) {
    j->timer = loop_timer(j->engine->c.loop, ms, go_on, j);
    j->wait = DAY_TIMER;
    if (!j->timer) give_up(j); /* found again by the next look */
}

static bool under_way(const struct day_job *j) { return j->wait != DAY_IDLE; }

static bool is_earliest(const struct day_ends *d, const struct day_job *j) {
    for (const struct day_job *k = d->jobs; k != j; k = k->next)
        if (k->shard == j->shard) return false;
    return true;
}

static struct day_job *next_to_start(const struct day_ends *d) {
    unsigned busy = 0;
    for (const struct day_job *j = d->jobs; j; j = j->next) busy += under_way(j);
    if (busy >= DAY_JOBS_AT_ONCE) return NULL;
    for (struct day_job *j = d->jobs; j; j = j->next)
        if (!under_way(j) && is_earliest(d, j) && d->engine->shards[j->shard].recovered) return j;
    return NULL;
}

/* The earliest day of each shard, a few shards at a time. */
static void start_some(struct day_ends *d) {
    struct engine *e = d->engine;
    struct day_job *j;
    while (!d->stopped && !e->closing && !e->draining && (j = next_to_start(d))) {
        j->running = true, j->since_ms = loop_now_ms(e->c.loop);
        if (!j->seq) j->counted = true;
        day_job_go(j);
    }
}

/* --- what is to be done --------------------------------------------------------------------------------- */

static void open_day(void *who, int32_t day, uint16_t shard) {
    struct engine *e = who;
    struct day_ends *d = e->day_ends;
    if (d->stopped || shard >= e->n_shards || !e->shards[shard].mine || !e->shards[shard].recovered || find(d, day, shard)) return;
    (void)job_new(d, day, shard); /* no memory: at the next look */
}

static void looked(void *who, enum err err, const struct fault *f UNUSED) {
    struct engine *e = who;
    struct day_ends *d = e->day_ends;
    d->looking = false;
    e->pending--;
    if (err == OK) start_some(d);
    engine_maybe_drained(e);
}

static void look(struct engine *e) {
    struct day_ends *d = e->day_ends;
    if (d->looking || d->stopped || e->closing || e->draining || !e->c.day_end) return;
    d->looking = true;
    e->pending++;
    if (e->c.store->ops->day_ends_open(e->c.store, e->owner, loop_now_ms(e->c.loop), open_day, looked, e) != OK) looked(e, ERR_IO, NULL);
}

static void asked_by_clock(void *who, enum err err, const struct fault *f UNUSED) {
    struct engine *e = who;
    e->pending--;
    if (err != OK) e->day_ends->asked_day = 0; /* at the next renewal */
    else look(e);
    engine_maybe_drained(e);
}

/* The day that was over at `day_end_minute` of today; every process asks, the store keeps one. */
static void ask_by_clock(struct engine *e) {
    struct day_ends *d = e->day_ends;
    if (!e->c.zone || e->c.day_end_minute < 0) return;
    int32_t day = zone_day(e->c.zone, loop_now_ms(e->c.loop) - e->c.day_end_minute * INT64_C(60000)) - 1;
    if (day <= d->asked_day) return;
    d->asked_day = day;
    e->pending++;
    if (e->c.store->ops->day_end_ask(e->c.store, day, "clock", loop_now_ms(e->c.loop), asked_by_clock, e) != OK) asked_by_clock(e, ERR_IO, NULL);
}

void day_ends_look(struct engine *e) {
    if (e->c.day_end) ask_by_clock(e);
    look(e);
}

/* --- asked from outside ------------------------------------------------------------------------------------ */

struct asking {
    struct engine *engine;
    engine_done_fn *done;
    void *who;
};

static void asked(void *who, enum err err, const struct fault *f) {
    struct asking *a = who;
    struct engine *e = a->engine;
    a->done(a->who, err, f);
    free(a);
    e->pending--;
    if (err == OK) look(e);
    engine_maybe_drained(e);
}

enum err engine_day_end(struct engine *e, int32_t day, const char *by, engine_done_fn *done, void *who, struct fault *f) {
    int64_t now_ms = loop_now_ms(e->c.loop);
    char date[16];
    if (!e->c.day_end) return fault_set(f, ERR_NOT_FOUND, "", "no loans are kept in the books of this installation");
    if (day >= engine_today(e)) return fault_set(f, ERR_INVALID, "date", "%s is not over yet", day_text(day, date));
    if (day < 0) return fault_set(f, ERR_INVALID, "date", "a day-end lies after 1970-01-01");
    struct asking *a = calloc(1, sizeof *a);
    if (!a) return ERR_NOMEM;
    *a = (struct asking){e, done, who};
    e->pending++;
    enum err err = e->c.store->ops->day_end_ask(e->c.store, day, by, now_ms, asked, a);
    if (err == OK) return OK;
    e->pending--;
    free(a);
    return err;
}

int32_t engine_today(const struct engine *e) {
    int64_t now_ms = loop_now_ms(e->c.loop);
    return e->c.zone ? zone_day(e->c.zone, now_ms) : (int32_t)(now_ms / DAY_MS);
}
