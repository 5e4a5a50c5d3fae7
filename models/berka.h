/* berka.h - the tables of the Berka bank (PKDD'99) as one row per loan with raw transactions. */
#ifndef MODELS_BERKA_H
#define MODELS_BERKA_H

#include "models/frame.h"

/* `dir` holds loan-train, trans-train, client and disp (.csv.gz). Fills the columns that the frame
 * wants: those of cashflow_names, and bad, amount, duration, payments, sex (0 man, 1 woman). Only
 * entries dated before the loan count. */
MUST_CHECK enum err berka_load(const char *dir, struct frame *fr, struct fault *f);

#endif
