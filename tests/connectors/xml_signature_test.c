/* xml_signature_test.c - canonical bytes against the published examples and against documents that another implementation
 * signed (tests/connectors/signed/README.md); every way to bend a signature that we know of is refused. */
#include "connectors/xml_signature.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/crypt.h"
#include "base/file.h"
#include "connectors/sandbox/keys.h"
#include "connectors/xml_canonical.h"
#include "io/rsa.h"
#include "tests/harness/torture.h"

#define MOST ((size_t)256 << 10)
static struct rsa_key *key;
static struct buf good; /* signed/aadhaar.xml */

static struct buf content(const char *path) {
    struct buf b = {0};
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(file_read(path, MOST, &b, &f), OK);
    return b;
}

int setup_xml_signature(void) {
    struct buf pem AUTO(buf_reset) = {0};
    struct fault f;
    return file_read("tests/connectors/signed/key.pem", MOST, &pem, &f) != OK || rsa_key_read(buf_text(&pem), pem.len, &key, &f) != OK ||
           file_read("tests/connectors/signed/aadhaar.xml", MOST, &good, &f) != OK;
}
int teardown_xml_signature(void) {
    rsa_key_free(key);
    buf_reset(&good);
    return 0;
}

static void becomes(const char *xml, const char *canonical) {
    struct xml_canonical c;
    struct fault f = {0};
    CU_ASSERT_EQUAL(xml_canonical(xml, strlen(xml), MOST, &c, &f), OK);
    if (f.text[0]) printf("%s: %s\n", f.where, f.text);
    CU_ASSERT_STRING_EQUAL(buf_text(&c.document), canonical);
    xml_canonical_reset(&c);
}

/* Canonical XML 1.0, section 3, as far as it needs no document type. */
void test_xml_signature__the_examples_of_the_recommendation(void) {
    becomes("<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>",
            "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>");
    becomes("<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   <e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n"
            "      xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      xmlns=\"http://example.org\"/>\n"
            "   <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n"
            "            <e9 xmlns=\"\" xmlns:a=\"http://www.ietf.org\"/>\n         </e8>\n      </e7>\n   </e6>\n</doc>",
            "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   <e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" "
            "xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n"
            "   <e6 xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n         <e8 xmlns=\"\">\n"
            "            <e9 xmlns:a=\"http://www.ietf.org\"></e9>\n         </e8>\n      </e7>\n   </e6>\n</doc>");
    becomes("<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n"
            "   <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>",
            "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n"
            "   <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n"
            "   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>");
    becomes("<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- c --><doc>&#169;<!-- d --></doc><!-- e -->", "<doc>\xC2\xA9</doc>");
}

/* Signed by xmlsec with prefixes, inherited namespaces, comments, CDATA and letters of three scripts. */
void test_xml_signature__canonical_bytes_are_those_that_another_implementation_signed(void) {
    struct buf text AUTO(buf_reset) = content("tests/connectors/signed/namespaces.xml"), value AUTO(buf_reset), digest AUTO(buf_reset);
    struct xml_canonical c;
    struct fault f;
    uint8_t hash[CRYPT_HASH];
    char plain[1000] = "";
    buf_init(&value, 4096), buf_init(&digest, 4096);
    CU_ASSERT_EQUAL_FATAL(xml_canonical(text.data, text.len, MOST, &c, &f), OK);
    const char *at = strstr(c.signature.data, "SignatureValue>") + 15, *said = strstr(c.signed_info.data, "DigestValue>") + 12;
    for (; *at != '<'; at++)
        if (*at != '\n') plain[strlen(plain)] = *at;
    CU_ASSERT_EQUAL_FATAL(buf_add_from_base64(&value, plain, strlen(plain)), OK);
    CU_ASSERT_EQUAL_FATAL(buf_add_from_base64(&digest, said, strcspn(said, "<")), OK);
    crypt_sha256(c.document.data, c.document.len, hash);
    CU_ASSERT(digest.len == sizeof hash && !memcmp(digest.data, hash, sizeof hash));
    CU_ASSERT_EQUAL(rsa_check(key, c.signed_info.data, c.signed_info.len, value.data, value.len), OK);
    xml_canonical_reset(&c);
}

static enum err check(const char *text, size_t n, struct fault *f) {
    struct xml *x = NULL;
    size_t signer = 9;
    const struct rsa_key *const keys[] = {key};
    enum err e = xml_signature_check(text, n, MOST, keys, 1, &x, &signer, f);
    CU_ASSERT_EQUAL(x != NULL, e == OK);
    if (e == OK) CU_ASSERT_EQUAL(signer, 0);
    xml_free(x);
    return e;
}

void test_xml_signature__a_document_of_another_implementation_is_accepted(void) {
    struct xml *x = NULL;
    size_t signer = 9;
    struct rsa_key *other;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(sandbox_rsa_key(&other), OK);
    const struct rsa_key *const keys[] = {other, key};
    CU_ASSERT_EQUAL_FATAL(xml_signature_check(good.data, good.len, MOST, keys, 2, &x, &signer, &f), OK);
    CU_ASSERT_EQUAL(signer, 1);
    CU_ASSERT_STRING_EQUAL(xml_attribute(xml_at(xml_root(x), "UidData/Poi"), "name"), "Meera Iyer");
    CU_ASSERT_PTR_NULL(xml_at(xml_root(x), "Signature")); /* what is read is what was signed */
    xml_free(x);
    CU_ASSERT_EQUAL(xml_signature_check(good.data, good.len, MOST, keys, 1, &x, &signer, &f), ERR_REFUSED);
    CU_ASSERT_STRING_EQUAL(f.where, "signature_wrong");
    rsa_key_free(other);
}

static struct buf canonical_of(const char *text, size_t n) {
    struct xml_canonical c;
    struct buf b = {0};
    buf_init(&b, 4 * MOST);
    CU_ASSERT_EQUAL(xml_canonical(text, n, MOST, &c, NULL), OK);
    buf_add(&b, c.document.data, c.document.len);
    xml_canonical_reset(&c);
    return b;
}

/* Whatever one changed bit still passes, says the same. */
void test_xml_signature__no_changed_bit_changes_what_is_read(void) {
    struct buf was AUTO(buf_reset) = canonical_of(good.data, good.len);
    char *text = malloc(good.len);
    unsigned passed = 0;
    struct fault f;
    memcpy(text, good.data, good.len);
    for (size_t k = 0; k < good.len; k++)
        for (int bit = 0; bit < 8; bit += 3) {
            text[k] ^= (char)(1 << bit);
            if (check(text, good.len, &f) == OK) {
                struct buf is AUTO(buf_reset) = canonical_of(text, good.len);
                CU_ASSERT(is.len == was.len && !memcmp(is.data, was.data, is.len));
                passed++;
            }
            text[k] ^= (char)(1 << bit);
        }
    CU_ASSERT(passed < good.len / 10); /* blanks in the prologue and line ends in the signature */
    free(text);
}

/* `from` replaced by `to` in the good document. */
static void bent(const char *from, const char *to, enum err e, const char *where) {
    struct buf b AUTO(buf_reset);
    struct fault f = {0};
    const char *at = strstr(good.data, from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    buf_init(&b, 4 * MOST);
    buf_add(&b, good.data, (size_t)(at - good.data));
    buf_adds(&b, to);
    buf_adds(&b, at + strlen(from));
    CU_ASSERT_EQUAL(check(b.data, b.len, &f), e);
    CU_ASSERT_STRING_EQUAL(f.where, where);
}

#define INFO_END "</SignedInfo>"
void test_xml_signature__other_forms_of_signature_are_refused(void) {
    bent("URI=\"\"", "URI=\"#part\"", ERR_INVALID, "signature_profile");
    bent(" URI=\"\"", "", ERR_INVALID, "signature_profile");
    bent("xmldsig-more#rsa-sha256", "xmldsig#rsa-sha1", ERR_INVALID, "signature_profile");
    bent("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", ERR_INVALID, "signature_profile");
    bent("xmlenc#sha256", "xmlenc#sha512", ERR_INVALID, "signature_profile");
    bent("REC-xml-c14n-20010315\"", "REC-xml-c14n-20010315#WithComments\"", ERR_INVALID, "signature_profile");
    bent("</Transforms>", "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/></Transforms>", ERR_INVALID, "signature_profile");
    bent("<Transforms>", "<Transforms><Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>", ERR_INVALID, "signature_profile");
    bent("</Reference>", "</Reference><Reference URI=\"\"/>", ERR_INVALID, "signature_profile");
    bent("<SignatureValue>", "<SignatureValue>!", ERR_INVALID, "signature_profile");
    bent("SignatureValue>", "Other>", ERR_INVALID, "xml_form");
    bent("<DigestValue>", "<DigestValue>AAAA", ERR_REFUSED, "signature_digest");
}

void test_xml_signature__wrapped_signatures_are_refused(void) {
    static const char sig[] = "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    char both[400];
    bent("<UidData>", "<UidData><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>", ERR_INVALID, "xml_form");
    bent("</OfflinePaperlessKyc>", "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></OfflinePaperlessKyc>", ERR_INVALID, "xml_form");
    bent(INFO_END, INFO_END "<SignedInfo/>", ERR_INVALID, "xml_form");
    bent(INFO_END, INFO_END "<Object><SignedInfo/></Object>", ERR_INVALID, "xml_form");
    snprintf(both, sizeof both, "<Outer>%s</Outer>", sig);
    struct fault f;
    CU_ASSERT_EQUAL(check(both, strlen(both), &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "signature_missing");
    CU_ASSERT_EQUAL(check("<Outer/>", 8, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "signature_missing");
    CU_ASSERT_EQUAL(check(sig, sizeof sig - 1, &f), ERR_INVALID); /* the root itself */
    CU_ASSERT_STRING_EQUAL(f.where, "xml_form");
}

void test_xml_signature__changed_content_is_refused(void) {
    bent("Meera", "Mexra", ERR_REFUSED, "signature_digest");
    bent("<UidData>", "<UidData> ", ERR_REFUSED, "signature_digest");
    bent("<Pht>", "<Extra/><Pht>", ERR_REFUSED, "signature_digest");
    bent("<UidData>", "<UidData xmlns=\"urn:other\">", ERR_REFUSED, "signature_digest");
    bent("<Signature xmlns", "<Signature xmlns:x=\"urn:x\" xmlns", ERR_REFUSED, "signature_wrong"); /* SignedInfo inherits it */
}

void test_xml_signature__hostile_documents_are_refused(void) {
    struct fault f;
    char *deep = calloc(1, 4000), *big = malloc(MOST + 1);
    static const char *const bad[] = {
        "", "not xml", "<a>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<!DOCTYPE a SYSTEM \"http://127.0.0.1/x.dtd\"><a/>",
        "<?xml-stylesheet href=\"x\"?><a/>", "<a xml:base=\"http://x\"/>", "<a b:c=\"1\"/>", "<b:a/>", "<a xmlns:b=\"\"/>", "<a xmlns=\"relative\"/>",
        "<a xmlns:p=\"urn:x\" xmlns:q=\"urn:x\" p:b=\"1\" q:b=\"2\"/>", "<a:b:c xmlns:a=\"urn:x\"/>", "<a>\x01</a>", "<a>\xff</a>", "<a xmlns:xml=\"urn:x\"/>",
    };
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        CU_ASSERT_EQUAL(check(bad[k], strlen(bad[k]), &f), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, "xml_form");
    }
    for (int k = 0; k < 40; k++) memcpy(deep + 3 * k, "<a>", 3);
    CU_ASSERT_EQUAL(check(deep, strlen(deep), &f), ERR_LIMIT);
    memset(big, ' ', MOST + 1);
    CU_ASSERT_EQUAL(check(big, MOST + 1, &f), ERR_LIMIT);
    CU_ASSERT_STRING_EQUAL(f.where, "too_long");
    free(deep);
    free(big);
}

void test_xml_signature__what_we_sign_is_accepted(void) {
    struct buf out AUTO(buf_reset);
    struct rsa_key *own;
    struct xml *x = NULL;
    size_t signer;
    struct fault f = {0};
    buf_init(&out, MOST);
    CU_ASSERT_EQUAL_FATAL(sandbox_rsa_key(&own), OK);
    const struct rsa_key *const keys[] = {own};
    CU_ASSERT_EQUAL(xml_signature_add("<Doc a=\"1\"><Part>&lt;text&gt;</Part></Doc>", own, &out), OK);
    CU_ASSERT_EQUAL(xml_signature_check(out.data, out.len, MOST, keys, 1, &x, &signer, &f), OK);
    CU_ASSERT_STRING_EQUAL(xml_text(xml_root(x), "Part"), "<text>");
    xml_free(x);
    CU_ASSERT_EQUAL(xml_signature_add("no document", own, &out), ERR_INVALID);
    CU_ASSERT_EQUAL(xml_signature_add("<Doc/>", own, &out), ERR_INVALID);
    CU_ASSERT_EQUAL(xml_signature_add("<Doc></Doc>", key, &out), ERR_INVALID); /* no private half */
    rsa_key_free(own);
}

static void canonical_once(void *who) {
    struct xml_canonical c;
    struct fault f;
    (void)who;
    enum err e = xml_canonical(good.data, good.len, MOST, &c, &f);
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    xml_canonical_reset(&c);
}
void test_xml_signature__survives_no_memory(void) { CU_ASSERT(torture_run(canonical_once, NULL) >= 5); }
