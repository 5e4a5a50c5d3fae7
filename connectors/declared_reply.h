/* declared_reply.h - what a reply means by a declared way (dsl/connector.h says its form). Pure; any thread. */
#ifndef CONNECTORS_DECLARED_REPLY_H
#define CONNECTORS_DECLARED_REPLY_H

#include "connectors/answer.h"

/* True when a declared end fits, or a 4xx is none: `a` says how the call ends. False: the rules of answer.h. */
bool declared_judge(const json_t *way, const struct operation *op, bool look, const struct reply *reply, struct answer *a);
/* The operation's answer out of what the provider said. NULL after answer_set: a field is not there, or not what was
 * agreed; the sentence names our field, never a value. */
json_t *declared_answer_new(const json_t *way, const json_t *said, struct answer *a);

#endif
