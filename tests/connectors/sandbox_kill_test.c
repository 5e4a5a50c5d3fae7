/* sandbox_kill_test.c - the sandbox in a process of its own is killed while it pays out; what it
 * acknowledged is in its book, once, and the same keys give the same answers after its restart. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/connectors.h"
#include "connectors/sandbox/server.h"
#include "connectors/sandbox/outside.h"
#include "tests/connectors/provider.h"

#define PAYOUTS 400
#define ROUNDS 3

static char path[64];

static void serve_for_ever(int tell) {
    struct loop *l = io_loop_new();
    struct sandbox *s = NULL;
    struct fault f;
    json_t *settings = json_pack("{s:s, s:s, s:s}", "listen", "127.0.0.1:0", "book", path, "faults", "late=0.1,after=0.1,busy=0.1");
    if (!l || sandbox_start(l, settings, &s, &f) != OK) _exit(3);
    int port = sandbox_port(s);
    if (write(tell, &port, sizeof port) != sizeof port) _exit(3);
    io_loop_run(l);
    _exit(0);
}

static pid_t spawn(int *port) {
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) serve_for_ever(ends[1]);
    close(ends[1]);
    CU_ASSERT_EQUAL_FATAL(read(ends[0], port, sizeof *port), (ssize_t)sizeof *port);
    close(ends[0]);
    return pid;
}

static struct asking *pay_all(struct provider *p, struct connector *c, char keys[PAYOUTS][24], pid_t kill_half_way) {
    struct asking *list = calloc(PAYOUTS, sizeof *list);
    for (int k = 0; k < PAYOUTS; k++) {
        char input[120];
        snprintf(input, sizeof input, "{\"account\":\"A0001\",\"amount\":%d,\"reference\":\"L%s\"}", 100 + k, keys[k]);
        asking_start(&list[k], c, "disburse", keys[k], input, NULL);
        for (int j = 0; k == PAYOUTS / 4 && j < 20; j++) provider_wait(p, &list[j]); /* others are on their way */
    }
    if (kill_half_way) kill(kill_half_way, SIGKILL);
    for (int k = 0; k < PAYOUTS; k++) provider_wait(p, &list[k]);
    return list;
}

static struct connector *open_payments_at(struct provider *p, int port) {
    char url[64];
    struct fault f;
    struct connector *c = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    json_t *config = json_pack("{s:s}", "url", url);
    struct connector_env env = {.loop = p->loop, .fetch = p->fetch, .config = config};
    CU_ASSERT_EQUAL_FATAL(payments_connector.open(&env, &c, &f), OK);
    json_decref(config);
    return c;
}

/* What was acknowledged must be there; what surely did not happen must not. */
static void compare(const struct book *b, const struct asking *list, char keys[PAYOUTS][24]) {
    for (int k = 0; k < PAYOUTS; k++) {
        const struct book_entry *e = book_find(b, "payments.disburse", keys[k]);
        if (list[k].end == CALL_DONE) CU_ASSERT_PTR_NOT_NULL(e);
        if (list[k].end == CALL_FAILED) CU_ASSERT_PTR_NULL(e);
        if (!e || list[k].end != CALL_DONE) continue;
        json_t *kept = json_loadb(e->answer, e->answer_n, 0, NULL);
        CU_ASSERT(json_equal(kept, list[k].answer));
        json_decref(kept);
    }
}

static void check_book(const struct asking *list, char keys[PAYOUTS][24]) {
    struct fault f;
    json_t *settings = json_object();
    struct outside *w = NULL;
    CU_ASSERT_EQUAL_FATAL(outside_new(settings, &w, &f), OK);
    char *text = malloc((size_t)4 << 20);
    FILE *in = fopen(path, "re");
    size_t n = fread(text, 1, (size_t)4 << 20, in), good = 0;
    fclose(in);
    CU_ASSERT_EQUAL(book_restore_all(outside_book(w), text, n, &good, &f), OK);
    compare(outside_book(w), list, keys);
    free(text);
    json_decref(settings);
    outside_free(w);
}

static void one_round(struct provider *p, int round) {
    static char keys[PAYOUTS][24];
    int port, done = 0;
    for (int k = 0; k < PAYOUTS; k++) snprintf(keys[k], sizeof keys[k], "r%d-%d", round, k);
    pid_t pid = spawn(&port);
    struct connector *c = open_payments_at(p, port);
    struct asking *list = pay_all(p, c, keys, pid);
    waitpid(pid, NULL, 0);
    for (int k = 0; k < PAYOUTS; k++) done += list[k].end == CALL_DONE;
    CU_ASSERT(done > 0 && done < PAYOUTS); /* else the kill came too early or too late to prove anything */
    check_book(list, keys);
    c->ops->close(c);
    for (int k = 0; k < PAYOUTS; k++) asking_reset(&list[k]);
    free(list);
}

void test_sandbox_kill__what_was_acknowledged_is_in_the_book(void) {
    struct provider p = {0};
    snprintf(path, sizeof path, "/tmp/tenor-kill-%d.jsonl", (int)getpid());
    p.loop = io_loop_new();
    CU_ASSERT_EQUAL_FATAL(fetcher_new(p.loop, 16, &p.fetch), OK);
    for (int round = 0; round < ROUNDS; round++) one_round(&p, round);
    provider_stop(&p);
    unlink(path);
}
