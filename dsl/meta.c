/* meta.c - the LuaLS editor file, made from the table of words and the catalog: completion, hover and
 * types while writing. The checker stays the judge. */
#include <ctype.h>
#include <string.h>

#include "dsl/dsl.h"
#include "dsl/unit.h"
#include "dsl/words.h"

static void class_name(struct buf *out, const char *word) {
    bool up = true;
    for (; *word; word++) {
        if (*word != '_') buf_addc(out, up ? (char)toupper((unsigned char)*word) : *word);
        up = *word == '_';
    }
}

static void choices(struct buf *out, const char *alias, const char *const *names) {
    buf_addf(out, "---@alias %s string", alias);
    for (int i = 0; names && names[i]; i++) {
        buf_adds(out, "|");
        buf_add_json_string(out, names[i], strlen(names[i]));
    }
    buf_adds(out, "\n");
}

static const char *const *listed(const struct catalog *c, const char *const *(*names)(void *)) {
    return c && names ? names(c->who) : NULL;
}

static const char *name_type(enum name_of of) {
    switch (of) {
    case OF_OPERATION: return "OperationName";
    case OF_POLICY: return "PolicyName";
    case OF_CASE: return "CaseName";
    case OF_FORM: return "FormName";
    case OF_TEMPLATE: return "TemplateName";
    case OF_RETRY: return "RetryName";
    default: return "string";
    }
}

static void field_type(struct buf *out, const struct field *f) {
    const char *name = name_type(f->of);
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_NAME: buf_adds(out, name); break;
    case FIELD_EXPRESSION: buf_adds(out, "Expression"); break;
    case FIELD_NAMES: buf_addf(out, "%s[]", name); break;
    case FIELD_NAME_OR_NAMES: buf_addf(out, "%s|%s[]", name, name); break;
    case FIELD_EXPRESSIONS: buf_adds(out, "Expression[]"); break;
    case FIELD_INTEGER: buf_adds(out, "integer"); break;
    case FIELD_NUMBER: buf_adds(out, "number"); break;
    case FIELD_TRUTH: buf_adds(out, "boolean"); break;
    case FIELD_LENGTH: buf_adds(out, "Length"); break;
    case FIELD_MOMENT: buf_adds(out, "Expression|Date"); break;
    case FIELD_MONEY: buf_adds(out, "Expression|Money"); break;
    case FIELD_SHARE: buf_adds(out, "number|Share"); break;
    case FIELD_TARGET: buf_adds(out, "Target"); break;
    case FIELD_BINDINGS: buf_adds(out, "table<string, Expression|Value>"); break;
    case FIELD_ANSWERS: buf_adds(out, "table<string, Target>"); break;
    case FIELD_CHANNELS: buf_adds(out, "string[]|AllOf"); break;
    case FIELD_ESCALATE: buf_adds(out, "{after: Length, to: string}|{after: Length, to: string}[]"); break;
    case FIELD_STUCK: buf_adds(out, "{queue: string, within: Length, to?: string}"); break;
    case FIELD_NEEDS: buf_adds(out, "table<string, OperationName>"); break;
    case FIELD_GIVES:
    case FIELD_THRESHOLDS:
    case FIELD_DATA: buf_adds(out, "table<string, any>"); break;
    case FIELD_ANY: buf_adds(out, "any"); break;
    }
}

static void word(struct buf *out, const struct word *w) {
    bool fields = w->fields && w->fields[0].name;
    if (fields) {
        buf_addf(out, "\n---%s\n---@class (exact) ", w->help);
        class_name(out, w->word);
        buf_adds(out, "Fields\n");
        for (const struct field *f = w->fields; f->name; f++) {
            if (f->duty == FIELD_LATER) continue;
            buf_addf(out, "---@field %s%s ", f->name, f->duty == FIELD_MUST ? "" : "?");
            field_type(out, f);
            buf_addf(out, " %s%s%s%s\n", f->help, f->otherwise ? " (else: " : "", f->otherwise ? f->otherwise : "",
                     f->otherwise ? ")" : "");
        }
        if (w->target) buf_adds(out, "---@field [integer] Target|Paragraph where it leads, or what stands in it\n");
        else buf_adds(out, "---@field [integer] Paragraph what stands in it\n");
        if (w->open_fields) buf_adds(out, "---@field [string] any what the policy's `gives` declares\n");
    }
    buf_addf(out, "\n---%s%s\n", w->help, w->later ? " (Not run yet by this version.)" : "");
    const char *name = w->condition ? "condition" : "name";
    if (w->unnamed) buf_adds(out, "---@param fields ");
    else buf_addf(out, "---@param %s %s\n---@return fun(fields: ", name, w->condition ? "Expression" : "string");
    if (fields) {
        class_name(out, w->word);
        buf_adds(out, "Fields");
    } else buf_adds(out, "table");
    buf_addf(out, "%s\nfunction %s(%s) end\n", w->unnamed ? "\n---@return Paragraph" : "): Paragraph", w->word,
             w->unnamed ? "fields" : name);
}

static const char *unit_class(enum type_kind kind) {
    switch (kind) {
    case TYPE_MONEY: return "Money";
    case TYPE_SHARE: return "Share";
    case TYPE_DATE: return "Date";
    default: return "Length";
    }
}

static void units(struct buf *out) {
    static const char *const more[] = {"working_hours", "working_days", NULL};
    for (const char *const *u = unit_names(); *u; u++)
        buf_addf(out, "\n---@param value number|string\n---@return %s\nfunction %s(value) end\n",
                 unit_class(unit_find(*u)->kind), *u);
    for (const char *const *u = more; *u; u++)
        if (!unit_find(*u)) buf_addf(out, "\n---@param value number\n---@return Length\nfunction %s(value) end\n", *u);
}

static const char others[] =
    "\n---Leads to a paragraph of this file.\n---@param name string\n---@return Target\nfunction go(name) end\n"
    "\n---Ends the run with one of the outcomes.\n---@param outcome string\n---@return Target\nfunction finish(outcome) end\n"
    "\n---A constant text where an expression could stand.\n---@param value string\n---@return Value\nfunction text(value) end\n"
    "\n---Every channel, not the first that works.\n---@param channels string[]\n---@return AllOf\nfunction all(channels) end\n"
    "\n---A reserved fictional value: pan, account, phone, email, aadhaar, name.\n---@param of string\n---@return Value\nfunction sample(of) end\n"
    "\n---@param why string\n---@return Value\nfunction refused(why) end\n\n---@param why string\n---@return Value\nfunction failed(why) end\n"
    "\n---@param why string\n---@return Value\nfunction uncertain(why) end\n\n---@type Value\nlate = nil\n";

enum err dsl_meta(const struct catalog *c, struct buf *out) {
    buf_adds(
        out,
        "---@meta\n-- Made by `tenor meta` from the words of the language and the catalog; do not edit.\n\n"
        "---An expression in quotes, such as \"risk.pd > 5%\".\n---@alias Expression string\n"
        "---@class Paragraph\n---@class Target\n---@class Length\n---@class Money\n---@class Share\n---@class Date\n---@class Value\n---@class AllOf\n");
    choices(out, "OperationName", c ? listed(c, c->operation_names) : NULL);
    choices(out, "PolicyName", c ? listed(c, c->policy_names) : NULL);
    choices(out, "CaseName", c ? listed(c, c->case_names) : NULL);
    choices(out, "FormName", c ? listed(c, c->form_names) : NULL);
    choices(out, "TemplateName", c ? listed(c, c->template_names) : NULL);
    choices(out, "RetryName", retry_known_names(c));
    for (const struct word *w = word_table; w->word; w++) word(out, w);
    units(out);
    buf_adds(out, others);
    return buf_ok(out) ? OK : ERR_NOMEM;
}
