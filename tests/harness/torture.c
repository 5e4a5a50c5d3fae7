#include "tests/harness/torture.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAIL_MOST = 4000 }; /* of more allocations than this, an even sample fails */

static _Thread_local struct {
    bool on, hit;
    unsigned made, fail_at; /* 1-based; 0: none */
    long live;              /* blocks made less blocks freed */
} pass;

static bool refuse(void) {
    if (!pass.on || ++pass.made != pass.fail_at) return false;
    pass.hit = true;
    errno = ENOMEM;
    return true;
}

static void *count(void *p) {
    pass.live += pass.on && p;
    return p;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED /* linked with --wrap (Makefile): the sanitizer keeps its own malloc */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
char *__real_strdup(const char *s);
#define IN_FRONT(name) __wrap_##name
#define BEHIND(name) __real_##name
#else
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);
#define IN_FRONT(name) name
#define BEHIND(name) __libc_##name
#endif
void *IN_FRONT(malloc)(size_t n);
void *IN_FRONT(calloc)(size_t n, size_t size);
void *IN_FRONT(realloc)(void *p, size_t n);
void IN_FRONT(free)(void *p);

void *IN_FRONT(malloc)(size_t n) {
    return refuse() ? NULL : count(BEHIND(malloc)(n));
}

void *IN_FRONT(calloc)(size_t n, size_t size) {
    return refuse() ? NULL : count(BEHIND(calloc)(n, size));
}

void *IN_FRONT(realloc)(void *p, size_t n) {
    if (refuse()) return NULL;
    void *q = BEHIND(realloc)(p, n);
    if (!p) return count(q);
    if (!q && n == 0) pass.live -= pass.on;
    return q;
}

void IN_FRONT(free)(void *p) {
    pass.live -= pass.on && p;
    BEHIND(free)(p);
}

#ifdef SANITIZED /* these call malloc inside the C library, where --wrap does not reach */
char *__wrap_strdup(const char *s);
char *__wrap_strdup(const char *s) {
    return refuse() ? NULL : count(__real_strdup(s));
}
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(n, size, &total)) return NULL;
    return __wrap_realloc(p, total);
}
#endif

static void run_once(void (*fn)(void *who), void *who, unsigned fail_at) {
    pass.made = 0;
    pass.live = 0;
    pass.hit = false;
    pass.fail_at = fail_at;
    pass.on = true;
    fn(who);
    pass.on = false;
    if (pass.live == 0) return;
    printf("\n    torture: %ld blocks left with allocation %u failed\n", pass.live, fail_at);
    CU_FAIL("blocks left");
}

unsigned torture_run(void (*fn)(void *who), void *who) {
    json_malloc_t old_malloc;
    json_free_t old_free;
    json_get_alloc_funcs(&old_malloc, &old_free);
    json_set_alloc_funcs(IN_FRONT(malloc), IN_FRONT(free));
    pass.hit = false; /* of an earlier test */
    fn(who); /* first use may fill caches that stay */
    run_once(fn, who, 0);
    unsigned all = pass.made, step = all / FAIL_MOST + 1, failed = 0;
    for (unsigned k = 1; k <= all; k += step, failed++) run_once(fn, who, k);
    json_set_alloc_funcs(old_malloc, old_free);
    CU_ASSERT(failed > 0);
    return failed;
}

bool torture_hit(void) {
    return pass.hit;
}
