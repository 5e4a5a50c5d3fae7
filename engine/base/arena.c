#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LAST_BLOCK = 256 * 1024 };

struct block {
    struct block *next; /* the one filled before this */
    size_t size, used;
    alignas(ALIGN) char bytes[];
};
struct arena {
    struct block *top;
    size_t ceiling, held, used;
    size_t next_size; /* blocks double: few mallocs for big runs, little waste for small ones */
};

struct arena *arena_new(size_t ceiling) {
    struct arena *a = calloc(1, sizeof *a);
    if (a) *a = (struct arena){.ceiling = ceiling, .next_size = FIRST_BLOCK};
    return a;
}

static void free_blocks(struct block *b) {
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_free(struct arena *a) {
    if (!a) return;
    free_blocks(a->top);
    free(a);
}

void arena_clear(struct arena *a) {
    a->used = 0;
    if (!a->top) return;
    free_blocks(a->top->next);
    a->top->next = NULL;
    a->top->used = 0;
    a->held = a->top->size;
}

static struct block *add_block(struct arena *a, size_t need) {
    size_t left = a->ceiling - a->held;
    if (need > left) return NULL;
    size_t size = need > a->next_size ? need : a->next_size;
    if (size > left) size = left;
    struct block *b = malloc(sizeof *b + size);
    if (!b) return NULL;
    *b = (struct block){.next = a->top, .size = size};
    a->top = b;
    a->held += size;
    if (a->next_size < LAST_BLOCK) a->next_size *= 2;
    return b;
}

/* Room for n bytes, not cleared. */
static void *take(struct arena *a, size_t n) {
    if (n > SIZE_MAX - ALIGN) return NULL;
    size_t need = n ? (n + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    struct block *b = a->top;
    if (!b || b->size - b->used < need) b = add_block(a, need);
    if (!b) return NULL;
    void *p = b->bytes + b->used;
    b->used += need;
    a->used += need;
    return p;
}

void *arena_alloc(struct arena *a, size_t n) {
    void *p = take(a, n);
    return p ? memset(p, 0, n) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t n) {
    size_t len = strnlen(s, n);
    char *p = take(a, len + 1);
    if (!p) return NULL;
    memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *arena_strdup(struct arena *a, const char *s) {
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    char *p = n < 0 ? NULL : take(a, (size_t)n + 1);
    if (p) vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(ap);
    return p;
}

size_t arena_used(const struct arena *a) {
    return a->used;
}
