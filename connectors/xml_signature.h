/* xml_signature.h - a document that carries its issuer's signature: checks it and gives the document as it was signed. Pure.
 *
 * One form of XML Signature (W3C, 2008): enveloped, one Reference with URI "", the transform enveloped-signature, alone or
 * followed by Canonical XML 1.0, SHA-256 as digest, RSA with SHA-256 over SignedInfo in Canonical XML 1.0. Everything else
 * is refused. The signer's key is one of ours; what KeyInfo says is not read. */
#ifndef CONNECTORS_XML_SIGNATURE_H
#define CONNECTORS_XML_SIGNATURE_H

#include "connectors/xml.h"

struct rsa_key;

/* OK: *out_new is the tree of the very bytes that were digested, *signer the key that signed. Else f->where is one of
 * xml_form, signature_missing, signature_profile (ERR_INVALID), too_long (ERR_LIMIT), signature_digest,
 * signature_wrong (ERR_REFUSED: the document was changed, or signed by somebody else); or ERR_NOMEM. */
MUST_CHECK enum err xml_signature_check(const void *bytes, size_t n, size_t most, const struct rsa_key *const *keys, size_t n_keys,
                                        struct xml **out_new, size_t *signer, struct fault *f);
/* Puts a Signature in front of the end tag of the root; for what the sandbox issues. ERR_INVALID: no document
 * that ends with an end tag, or no private key. */
MUST_CHECK enum err xml_signature_add(const char *document, const struct rsa_key *key, struct buf *out);

#endif
