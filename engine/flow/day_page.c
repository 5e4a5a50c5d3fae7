/* day_page.c - one page of a day-end: list, files, reckon, write. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/day_job.h"

enum { BUSY_MS = 200, IN_USE_MS = 500 };

void day_page_forget(struct day_job *j) {
    cabinet_return(&j->files);
    for (unsigned i = 0; i < j->n; i++) free(j->ids[i]);
    j->n = 0;
}

static void move_on(struct day_job *j) {
    free(j->after);
    j->after_day = j->last_day, j->after = j->ids[j->n - 1];
    j->n--;
    if (j->careful) j->careful--;
    day_page_forget(j);
    day_job_go(j);
}

/* --- reckon --------------------------------------------------------------------------------------- */

static bool room_for_postings(struct day_job *j, size_t n) {
    if (j->n_postings + n <= j->cap_postings) return true;
    size_t cap = 2 * j->cap_postings > j->n_postings + n ? 2 * j->cap_postings : j->n_postings + n + 64;
    struct posting_row *more = realloc(j->postings, cap * sizeof *more);
    if (more) j->postings = more, j->cap_postings = cap;
    return more != NULL;
}

static void add_postings(struct day_job *j, const struct day_end_out *out) {
    for (size_t i = 0; i < out->n_postings; i++) {
        const struct posting *p = &out->postings[i];
        j->postings[j->n_postings++] = (struct posting_row){p->debit, p->credit, p->currency, p->kind, p->amount_minor, p->effective_day};
    }
}

/* Events name the run, and nothing else of it. */
static void tell(struct day_job *j, const struct loan_file *before, const struct loan_write *w, int64_t now_ms) {
    struct run r = {.id = j->run, .seq = j->seq};
    memcpy(r.text, j->text, sizeof r.text);
    outbox_of_loan(&j->outbox, &r, before, w, now_ms);
}

static enum err say(const struct day_job *j, const struct loan_file *loan, int64_t now_ms, struct day_end_out *out, struct fault *f) {
    const struct engine_config *c = &j->engine->c;
    enum err err = c->day_end(c->day_end_who, loan, j->day, now_ms, j->arena, out, f);
    if (err == OK && out->write.columns.next_day <= j->day)
        return fault_set(f, ERR_BUG, "next_day", "its next day does not lie after this one");
    return err;
}

static enum err write(struct day_job *j, struct folder *file, int64_t now_ms, const struct day_end_out *out) {
    struct outbox_mark before = outbox_mark(&j->outbox);
    if (!room_for_postings(j, out->n_postings)) return ERR_NOMEM;
    tell(j, folder_file(file), &out->write, now_ms);
    enum err err = folder_write(file, &out->write, now_ms);
    if (err != OK) outbox_back(&j->outbox, before);
    else add_postings(j, out);
    return err;
}

static void one_loan(struct day_job *j, struct folder *file, int64_t now_ms) {
    const struct loan_file *loan = folder_file(file);
    struct day_end_out out = {0};
    struct fault f = {0};
    if (!folder_broken(file) && (!loan->n || loan->columns.next_day > j->day)) return; /* somebody was there since */
    enum err err = folder_broken(file) ? fault_set(&f, ERR_BUG, "", "its entries contradict its row") : say(j, loan, now_ms, &out, &f);
    if (err == OK) err = write(j, file, now_ms, &out);
    if (err == ERR_NOMEM) {
        j->no_memory = true;
    } else if (err != OK) {
        log_error("day_end_loan", "loan=%s day=%s err=%s where=%s why=%s", log_quote(loan->id), j->date, err_word(err),
                  log_quote(f.where), log_quote(f.text));
        j->page.failed++;
    } else {
        j->page.done++;
        j->page.changed += out.write.n_entries > 0;
        j->page.entries += (int64_t)out.write.n_entries;
    }
}

static void reckon(struct day_job *j, int64_t now_ms) {
    arena_clear(j->arena);
    outbox_clear(&j->outbox);
    j->n_postings = 0, j->no_memory = false, j->page = (struct day_counts){0};
    for (struct folder *f = j->files.held; f && !j->no_memory; f = folder_next(f)) one_loan(j, f, now_ms);
}

/* --- write ---------------------------------------------------------------------------------------- */

static void add(struct day_counts *to, const struct day_counts *more) {
    to->done += more->done, to->changed += more->changed, to->entries += more->entries, to->failed += more->failed;
}

/* A row with one bad loan is refused whole: its loans go one by one, and the bad one is left. */
static void refused(struct day_job *j, enum err err) {
    if (err != ERR_INVALID) {
        day_page_forget(j);
        day_job_pause(j, BUSY_MS);
    } else if (j->asked > 1) {
        j->careful = DAY_PAGE;
        day_page_forget(j);
        day_job_go(j);
    } else {
        log_error("day_end_loan", "loan=%s day=%s why=refused", log_quote(j->ids[0]), j->date);
        j->all.failed++;
        move_on(j);
    }
}

static void written(void *who, enum err err, const struct fault *f UNUSED) {
    struct day_job *j = who;
    struct engine *e = j->engine;
    struct folder *kept = j->kept;
    j->kept = NULL;
    cabinet_settle(kept, err);
    day_job_told(j, err);
    e->commits--;
    if (err == OK) j->seq++, add(&j->all, &j->page);
    if (j->lost) day_job_over(j);
    else if (err == OK) move_on(j);
    else refused(j, err);
    engine_maybe_drained(e);
}

/* Nobody needs the row of a page on which nothing was written. */
static void nothing_written(struct day_job *j) {
    add(&j->all, &j->page);
    move_on(j);
}

static void write_page(struct day_job *j, int64_t now_ms) {
    struct loan_rows rows;
    struct day_counts so_far = j->all;
    const struct outbox_row *outbox = outbox_rows(&j->outbox);
    bool told = !j->outbox.failed && (outbox || !j->outbox.n);
    bool good = !j->no_memory && told && cabinet_rows_new(j->files.held, &rows) == OK;
    if (!good) {
        day_page_forget(j);
        day_job_pause(j, BUSY_MS);
        return;
    }
    add(&so_far, &j->page);
    day_job_fact(j, "page", &so_far);
    struct append a = {.loans = rows.loans, .n_loans = rows.n_loans, .loan_entries = rows.entries, .n_loan_entries = rows.n_entries,
                       .postings = j->postings, .n_postings = j->n_postings, .outbox = outbox, .n_outbox = j->outbox.n, .now_ms = now_ms};
    bool sent = rows.n_loans && day_job_append(j, &a, written);
    free(rows.loans), free(rows.entries);
    if (sent) {
        j->kept = cabinet_keep(&j->files.held);
    } else if (!rows.n_loans) {
        nothing_written(j);
    } else {
        day_page_forget(j);
        day_job_pause(j, BUSY_MS);
    }
}

static void files_here(void *who) {
    struct day_job *j = who;
    int64_t now_ms = loop_now_ms(j->engine->c.loop);
    j->wait = DAY_IDLE;
    reckon(j, now_ms);
    write_page(j, now_ms);
}

/* --- list ----------------------------------------------------------------------------------------- */

static void due_came(void *who, const struct loan_row *l) {
    struct day_job *j = who;
    char *id = j->n < DAY_PAGE ? strdup(l->id) : NULL;
    if (!id) {
        j->no_memory = true;
        return;
    }
    j->ids[j->n++] = id;
    j->last_day = l->next_day;
}

/* All were seen. Those that somebody was using are listed again; those that cannot be reckoned are counted anew. */
static void pass_over(struct day_job *j) {
    free(j->after);
    j->after = NULL, j->after_day = INT32_MIN;
    if (!j->passed) {
        j->running = false; /* its last row */
        day_job_go(j);
        return;
    }
    j->passed = 0, j->all.failed = 0;
    day_job_pause(j, IN_USE_MS);
}

static void listed(void *who, enum err err, const struct fault *f UNUSED) {
    struct day_job *j = who;
    struct engine *e = j->engine;
    j->wait = DAY_IDLE;
    e->pending--;
    j->files = (struct borrowing){.done = files_here, .who = j};
    if (j->lost) {
        day_job_over(j);
    } else if (err != OK || j->no_memory) {
        day_page_forget(j);
        day_job_pause(j, BUSY_MS);
    } else if (!j->n) {
        pass_over(j);
    } else if (cabinet_borrow(e, j->shard, (const char *const *)j->ids, j->n, &j->files) != OK) {
        day_page_forget(j);
        day_job_pause(j, BUSY_MS);
    } else {
        j->passed += j->files.passed;
        j->wait = DAY_FILES;
        if (!j->files.left) files_here(j);
    }
    engine_maybe_drained(e);
}

void day_page(struct day_job *j) {
    struct engine *e = j->engine;
    struct loan_place after = {j->after_day, j->after ? j->after : ""};
    j->n = 0, j->no_memory = false, j->wait = DAY_STORE;
    j->asked = j->careful ? 1 : DAY_PAGE;
    e->pending++;
    if (e->c.store->ops->loans_due(e->c.store, j->shard, j->day, &after, j->asked, due_came, listed, j) != OK) listed(j, ERR_IO, NULL);
}
