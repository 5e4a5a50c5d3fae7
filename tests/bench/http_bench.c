/* http_bench.c - posts one body again and again through load.c and prints what came of it.
 *
 * usage: http_bench --port N --key KEY --path /v1/runs --body FILE [--connections N] [--rate R]
 *                   [--requests N | --seconds S] [--wait S] [--label TEXT] [--want TEXT]
 * In the body {{n}} becomes a number that is new for every request and {{pan}} a well-formed PAN made
 * from it. --want: text that a good answer holds. Without --rate it is a closed loop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/load.h"

struct poster {
    const char *key, *path, *want, *label;
    char *body;
    int wait_s;
    uint64_t salt;
    uint64_t other; /* answers that are not 2xx */
};

static void add_pan(struct buf *b, uint64_t v) {
    char pan[11];
    pan[10] = 0;
    pan[9] = (char)('A' + v % 26), v /= 26;
    for (int i = 8; i >= 5; i--) pan[i] = (char)('0' + v % 10), v /= 10;
    pan[4] = (char)('A' + v % 26), v /= 26;
    pan[3] = 'P'; /* a person */
    for (int i = 2; i >= 0; i--) pan[i] = (char)('A' + v % 26), v /= 26;
    buf_add(b, pan, 10);
}

static void add_body(struct poster *p, uint64_t n, struct buf *b) {
    for (const char *at = p->body; *at;) {
        const char *mark = strstr(at, "{{");
        if (!mark) return buf_adds(b, at);
        buf_add(b, at, (size_t)(mark - at));
        if (!strncmp(mark, "{{pan}}", 7)) add_pan(b, p->salt + n), at = mark + 7;
        else if (!strncmp(mark, "{{n}}", 5)) buf_addf(b, "%llu", (unsigned long long)(p->salt + n)), at = mark + 5;
        else buf_adds(b, "{{"), at = mark + 2;
    }
}

static void build(void *who, uint64_t n, struct buf *out) {
    struct poster *p = who;
    AUTO(buf_reset) struct buf body;
    buf_init(&body, 1u << 20);
    add_body(p, n, &body);
    buf_addf(out, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                  "Idempotency-Key: bench-%llu\r\nPrefer: wait=%d\r\nContent-Length: %zu\r\n\r\n",
             p->path, p->key, (unsigned long long)(p->salt + n), p->wait_s, body.len);
    buf_add(out, body.data, body.len);
}

static bool good(void *who, uint64_t n, int status, const char *body, size_t len) {
    struct poster *p = who;
    (void)n;
    if (status != 200) {
        if (p->other++ < 3) fprintf(stderr, "answer %d: %.*s\n", status, (int)(len > 300 ? 300 : len), body);
        return false;
    }
    return !p->want || memmem(body, len, p->want, strlen(p->want));
}

static char *read_all(const char *path) {
    FILE *f = fopen(path, "re");
    char *text = f ? calloc(1, 1 << 20) : NULL;
    if (text) (void)!fread(text, 1, (1 << 20) - 1, f);
    if (f) fclose(f);
    return text;
}

int main(int argc, char **argv) {
    struct poster p = {.path = "/v1/runs", .key = "", .wait_s = 30, .label = "http"};
    struct load l = {.host = "127.0.0.1", .connections = 1, .seconds = 5, .build = build, .good = good, .who = &p};
    const char *body = NULL;
    p.salt = ((uint64_t)time(NULL) * 1000003u + (uint64_t)getpid() * 7919u) % 40000000000ull;
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *a = argv[i], *v = argv[i + 1];
        if (!strcmp(a, "--port")) l.port = (int)strtol(v, NULL, 10);
        else if (!strcmp(a, "--key")) p.key = v;
        else if (!strcmp(a, "--path")) p.path = v;
        else if (!strcmp(a, "--body")) body = v;
        else if (!strcmp(a, "--label")) p.label = v;
        else if (!strcmp(a, "--want")) p.want = v;
        else if (!strcmp(a, "--wait")) p.wait_s = (int)strtol(v, NULL, 10);
        else if (!strcmp(a, "--connections")) l.connections = (unsigned)strtoul(v, NULL, 10);
        else if (!strcmp(a, "--rate")) l.rate = strtod(v, NULL);
        else if (!strcmp(a, "--requests")) l.requests = strtoull(v, NULL, 10);
        else if (!strcmp(a, "--seconds")) l.seconds = strtod(v, NULL);
        else return fprintf(stderr, "http_bench: what is '%s'?\n", a), 2;
    }
    if (!body || !(p.body = read_all(body)) || !l.port) return fputs("http_bench: --port and --body are needed\n", stderr), 2;
    struct load_report r;
    if (load_run(&l, &r)) return fputs("http_bench: cannot connect\n", stderr), 2;
    printf("%-8s %6u conns %8.1f/s offered %9.1f/s done  p50 %8.2f ms  p99 %8.2f ms  max %8.2f ms  bad %llu broken %llu  client cpu %.3f ms each  in %.2f s\n",
           p.label, l.connections, l.rate, (double)r.done / r.seconds, (double)histogram_at(&r.latency, .5) / 1e3,
           (double)histogram_at(&r.latency, .99) / 1e3, (double)r.latency.max_us / 1e3, (unsigned long long)r.bad,
           (unsigned long long)r.broken, r.done ? (double)r.cpu_us / 1e3 / (double)r.done : 0, r.seconds);
    free(p.body);
    return r.bad || r.broken ? 1 : 0;
}
