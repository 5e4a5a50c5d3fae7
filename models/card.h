/* card.h - the model card: a manifest told to a person, in Markdown. */
#ifndef MODELS_CARD_H
#define MODELS_CARD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/* `manifest` as train.c makes it, with the spec's "card" texts: title, data, provenance, terms, use,
 * not_for (texts), limits (list). */
void card_write(const json_t *manifest, struct buf *out);

#endif
