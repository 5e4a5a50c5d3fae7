/* price.c - see price.h. */
#include "book/price.h"

enum err loan_price(const struct loan_band *bands, size_t n, int64_t pd, int64_t *rate, struct fault *f) {
    for (size_t k = 0; k < n; k++)
        if (pd <= bands[k].pd_max) {
            *rate = bands[k].rate;
            return OK;
        }
    return fault_set(f, ERR_REFUSED, "pd", "the risk is above every band of the price list");
}
