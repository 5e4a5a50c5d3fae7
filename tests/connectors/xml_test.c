/* xml_test.c - the reader refuses what messages do not need, the writer writes what the reader reads. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/xml.h"
#include "tests/harness/torture.h"

static struct xml *read_good(const char *text) {
    struct xml *x = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(xml_parse(text, strlen(text), &x, &f), OK);
    return x;
}

static void refused(const char *text, enum err e, const char *why) {
    struct xml *x = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL(xml_parse(text, strlen(text), &x, &f), e);
    CU_ASSERT_PTR_NULL(x);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, why));
    if (!strstr(f.text, why)) printf("%s: %s\n", f.where, f.text);
}

void test_xml__elements_attributes_and_texts_are_read(void) {
    struct xml *x = read_good("<?xml version=\"1.0\"?><!-- note --><D xmlns='urn:x'>\n <Hdr><Id> A&amp;B &#x20B9; </Id></Hdr>\n"
                              " <p:T xmlns:p='urn:y' Ccy=\"INR\" a='2'>1<![CDATA[<2]]></p:T><T>3</T><U/></D>");
    const struct xml_node *d = xml_root(x), *t = xml_at(d, "T");
    CU_ASSERT_STRING_EQUAL(d->name, "D");
    CU_ASSERT_STRING_EQUAL(d->space, "urn:x");
    CU_ASSERT_STRING_EQUAL(xml_text(d, "Hdr/Id"), "A&B \xE2\x82\xB9");
    CU_ASSERT_STRING_EQUAL(t->space, "urn:y");
    CU_ASSERT_STRING_EQUAL(t->text, "1<2");
    CU_ASSERT_STRING_EQUAL(xml_attribute(t, "Ccy"), "INR");
    CU_ASSERT_PTR_NULL(xml_attribute(t, "b"));
    CU_ASSERT_STRING_EQUAL(xml_again(t)->text, "3");
    CU_ASSERT_PTR_NULL(xml_again(xml_again(t)));
    CU_ASSERT_STRING_EQUAL(xml_text(d, "U"), "");
    CU_ASSERT_PTR_NULL(xml_text(d, "Hdr/Id/No"));
    CU_ASSERT_PTR_NULL(xml_text(NULL, "Hdr"));
    xml_free(x);
}

void test_xml__what_messages_do_not_need_is_refused(void) {
    refused("<!DOCTYPE d [<!ENTITY a \"b\">]><d>&a;</d>", ERR_INVALID, "document type");
    refused("<!DOCTYPE d SYSTEM \"file:///etc/passwd\"><d/>", ERR_INVALID, "document type");
    refused("<d>&b;</d>", ERR_INVALID, "undefined entity");
    refused("<d>a<b/></d>", ERR_INVALID, "text between");
    refused("<d><b/>a</d>", ERR_INVALID, "text between");
    refused("<d><b></d>", ERR_INVALID, "mismatched");
    refused("<d/><d/>", ERR_INVALID, "junk");
    refused("", ERR_INVALID, "no element");
    refused("<d>\xC0\x80</d>", ERR_INVALID, "not XML");
    refused("<d a='1' a='2'/>", ERR_INVALID, "duplicate");
    refused("<p:d/>", ERR_INVALID, "unbound prefix");
}

void test_xml__depth_and_number_of_elements_end_somewhere(void) {
    struct buf b;
    buf_init(&b, 1 << 22);
    for (int k = 0; k < XML_DEPTH_MAX; k++) buf_adds(&b, "<d>");
    for (int k = 0; k < XML_DEPTH_MAX; k++) buf_adds(&b, "</d>");
    xml_free(read_good(buf_text(&b)));
    buf_clear(&b);
    for (int k = 0; k < XML_DEPTH_MAX + 1; k++) buf_adds(&b, "<d>");
    refused(buf_text(&b), ERR_LIMIT, "deep");
    buf_clear(&b);
    buf_adds(&b, "<d>");
    for (int k = 0; k < 400001; k++) buf_adds(&b, "<e/>");
    refused(buf_text(&b), ERR_LIMIT, "many elements");
    buf_reset(&b);
    struct xml *x = NULL;
    struct fault f = {0};
    char *big = calloc(1, XML_BYTES_MAX + 1);
    CU_ASSERT_EQUAL(xml_parse(big, XML_BYTES_MAX + 1, &x, &f), ERR_LIMIT);
    free(big);
}

static void write_one(struct buf *b, const char *text) {
    struct xml_writer w;
    xml_begin(&w, b, "D", "urn:x");
    xml_open(&w, "Hdr");
    xml_leaf(&w, "Id", text);
    xml_leaf(&w, "None", "");
    xml_leaf(&w, "None", NULL);
    xml_path(&w, "Acct/Id/Othr", text);
    xml_close(&w);
    xml_leaf_with(&w, "Amt", "Ccy", "I&\"R", "1");
}

void test_xml__what_is_written_is_read_back(void) {
    static const char odd[] = "a<b>&\"'\r\n\t\xE2\x82\xB9]]>";
    struct buf b;
    struct xml_writer w;
    buf_init(&b, 4096);
    write_one(&b, odd);
    w = (struct xml_writer){.out = &b, .open = {"D"}, .depth = 1};
    CU_ASSERT_EQUAL(xml_end(&w), OK);
    struct xml *x = read_good(buf_text(&b));
    CU_ASSERT_STRING_EQUAL(xml_text(xml_root(x), "Hdr/Id"), odd);
    CU_ASSERT_STRING_EQUAL(xml_text(xml_root(x), "Hdr/Acct/Id/Othr"), odd);
    CU_ASSERT_STRING_EQUAL(xml_attribute(xml_at(xml_root(x), "Amt"), "Ccy"), "I&\"R");
    CU_ASSERT_PTR_NULL(xml_at(xml_root(x), "Hdr/None"));
    xml_free(x);
    buf_reset(&b);
}

void test_xml__a_text_that_xml_cannot_hold_is_told_at_the_end(void) {
    static const char *const bad[] = {"a\x01", "\xC0\x80", "\xEF\xBF\xBF"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct buf b;
        struct xml_writer w;
        buf_init(&b, 4096);
        xml_begin(&w, &b, "D", "urn:x");
        xml_leaf(&w, "Id", bad[k]);
        CU_ASSERT_EQUAL(xml_end(&w), ERR_INVALID);
        buf_reset(&b);
    }
    struct buf b;
    struct xml_writer w;
    buf_init(&b, 64);
    xml_begin(&w, &b, "D", "urn:x");
    xml_leaf(&w, "Id", "more than fits into the little that is left");
    CU_ASSERT_EQUAL(xml_end(&w), ERR_LIMIT);
    buf_reset(&b);
}

static void tortured(void *who) {
    static const char text[] = "<D xmlns='urn:x'><Hdr><Id>A</Id></Hdr><Amt Ccy='INR'>12</Amt></D>";
    struct xml *x = NULL;
    struct fault f;
    (void)who;
    enum err e = xml_parse(text, sizeof text - 1, &x, &f);
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    if (e == OK) {
        CU_ASSERT_STRING_EQUAL(xml_text(xml_root(x), "Hdr/Id"), "A");
        xml_free(x);
    }
}

void test_xml__no_memory_ends_cleanly(void) { CU_ASSERT(torture_run(tortured, NULL) > 3); }
