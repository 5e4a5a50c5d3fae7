/* metric.h - counters, gauges and histograms, registered where they are counted; Prometheus text.
 *
 * A family has a name, a help text and label names; a series is a family with label values. The
 * number of series per family is capped (METRIC_SERIES_MAX): past it everything goes to the series
 * whose labels are "other". Owner thread only. */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"
#include "base/err.h"

#define METRIC_SERIES_MAX 500
#define METRIC_LABELS_MAX 4

struct metrics;
struct metric; /* one series */
enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_SECONDS /* histogram, 1 ms .. 60 s */ };

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);
/* Finds or makes a series. `labels` is "name" or "a,b" (NULL: none), values follow in order.
 * Never NULL: on no memory a shared sink is returned. Names end as promtool wants (_total ...). */
struct metric *metric_get(struct metrics *m, enum metric_kind kind, const char *name,
                          const char *help, const char *labels, const char *const *values);
void metric_add(struct metric *s, double by);
void metric_set(struct metric *s, double value);
void metric_seen_us(struct metric *s, int64_t us);
void metrics_write(const struct metrics *m, struct buf *out);

#endif
