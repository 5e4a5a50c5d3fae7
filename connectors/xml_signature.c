/* xml_signature.c - see xml_signature.h. */
#include "connectors/xml_signature.h"

#include <string.h>

#include "base/crypt.h"
#include "base/text.h"
#include "connectors/xml_canonical.h"
#include "io/rsa.h"

#define SIGN_MAX ((size_t)1 << 20)
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#define RSA_SHA256 "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"

static bool is(const struct xml_node *n, const char *name) {
    return n && !strcmp(n->name, name) && !strcmp(n->space, XML_SIGNATURE_SPACE);
}

/* One element of that name, whose Algorithm is this and nothing else. */
static bool algorithm(const struct xml_node *n, const char *name, const char *uri) {
    return is(n, name) && text_eq(xml_attribute(n, "Algorithm"), uri) && !n->first && !*n->text;
}

static bool transforms_fit(const struct xml_node *n) {
    if (!is(n, "Transforms")) return false;
    const struct xml_node *first = n->first, *second = first ? first->next : NULL;
    return algorithm(first, "Transform", ENVELOPED) && (!second || (algorithm(second, "Transform", C14N) && !second->next));
}

/* SignedInfo: CanonicalizationMethod, SignatureMethod, Reference(Transforms, DigestMethod, DigestValue). Its digest, or NULL. */
static const char *digest_of(const struct xml_node *info) {
    const struct xml_node *method = info->first, *signer = method ? method->next : NULL, *reference = signer ? signer->next : NULL;
    if (!is(info, "SignedInfo") || !algorithm(method, "CanonicalizationMethod", C14N) || !algorithm(signer, "SignatureMethod", RSA_SHA256))
        return NULL;
    if (!is(reference, "Reference") || reference->next || !text_eq(xml_attribute(reference, "URI"), "")) return NULL;
    const struct xml_node *transforms = reference->first, *digest = transforms ? transforms->next : NULL,
                          *value = digest ? digest->next : NULL;
    if (!transforms_fit(transforms) || !algorithm(digest, "DigestMethod", SHA256) || !is(value, "DigestValue") || value->next) return NULL;
    return value->text;
}

/* Base64, perhaps over several lines. */
static enum err from_base64(const char *text, struct buf *out) {
    struct buf plain AUTO(buf_reset);
    buf_init(&plain, SIGN_MAX);
    for (; *text; text++)
        if (!strchr(" \t\r\n", *text)) buf_addc(&plain, *text);
    return buf_ok(&plain) ? buf_add_from_base64(out, buf_text(&plain), plain.len) : buf_err(&plain);
}

static enum err check_digest(const struct xml_canonical *c, struct fault *f) {
    struct xml *info = NULL;
    struct buf said AUTO(buf_reset);
    uint8_t hash[CRYPT_HASH];
    buf_init(&said, 4096);
    enum err e = xml_parse(c->signed_info.data, c->signed_info.len, &info, f);
    if (e != OK) return e == ERR_NOMEM ? e : fault_set(f, e, "signature_profile", "SignedInfo cannot be read");
    const char *digest = digest_of(xml_root(info));
    if (!digest || from_base64(digest, &said) != OK) {
        e = fault_set(f, ERR_INVALID, "signature_profile", "the signature is not of the form that is taken");
    } else {
        crypt_sha256(buf_text(&c->document), c->document.len, hash);
        if (said.len != sizeof hash || memcmp(said.data, hash, sizeof hash) != 0)
            e = fault_set(f, ERR_REFUSED, "signature_digest", "the document was changed after it was signed");
    }
    xml_free(info);
    return e;
}

static enum err check_value(const struct xml_canonical *c, const struct rsa_key *const *keys, size_t n_keys, size_t *signer, struct fault *f) {
    struct xml *tree = NULL;
    struct buf value AUTO(buf_reset);
    buf_init(&value, 4096);
    enum err e = xml_parse(c->signature.data, c->signature.len, &tree, f);
    const char *text = e == OK ? xml_text(xml_root(tree), "SignatureValue") : NULL;
    if (e == OK && (!text || from_base64(text, &value) != OK || !value.len))
        e = fault_set(f, ERR_INVALID, "signature_profile", "the signature has no value");
    if (e == OK) e = fault_set(f, ERR_REFUSED, "signature_wrong", "signed with none of the trusted keys");
    for (size_t k = 0; e == ERR_REFUSED && k < n_keys; k++) {
        enum err one = rsa_check(keys[k], c->signed_info.data, c->signed_info.len, value.data, value.len);
        if (one != ERR_REFUSED) e = one;
        if (one == OK) *signer = k;
    }
    xml_free(tree);
    return e;
}

static enum err check_all(const void *bytes, size_t n, size_t most, struct xml_canonical *c, const struct rsa_key *const *keys,
                          size_t n_keys, size_t *signer, struct fault *f) {
    enum err e = xml_canonical(bytes, n, most, c, f);
    if (e == ERR_NOMEM) return e;
    if (e != OK) return fault_set(f, e, e == ERR_LIMIT ? "too_long" : "xml_form", "%.100s: %.200s", f->where, f->text);
    if (!c->signature.len || !c->signed_info.len) return fault_set(f, ERR_INVALID, "signature_missing", "the document is not signed");
    if ((e = check_digest(c, f)) != OK) return e;
    return check_value(c, keys, n_keys, signer, f);
}

enum err xml_signature_check(const void *bytes, size_t n, size_t most, const struct rsa_key *const *keys, size_t n_keys,
                             struct xml **out_new, size_t *signer, struct fault *f) {
    struct xml_canonical c;
    struct fault own;
    if (!f) f = &own;
    enum err e = check_all(bytes, n, most, &c, keys, n_keys, signer, f);
    if (e == OK) e = xml_parse(c.document.data, c.document.len, out_new, f);
    if (e == ERR_INVALID && !strncmp(f->where, "line", 4)) (void)text_copy(f->where, sizeof f->where, "xml_form");
    xml_canonical_reset(&c);
    return e;
}

static void add_info(struct buf *out, const uint8_t hash[CRYPT_HASH]) {
    buf_adds(out, "<SignedInfo xmlns=\"" XML_SIGNATURE_SPACE "\"><CanonicalizationMethod Algorithm=\"" C14N "\"></CanonicalizationMethod>");
    buf_adds(out, "<SignatureMethod Algorithm=\"" RSA_SHA256 "\"></SignatureMethod><Reference URI=\"\"><Transforms>");
    buf_adds(out, "<Transform Algorithm=\"" ENVELOPED "\"></Transform></Transforms>");
    buf_adds(out, "<DigestMethod Algorithm=\"" SHA256 "\"></DigestMethod><DigestValue>");
    buf_add_base64(out, hash, CRYPT_HASH);
    buf_adds(out, "</DigestValue></Reference></SignedInfo>");
}

/* The document must use no prefixed namespaces: SignedInfo would inherit them. */
enum err xml_signature_add(const char *document, const struct rsa_key *key, struct buf *out) {
    struct xml_canonical c;
    struct buf info AUTO(buf_reset), value AUTO(buf_reset);
    uint8_t hash[CRYPT_HASH];
    buf_init(&info, 4096);
    buf_init(&value, 4096);
    enum err e = xml_canonical(document, strlen(document), SIGN_MAX, &c, NULL);
    const char *end = strrchr(document, '<');
    if (e == OK && (!end || end[1] != '/')) e = ERR_INVALID;
    if (e == OK) {
        crypt_sha256(buf_text(&c.document), c.document.len, hash);
        add_info(&info, hash);
        e = buf_ok(&info) ? rsa_sign(key, info.data, info.len, &value) : buf_err(&info);
    }
    xml_canonical_reset(&c);
    if (e != OK) return e;
    buf_add(out, document, (size_t)(end - document));
    buf_adds(out, "<Signature xmlns=\"" XML_SIGNATURE_SPACE "\">");
    buf_add(out, info.data, info.len);
    buf_adds(out, "<SignatureValue>");
    buf_add_base64(out, value.data, value.len);
    buf_adds(out, "</SignatureValue></Signature>");
    buf_adds(out, end);
    return buf_err(out);
}
