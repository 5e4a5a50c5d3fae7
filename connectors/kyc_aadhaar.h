/* kyc_aadhaar.h - the offline e-KYC document that an Aadhaar holder downloads and hands over: an XML with name, birth, address
 * and photo, signed by the authority. Nobody is asked; what counts is the signature. Pure.
 *
 * Form: OfflinePaperlessKyc, version 3 of the authority's format as it is publicly described; only documents signed with
 * SHA-256 are taken (xml_signature.h). The document holds the last four digits only, and we keep no more: one that shows a
 * whole number anywhere is refused. */
#ifndef CONNECTORS_KYC_AADHAAR_H
#define CONNECTORS_KYC_AADHAAR_H

#include "connectors/shape.h"

#define AADHAAR_XML_MAX ((size_t)256 << 10)

struct rsa_key;
struct aadhaar_trust { /* whose signature counts */
    const struct rsa_key *keys[8];
    size_t n;
};

/* {"aadhaar_certificates": ["/etc/tenor/uidai.pem"]}, and {"trust": "sandbox"} for the sandbox's simulated issuer. */
MUST_CHECK enum err aadhaar_trust_open(const json_t *config, struct aadhaar_trust *t, struct fault *f);
void aadhaar_trust_reset(struct aadhaar_trust *t);
/* The answer of kyc.aadhaar_offline; NULL: `a` says why it was REFUSED (xml_form, signature_..., not_aadhaar_xml,
 * aadhaar_not_masked, issued_in_future, outside_certificate, too_old, no_trust). */
json_t *aadhaar_read(const struct aadhaar_trust *t, const json_t *input, int64_t now_ms, struct answer *a);
/* The hash of a mobile number as it stands in the document: SHA-256 of number and share code, hashed again as hex text, in
 * all as often as the last digit of the Aadhaar says; once for 0 and 1. */
void aadhaar_mobile_hash(const char *mobile, const char *share_code, char last_digit, char out[65]);

#endif
