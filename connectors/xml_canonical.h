/* xml_canonical.h - the bytes that an enveloped XML signature signs: Canonical XML 1.0 without comments
 * (W3C Recommendation of 15 March 2001) in one pass of Expat. Pure.
 *
 * Own code, because the alternative is a second XML parser beside Expat (libxml2 with xmlsec): two parsers that read one
 * document differently are how signed documents are forged. What was verified here is afterwards read from the very bytes
 * that were digested. The profile is narrow; outside it documents are refused: no document type, no processing
 * instructions, no xml: attributes, no relative or empty prefixed namespaces, one Signature, a child of the root. */
#ifndef CONNECTORS_XML_CANONICAL_H
#define CONNECTORS_XML_CANONICAL_H

#include "base/buf.h"
#include "base/err.h"

#define XML_SIGNATURE_SPACE "http://www.w3.org/2000/09/xmldsig#"

struct xml_canonical {
    struct buf document;    /* the document without its Signature */
    struct buf signature;   /* the Signature element, with the namespaces it inherits; empty if there is none */
    struct buf signed_info; /* SignedInfo in it, likewise */
};

/* ERR_INVALID with line and column, ERR_LIMIT (over `most` bytes, 32 levels, 64 attributes or namespaces), ERR_NOMEM. */
MUST_CHECK enum err xml_canonical(const void *bytes, size_t n, size_t most, struct xml_canonical *out, struct fault *f);
void xml_canonical_reset(struct xml_canonical *c); /* also after an error */

#endif
