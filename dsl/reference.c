/* reference.c - the reference page of the language, made from the table of words. */
#include "dsl/dsl.h"
#include "dsl/unit.h"
#include "dsl/words.h"

static void cell(struct buf *out, const char *s) {
    for (; *s; s++) {
        if (*s == '|') buf_addc(out, '\\');
        buf_addc(out, *s);
    }
}

static void where(struct buf *out, const struct word *w) {
    static const struct {
        unsigned file;
        const char *name;
    } files[] = {{IN_WORKFLOW, "workflow"},     {IN_PLAYBOOK, "playbook"}, {IN_POLICY, "policy"},
                 {IN_EXPERIMENT, "experiment"}, {IN_EXAMPLES, "examples"}, {IN_RETRIES, "retries"},
                 {IN_FUNCTIONS, "functions"}, {IN_CONNECTOR, "a connector"}};
    bool first = true;
    if (w->head) buf_adds(out, "Begins its file.");
    else {
        buf_adds(out, "Stands ");
        for (size_t i = 0; i < ARRAY_LEN(files); i++)
            if (w->files & files[i].file)
                buf_addf(out, "%s%s", first ? "in a file of: " : ", ", files[i].name), first = false;
        if (w->inside) buf_addf(out, "%sinside: %s", first ? "" : "; ", w->inside);
        buf_adds(out, ".");
    }
    if (w->later) buf_adds(out, " **Known, but not run yet by this version.**");
    buf_adds(out, "\n\n");
}

static void word(struct buf *out, const struct word *w) {
    buf_addf(out, "### `%s`\n\n%s ", w->word, w->help);
    where(out, w);
    if (w->example) buf_addf(out, "```lua\n%s\n```\n\n", w->example);
    if (!w->fields || !w->fields[0].name) return;
    buf_adds(out, "| field | value | when it is left out | what it says |\n|---|---|---|---|\n");
    for (const struct field *f = w->fields; f->name; f++) {
        buf_addf(out, "| `%s` | ", f->name);
        cell(out, field_kind_words(f->kind));
        buf_adds(out, " | ");
        cell(out, f->duty == FIELD_MUST ? "must be given" : f->otherwise ? f->otherwise : "-");
        buf_adds(out, " | ");
        cell(out, f->help);
        if (f->duty == FIELD_LATER) buf_adds(out, " (not run yet)");
        buf_adds(out, " |\n");
    }
    buf_adds(out, "\n");
}

enum err dsl_reference(struct buf *out) {
    buf_adds(
        out,
        "# The words of the language\n\nMade by `tenor reference` from the one table of words. A paragraph is `word \"name\" { fields }`; "
        "fields are parted by commas, paragraphs are not; decisions are expressions in quotes.\n\n");
    for (const struct word *w = word_table; w->word; w++) word(out, w);
    buf_adds(out, "## Units\n\n");
    for (const char *const *u = unit_names(); *u; u++) buf_addf(out, "%s`%s`", u == unit_names() ? "" : ", ", *u);
    buf_adds(
        out,
        ", and for clocks of people `working_hours`, `working_days`. A grouped amount is text: `rupees \"2,50,000\"`.\n\n"
        "## Leading on\n\n`go \"paragraph\"` and `finish \"outcome\"` stand in a paragraph by themselves or behind `next`, `late`, `failed` and the other fields that lead somewhere.\n");
    return buf_ok(out) ? OK : ERR_NOMEM;
}
