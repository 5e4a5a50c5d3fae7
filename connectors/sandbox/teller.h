/* teller.h - delivers the world's notices as signed webhooks (Standard Webhooks), again and again until they are taken.
 *
 * A notice goes to <webhooks>/<connector>, as camt.054 or JSON (gateway.h), with webhook-id, webhook-timestamp of the
 * attempt and webhook-signature. Any 2xx takes it; after anything else it comes again, after half a second, one,
 * two ... at most a minute. A forged copy is sent once, signed with a secret that nobody has. */
#ifndef SANDBOX_TELLER_H
#define SANDBOX_TELLER_H

#include "base/loop.h"
#include "connectors/sandbox/outside.h"

#define TELLER_MOST 1000 /* taken from the world at a time; the rest waits there */

struct teller;

/* {"webhooks": "http://127.0.0.1:8080/v1/webhooks", "webhook_secret_file": "path"}: NULL in *out without `webhooks`. */
MUST_CHECK enum err teller_start(struct loop *l, struct outside *w, const json_t *settings, struct teller **out, struct fault *f);
/* Sends what is due. To be called when the book is on disk: nothing is told that may be forgotten. */
void teller_go(struct teller *t);
size_t teller_waiting(const struct teller *t); /* taken from the world and not delivered yet */
void teller_stop(struct teller *t);

#endif
