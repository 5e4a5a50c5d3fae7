/* words.h - the one table of words and their fields: what the checker, "did you mean", the editor
 * file, the reference page and the console's forms are made from. */
#ifndef DSL_WORDS_H
#define DSL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The form a field's value takes. */
enum field_kind {
    FIELD_TEXT,       /* words for people */
    FIELD_NAME,       /* a text that names something: see `of` */
    FIELD_NAMES,      /* { "a", "b" } */
    FIELD_NAME_OR_NAMES,
    FIELD_EXPRESSION, /* in quotes, typed */
    FIELD_EXPRESSIONS, /* { "a.b", "c.d" } */
    FIELD_INTEGER,    /* a whole number, at least 0 */
    FIELD_NUMBER,
    FIELD_TRUTH,
    FIELD_LENGTH,     /* days(7), hours(4), working_days(2) */
    FIELD_MOMENT,     /* an expression that gives a date or instant, date "...", day(n) in playbooks */
    FIELD_MONEY,      /* rupees "25,000" or an expression */
    FIELD_SHARE,      /* percent(4) or a number from 0 to 1 */
    FIELD_TARGET,     /* go "x" or finish "y" */
    FIELD_BINDINGS,   /* { input = "expression", other = text "constant" } */
    FIELD_DATA,       /* { field = constant, ... } */
    FIELD_ANSWERS,    /* { approve = go "x", decline = finish "y" } */
    FIELD_CHANNELS,   /* { "sms", "email" } in order, or all { ... } */
    FIELD_ESCALATE,   /* { after = ..., to = ... } or several of them in { } */
    FIELD_STUCK,      /* { queue = ..., within = ..., to = ... } */
    FIELD_NEEDS,      /* { risk = "scoring.credit_risk" } */
    FIELD_GIVES,      /* { path = { "help", "firm" }, amount = "money" } */
    FIELD_THRESHOLDS, /* { pd_max = percent(4) } */
    FIELD_ANY         /* read where it is used */
};
/* What a FIELD_NAME must be the name of; the catalog or the file knows which exist. */
enum name_of { OF_FREE, OF_OPERATION, OF_POLICY, OF_CASE, OF_FORM, OF_TEMPLATE, OF_RETRY, OF_EVENT, OF_FLOW, OF_LIMIT, OF_REASON,
               OF_QUEUE };

enum field_duty { FIELD_MAY, FIELD_MUST, FIELD_LATER /* known, not run yet: a file that gives it is refused */ };

struct field {
    const char *name;
    enum field_kind kind;
    enum name_of of;
    enum field_duty duty;
    const char *otherwise; /* what holds when it is not given; NULL: nothing */
    const char *help;
};

enum { /* where a word may stand */
    IN_WORKFLOW = 1, IN_PLAYBOOK = 2, IN_POLICY = 4, IN_EXPERIMENT = 8, IN_EXAMPLES = 16, IN_RETRIES = 32,
    IN_FUNCTIONS = 64, IN_CONNECTOR = 128,
    IN_FLOW = IN_WORKFLOW | IN_PLAYBOOK
};
struct word {
    const char *word;
    unsigned files;            /* at top level of these; 0: only inside another word */
    const char *inside;        /* words it may stand in, parted by spaces; NULL */
    bool head;                 /* begins its file and says its kind */
    bool unnamed;              /* otherwise { ... } */
    bool condition;            /* its text is an expression: when "..." { ... } */
    bool later;                /* known, not read yet */
    bool target;               /* may hold go "x" or finish "y" without a field name: its next */
    bool open_fields;          /* takes fields that the file declares (a rule: what `gives` names) */
    const struct field *fields; /* ended by a NULL name; NULL: fields are not judged */
    const char *help, *example;
};

extern const struct word word_table[]; /* ended by a NULL word */
const struct word *word_find(const char *word);
/* Words that may stand at top level of such a file; inside `parent`. NULL-ended; for suggestions. */
int words_at_top(unsigned file, const char **out, int most);
int words_inside(const char *parent, const char **out, int most);
bool word_fits_inside(const struct word *w, const char *parent);
const struct field *word_field(const struct word *w, const char *name);
int word_fields(const struct word *w, const char **out, int most);
/* "a text", "a time such as days(7) or working_hours(4)" */
const char *field_kind_words(enum field_kind kind);
/* For the step without `retry`. */
#define DEFAULT_RETRY "gentle"

#endif
