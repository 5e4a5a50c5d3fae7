/* words.c - the table. A new word or field is one row here, one reader in plan_*.c or policy_*.c, and
 * a corpus file; the checker's shape stage, editor file and reference page follow by themselves. */
#include "dsl/words.h"

#include <string.h>

#define LEAVES                                                                                                \
    {"next", FIELD_TARGET, 0, 0, "the paragraph below", "where to go afterwards"},                            \
        {"most", FIELD_INTEGER, 0, 0, "no bound", "how many times this paragraph may be visited in a run"}, { \
        "spent", FIELD_TARGET, 0, 0, NULL, "where to go when `most` is used up"                               \
    }

static const struct field workflow_fields[] = {
    {"version", FIELD_INTEGER, 0, 1, NULL, "equals the file name: version 4 stands in 4.lua"},
    {"about", FIELD_TEXT, 0, 0, NULL, "one sentence for people"},
    {"case", FIELD_NAME, OF_CASE, 1, NULL, "the type of case it runs for"},
    {"outcomes", FIELD_NAMES, 0, 1, NULL, "the endings that finish may name"},
    {"stuck", FIELD_STUCK, 0, 1, NULL, "queue, clock and next queue for whatever cannot go on"},
    {0}};
static const struct field playbook_fields[] = {
    {"version", FIELD_INTEGER, 0, 1, NULL, "equals the file name"},
    {"about", FIELD_TEXT, 0, 0, NULL, "one sentence for people"},
    {"case", FIELD_NAME, OF_CASE, 1, NULL, "the type of case it runs for"},
    {"enter", FIELD_EXPRESSION, 0, 1, NULL, "read at each change of the case: true starts a run"},
    {"again", FIELD_ANY, 0, 0, "each_spell", "when the same case may enter again"},
    {"day_zero", FIELD_EXPRESSION, 0, 0, NULL, "the date that day(n) counts from"},
    {"contact_policy", FIELD_NAME, 0, 0, NULL, "the contact rules to keep"},
    {"outcomes", FIELD_NAMES, 0, 1, NULL, "the endings that finish may name"},
    {"stuck", FIELD_STUCK, 0, 1, NULL, "queue, clock and next queue for whatever cannot go on"},
    {0}};
static const struct field on_fields[] = {
    {"event", FIELD_NAME, OF_EVENT, 0, NULL, "the event it listens for"},
    {"at", FIELD_MOMENT, 0, 0, NULL, "or the moment it acts"},
    {"when", FIELD_EXPRESSION, 0, 0, "always", "acts only when this holds; may read event.x"},
    {"again", FIELD_TRUTH, 0, 0, "false: once", "acts each time the event comes"},
    {0}};
static const struct field step_fields[] = {
    {"call", FIELD_NAME_OR_NAMES, OF_OPERATION, 1, NULL, "one operation, or several of one contract"},
    {"with", FIELD_BINDINGS, 0, 0, "nothing", "the operation's input"},
    {"when", FIELD_EXPRESSION, 0, 0, "always", "skipped, and its answer missing, when this is false"},
    {"retry", FIELD_NAME, OF_RETRY, 0, DEFAULT_RETRY, "how FAILED is tried again"},
    {"within", FIELD_LENGTH, 0, 0, "no bound", "time for all tries together"},
    {"hedge", FIELD_LENGTH, 0, 0, "only when FAILED", "no answer yet: ask the next operation as well"},
    {"fallback", FIELD_DATA, 0, 0, NULL, "stands in for any end but DONE"},
    {"good_for", FIELD_LENGTH, 0, 0, "for ever", "afterwards the answer is missing"},
    {"undo", FIELD_NAME, OF_OPERATION, 0, NULL, "in a saga: the operation that takes it back"},
    {"no_undo", FIELD_TEXT, 0, 0, NULL, "why nothing needs to take it back"},
    {"once_per", FIELD_EXPRESSION, 0, 0, NULL, "a money step: the business key that it happens once for"},
    {"pivot", FIELD_TRUTH, 0, 0, "false", "the saga's point of no return"},
    {"refused", FIELD_TARGET, 0, 0, "failed", "where to go when the other side said no"},
    {"failed", FIELD_TARGET, 0, 0, "stuck", "where to go when every try failed"},
    {"late", FIELD_TARGET, 0, 0, "failed", "where to go when `within` has passed"},
    LEAVES,
    {0}};
static const struct field parallel_fields[] = {
    {"failed", FIELD_TARGET, 0, 0, "stuck", "where to go when a branch fails for good"}, LEAVES, {0}};
static const struct field saga_fields[] = {
    {"failed", FIELD_TARGET, 0, 1, NULL, "where to go when everything has been undone"}, LEAVES, {0}};
static const struct field decide_fields[] = {
    {"policy", FIELD_NAME, OF_POLICY, 1, NULL, "\"name\": the version in force when reached; \"name@7\": that one"},
    LEAVES,
    {0}};
static const struct field route_fields[] = {
    {"most", FIELD_INTEGER, 0, 0, "no bound", "how many times this paragraph may be visited in a run"},
    {"spent", FIELD_TARGET, 0, 0, NULL, "where to go when `most` is used up"},
    {0}};
static const struct field no_fields[] = {{0}};
static const struct field task_fields[] = {
    {"queue", FIELD_NAME, OF_QUEUE, 1, NULL, "the queue it stands in"},
    {"show", FIELD_EXPRESSIONS, 0, 0, NULL, "what the person sees"},
    {"form", FIELD_NAME, OF_FORM, 0, NULL, "its fields are read as name.field"},
    {"answers", FIELD_ANSWERS, 0, 1, NULL, "each answer and where it leads"},
    {"escalate", FIELD_ESCALATE, 0, 0, NULL, "adds people while the clock runs on"},
    {"within", FIELD_LENGTH, 0, 1, NULL, "the time a person has"},
    {"late", FIELD_TARGET, 0, 1, NULL, "where to go when the clock runs out"},
    LEAVES,
    {0}};
static const struct field send_fields[] = {
    {"template", FIELD_NAME, OF_TEMPLATE, 1, NULL, "the text, by channel and language"},
    {"to", FIELD_TEXT, 0, FIELD_LATER, "borrower", "whom"},
    {"with", FIELD_BINDINGS, 0, 0, "nothing", "what the text is filled with"},
    {"by", FIELD_CHANNELS, 0, 1, NULL, "channels in order of preference; all { ... } for every one"},
    {"at", FIELD_MOMENT, 0, 0, "at once", "when"},
    {"when", FIELD_EXPRESSION, 0, 0, "always", "sent only when this holds"},
    {"unless", FIELD_EXPRESSION, 0, 0, "never", "not sent when this holds"},
    {"hour", FIELD_TEXT, 0, FIELD_LATER, NULL, "\"best\" picks the minute"},
    {"send_by", FIELD_MOMENT, 0, FIELD_LATER, NULL, "not sent after this"},
    {"if_past", FIELD_TEXT, 0, FIELD_LATER, "skip", "what to do when its day has passed"},
    {"not_sent", FIELD_TARGET, 0, 0, "goes on", "where to go when no channel took it"},
    LEAVES,
    {0}};
static const struct field wait_fields[] = {
    {"event", FIELD_NAME, OF_EVENT, 0, NULL, "the event it waits for; its fields are read as name.field"},
    {"when", FIELD_EXPRESSION, 0, 0, "any such event", "only an event for which this holds; may read event.x"},
    {"since", FIELD_MOMENT, 0, FIELD_LATER, "start of the run", "older events do not count"},
    {"within", FIELD_LENGTH, 0, 0, NULL, "how long"},
    {"till", FIELD_MOMENT, 0, 0, NULL, "or until when: the last minute of that date"},
    {"late", FIELD_TARGET, 0, 0, "goes on", "where to go when the time is over"},
    LEAVES,
    {0}};
static const struct field negotiate_fields[] = {
    {"offers", FIELD_NAME, OF_OPERATION, 0, NULL, "the operation that lists what may be offered"},
    {"authority", FIELD_NAME, 0, 0, NULL, "the authority that offers stay within"},
    {"by", FIELD_CHANNELS, 0, 1, NULL, "channels"},
    {"tries", FIELD_INTEGER, 0, 0, "1", "contacts at most"},
    {"apart", FIELD_LENGTH, 0, 0, NULL, "time between contacts"},
    {"counters", FIELD_INTEGER, 0, 0, "0", "counter-offers at most"},
    {"answers", FIELD_ANSWERS, 0, 0, NULL, "each end of the talk and where it leads"},
    {"within", FIELD_LENGTH, 0, 1, NULL, "how long"},
    {"late", FIELD_TARGET, 0, 1, NULL, "where to go when the time is over"},
    LEAVES,
    {0}};
static const struct field each_fields[] = {
    {"over", FIELD_EXPRESSION, 0, 1, NULL, "the list"},
    {"run", FIELD_NAME, OF_FLOW, 1, NULL, "the flow to run for each, \"notice@2\""},
    {"with", FIELD_BINDINGS, 0, 0, "nothing", "its case; may read it.x"},
    {"failed", FIELD_TARGET, 0, 0, "stuck", "where to go when one of them fails for good"},
    {"next", FIELD_TARGET, 0, 0, "the paragraph below", "where to go when all have ended"},
    {"most", FIELD_INTEGER, 0, 1, NULL, "the most items it may run for"},
    {0}};
static const struct field policy_fields[] = {
    {"version", FIELD_INTEGER, 0, 1, NULL, "equals the file name"},
    {"about", FIELD_TEXT, 0, 0, NULL, "one sentence for people"},
    {"case", FIELD_NAME, OF_CASE, 1, NULL, "the type of case it decides on"},
    {"needs", FIELD_NEEDS, 0, 0, "the case alone", "names for the answers it reads"},
    {"gives", FIELD_GIVES, 0, 0, "outcome approve, refer or decline", "results beyond the outcome"},
    {"good_for", FIELD_LENGTH, 0, 0, "for ever", "afterwards the result is missing"},
    {"thresholds", FIELD_THRESHOLDS, 0, 0, NULL, "numbers that a strategy team changes"},
    {0}};
#define RESULTS                                                                                                \
    {"approve", FIELD_TRUTH, 0, 0, NULL, "approve = true"},                                                    \
        {"refer", FIELD_NAME, OF_REASON, 0, NULL, "to a person, for this reason"},                             \
        {"decline", FIELD_NAME, OF_REASON, 0, NULL, "for this reason"},                                        \
        {"limit", FIELD_NAME, OF_LIMIT, 0, "the amount asked", "the limit paragraph that gives the amount"}, { \
        "because", FIELD_NAME, OF_REASON, 0, NULL, "the reason of another result"                              \
    }
static const struct field rule_fields[] = {{"when", FIELD_EXPRESSION, 0, 1, NULL, "the condition"}, RESULTS, {0}};
static const struct field otherwise_fields[] = {RESULTS, {0}};
static const struct field limit_fields[] = {{"base", FIELD_EXPRESSION, 0, 1, NULL, "an amount of money"},
                                            {"cap", FIELD_MONEY, 0, 0, "none", "never more than this"},
                                            {"floor", FIELD_MONEY, 0, 0, "none", "below this the rule is passed over"},
                                            {"round_down", FIELD_MONEY, 0, 0, "none", "to a multiple of this"},
                                            {0}};
static const struct field table_fields[] = {
    {"by", FIELD_EXPRESSIONS, 0, 1, NULL, "the facts, one per column"},
    {"gives", FIELD_NAME, 0, 0, "only a fact for the rules", "the result it answers"},
    {0}};
static const struct field fact_fields[] = {
    {"is", FIELD_EXPRESSION, 0, 1, NULL, "what the name stands for"},
    {"better", FIELD_TEXT, 0, 0, NULL, "\"lower\" or \"higher\": the checker warns of rules against it"},
    {0}};
static const struct field example_fields[] = {
    {"of", FIELD_NAME, 0, 1, NULL, "the file it tries, \"loan_approval@4\""},
    {"like", FIELD_TEXT, 0, 0, NULL, "another example to begin from"},
    {"case", FIELD_DATA, 0, 0, NULL, "the case's fields"},
    {"answers", FIELD_ANY, 0, 0, "each operation's sample", "by paragraph"},
    {"path", FIELD_NAMES, 0, 0, NULL, "the paragraphs it goes through"},
    {"outcome", FIELD_TEXT, 0, 0, NULL, "how it ends"},
    {"reasons", FIELD_NAMES, 0, 0, NULL, "a policy's reasons"},
    {"amount", FIELD_MONEY, 0, 0, NULL, "a policy's amount"},
    {"undone", FIELD_NAMES, 0, 0, NULL, "the steps that are taken back, in that order"},
    {"stops_at", FIELD_TEXT, 0, 0, NULL, "the paragraph it waits in at the end"},
    {0}};
static const struct field retry_fields[] = {
    {"tries", FIELD_INTEGER, 0, 0, "as long as `within` allows", "how often in all"},
    {"first", FIELD_LENGTH, 0, 1, NULL, "the first pause"},
    {"factor", FIELD_NUMBER, 0, 0, "2", "each pause is so much longer than the last"},
    {"longest", FIELD_LENGTH, 0, 1, NULL, "but never longer than this"},
    {"jitter", FIELD_SHARE, 0, 0, "percent(20)", "pauses vary by so much"},
    {0}};

static const struct field formula_fields[] = {
    {"about", FIELD_TEXT, 0, 1, NULL, "one sentence for people"},
    {"takes", FIELD_ANY, 0, 1, NULL, "its arguments in their order: { money \"emi\", number \"months\" }"},
    {"gives", FIELD_ANY, 0, 1, NULL, "\"money\", \"share\", \"number\", \"truth\", \"date\" or a list of words"},
    {"body", FIELD_TEXT, 0, 1, NULL, "Lua in [[ ]]; ends with return"},
    {"tries", FIELD_ANY, 0, 1, NULL, "examples, made whenever the file is read: { try { rupees(100), gives = true } }"},
    {0}};

static const struct field connector_fields[] = {
    {"about", FIELD_TEXT, 0, 1, NULL, "one sentence for people"},
    {"auth", FIELD_ANY, 0, 0, "\"none\"", "\"bearer\", \"basic\", header \"X-Api-Key\", query \"apikey\" or hmac \"X-Signature\"; the secret itself is in the configuration"},
    {"limits", FIELD_ANY, 0, 0, "the guard's", "{ per_s, burst, at_once, breaker_after, slow, open }"},
    {0}};
static const struct field operation_fields[] = {
    {"about", FIELD_TEXT, 0, 1, NULL, "one sentence for people"},
    {"kind", FIELD_TEXT, 0, 1, NULL, "\"read\", \"effect\" or \"money\""},
    {"contract", FIELD_TEXT, 0, 0, "its own", "operations of one contract may stand in one call list"},
    {"within", FIELD_LENGTH, 0, 1, NULL, "time for one try"},
    {"cache", FIELD_LENGTH, 0, 0, "never", "an answer may serve the same input again for so long"},
    {"stale_on", FIELD_NAMES, 0, 0, NULL, "events of the customer that make kept answers stale"},
    {"undoes", FIELD_TRUTH, 0, 0, "false", "it takes back what another operation did"},
    {"input", FIELD_ANY, 0, 1, NULL, "fields and their types: { pan = text { personal = true } }"},
    {"output", FIELD_ANY, 0, 1, NULL, "fields and their types: { months = number { whole = true, least = 0 } }"},
    {"sample", FIELD_DATA, 0, 1, NULL, "an answer that fits the output, for examples that name none"},
    {"get", FIELD_TEXT, 0, 0, NULL, "the path of a request: \"/v2/numbers/{input.phone}\""},
    {"post", FIELD_TEXT, 0, 0, NULL, "the same, with a body"},
    {"put", FIELD_TEXT, 0, 0, NULL, "the same"},
    {"delete", FIELD_TEXT, 0, 0, NULL, "the same"},
    {"query", FIELD_ANY, 0, 0, "none", "parameters of the address: { name = \"input.name\" }"},
    {"headers", FIELD_ANY, 0, 0, "none", "{ { \"X-Purpose\", text \"credit\" } }"},
    {"body", FIELD_ANY, 0, 0, "none", "{ panNo = \"input.pan\", applicant = { age = \"input.age\" } }"},
    {"form", FIELD_TEXT, 0, 0, "\"json\"", "\"json\" or \"form\" (as a web page sends it)"},
    {"key_header", FIELD_TEXT, 0, 0, "\"Idempotency-Key\"", "the header that carries our key"},
    {"answer", FIELD_ANY, 0, 1, NULL, "where each field of the output stands in the reply"},
    {"ends", FIELD_ANY, 0, 0, "by status", "replies that are a no: { refused { status = 404, code = \"unknown\" } }"},
    {"look", FIELD_ANY, 0, 0, NULL, "how to ask what became of it, by key; an effect must have one"},
    {0}};

#define FLOW_PARTS "parallel"
const struct word word_table[] = {
    {.word = "workflow",
     .files = IN_WORKFLOW,
     .head = true,
     .fields = workflow_fields,
     .help = "A flow that is started: one case, from an application to its end.",
     .example =
         "workflow \"papers\" {\n  version = 1, case = \"loan_application\", outcomes = { \"complete\", \"incomplete\" },\n  stuck = { queue = \"operations\", within = working_hours(4) },\n}"},
    {.word = "playbook",
     .files = IN_PLAYBOOK,
     .head = true,
     .later = true,
     .fields = playbook_fields,
     .help = "A flow that cases enter by themselves."},
    {.word = "on",
     .files = IN_FLOW,
     .inside = "wait task negotiate",
     .target = true,
     .fields = on_fields,
     .help = "Listens for an event or a moment: all run long at top level, else while its paragraph lasts.",
     .example = "on \"withdrawn\" { event = \"application.withdrawn\", finish \"not_taken\" }"},
    {.word = "step",
     .files = IN_FLOW,
     .inside = "parallel saga",
     .target = true,
     .fields = step_fields,
     .help = "One call to the outside, retried and recorded.",
     .example = "step \"identity\" { call = \"kyc.verify\", with = { pan = \"case.pan\" }, retry = \"gentle\" }"},
    {.word = "parallel",
     .files = IN_FLOW,
     .target = true,
     .fields = parallel_fields,
     .help = "Branches that start together and join when all have ended.",
     .example =
         "parallel \"evidence\" {\n  step \"bureau\" { call = \"bureau.report\", with = { pan = \"case.pan\" } },\n  step \"accounts\" { call = \"bank.transactions\", with = { consent = \"case.consent\" } },\n}"},
    {.word = "saga",
     .files = IN_FLOW,
     .target = true,
     .fields = saga_fields,
     .help = "Steps in order, all or nothing up to the pivot; after it only forward.",
     .example =
         "saga \"payout\" {\n  step \"hold\" { call = \"ledger.hold\", with = { amount = \"offer.amount\" }, undo = \"ledger.release\" },\n  failed = go \"payout_help\", next = finish \"disbursed\",\n}"},
    {.word = "decide",
     .files = IN_FLOW,
     .inside = FLOW_PARTS,
     .target = true,
     .fields = decide_fields,
     .help = "Asks a policy; its outcome, amount and reasons are read as name.outcome.",
     .example = "decide \"credit\" { policy = \"personal_loan_policy\" }"},
    {.word = "route",
     .files = IN_FLOW,
     .fields = route_fields,
     .help = "Rows of conditions; the first that holds says where to go.",
     .example =
         "route \"verdict\" { when \"credit.outcome == 'decline'\" { go \"notice\" }, otherwise { go \"offer\" } }"},
    {.word = "when",
     .inside = "route",
     .condition = true,
     .target = true,
     .fields = no_fields,
     .help = "A row of a route: a condition and where it leads."},
    {.word = "otherwise",
     .files = IN_POLICY,
     .inside = "route",
     .unnamed = true,
     .target = true,
     .open_fields = true,
     .fields = otherwise_fields,
     .help = "What holds when no row or rule does."},
    {.word = "task",
     .files = IN_FLOW,
     .target = true,
     .fields = task_fields,
     .help = "One item in a queue for a person.",
     .example =
         "task \"review\" {\n  queue = \"credit_officers\", form = \"credit_review\", answers = { approve = go \"offer\", decline = go \"notice\" },\n  within = working_hours(16), late = go \"senior_review\",\n}"},
    {.word = "send",
     .files = IN_FLOW,
     .inside = FLOW_PARTS,
     .target = true,
     .fields = send_fields,
     .help =
         "One message by the first channel that consent, address, template and rules allow. It does not hold the flow.",
     .example =
         "send \"offer\" { template = \"offer\", with = { amount = \"credit.amount\" }, by = { \"whatsapp\", \"email\" } }"},
    {.word = "wait",
     .files = IN_FLOW,
     .inside = FLOW_PARTS,
     .target = true,
     .fields = wait_fields,
     .help = "For one of several events, a date, or both.",
     .example = "wait \"acceptance\" { event = \"offer.accepted\", within = days(7), late = finish \"not_taken\" }"},
    {.word = "negotiate",
     .files = IN_FLOW,
     .later = true,
     .target = true,
     .fields = negotiate_fields,
     .help = "Talks over a closed list of offers."},
    {.word = "each",
     .files = IN_FLOW,
     .target = true,
     .fields = each_fields,
     .help = "A run for every item of a list, joined when all have ended.",
     .example =
         "each \"notices\" { over = \"case.guarantors\", run = \"notice@2\", with = { person = \"it.id\" }, most = 10 }"},
    {.word = "policy",
     .files = IN_POLICY,
     .head = true,
     .fields = policy_fields,
     .help = "Ordered rules over facts; the first that holds decides.",
     .example =
         "policy \"limit_step\" {\n  version = 1, case = \"credit_line\", needs = { risk = \"scoring.credit_risk\" },\n  thresholds = { pd_max = percent(3) },\n}"},
    {.word = "rule",
     .files = IN_POLICY,
     .open_fields = true,
     .fields = rule_fields,
     .help = "A condition and what it decides.",
     .example = "rule \"too_risky\" { when = \"risk.pd > pd_refer\", decline = \"R08\" }"},
    {.word = "limit",
     .files = IN_POLICY,
     .fields = limit_fields,
     .help = "An amount: base, never above cap, rounded down; below floor the rule is passed over.",
     .example =
         "limit \"starter\" { base = \"0.3 * case.income\", cap = rupees \"25,000\", floor = rupees \"2,000\", round_down = rupees \"500\" }"},
    {.word = "table",
     .files = IN_POLICY,
     .fields = table_fields,
     .help = "Read like a sheet: the first row whose cells all fit gives the last cell. \"-\" fits anything.",
     .example =
         "table \"rate\" {\n  by = { \"risk.pd\", \"case.months\" }, gives = \"rate\",\n  row { \"<= 2%\", \"> 12\", percent(16) },\n  row { \"-\", \"-\", percent(24) },\n}"},
    {.word = "row", .inside = "table", .unnamed = true, .help = "One line of a table."},
    {.word = "fact",
     .files = IN_POLICY,
     .fields = fact_fields,
     .help = "A condition or amount, named once.",
     .example = "fact \"thin_but_steady\" { is = \"bureau.thin and risk.months >= 6\" }"},
    {.word = "experiment",
     .files = IN_EXPERIMENT,
     .head = true,
     .later = true,
     .help = "Compares arms of a flow or policy."},
    {.word = "arm", .files = IN_EXPERIMENT, .later = true, .help = "One variant of an experiment."},
    {.word = "change", .inside = "arm", .later = true, .help = "What an arm changes."},
    {.word = "metric", .files = IN_EXPERIMENT, .later = true, .help = "What an experiment measures."},
    {.word = "guardrail", .files = IN_EXPERIMENT, .later = true, .help = "What an experiment must not worsen."},
    {.word = "stop_rule", .files = IN_EXPERIMENT, .later = true, .unnamed = true, .help = "When an experiment ends."},
    {.word = "example",
     .files = IN_EXAMPLES,
     .head = true,
     .fields = example_fields,
     .help = "A case, the answers it meets, and what must come of it.",
     .example =
         "example \"a refused transfer lifts the hold\" {\n  of = \"loan_approval@4\", answers = { transfer = refused \"account closed\" },\n  undone = { \"hold\" }, stops_at = \"payout_help\",\n}"},
    {.word = "retry",
     .files = IN_RETRIES,
     .head = true,
     .fields = retry_fields,
     .help = "How a FAILED call is tried again.",
     .example =
         "retry \"gentle\" { tries = 4, first = seconds(1), factor = 2, longest = seconds(30), jitter = percent(20) }"},
    {.word = "formula",
     .files = IN_FUNCTIONS,
     .head = true,
     .fields = formula_fields,
     .help = "A named pure function that expressions may call: typed, bounded, tried when it is read.",
     .example =
         "formula \"monthly_burden\" {\n  about = \"what all loans cost a month, with the new one\",\n  takes = { money \"emi\", money \"others\" }, gives = \"money\",\n  body  = [[ return emi + others ]],\n  tries = { try { rupees \"5,000\", rupees \"2,000\", gives = rupees \"7,000\" } },\n}"},
    {.word = "connector",
     .files = IN_CONNECTOR,
     .head = true,
     .fields = connector_fields,
     .help = "A provider of an HTTP service, described.",
     .example = "connector \"phone\" { about = \"A register of phone numbers\", auth = header \"X-Api-Key\", limits = { per_s = 50 } }"},
    {.word = "operation",
     .files = IN_CONNECTOR,
     .fields = operation_fields,
     .help = "What a step can ask of a declared connector.",
     .example =
         "operation \"tenure\" {\n  about = \"How long a number has been with its owner\", kind = \"read\", within = seconds(1.5),\n  input = { phone = text { personal = true } }, output = { months = number { whole = true, least = 0 } }, sample = { months = 38 },\n  get = \"/v2/numbers/{input.phone}\", answer = { months = \"ownership.months\" },\n}"},
    {.word = "try", .inside = "formula", .unnamed = true, .help = "Arguments of a formula and what comes of them."},
    {0}};

const struct word *word_find(const char *word) {
    for (const struct word *w = word_table; w->word; w++)
        if (!strcmp(w->word, word)) return w;
    return NULL;
}

bool word_fits_inside(const struct word *w, const char *parent) {
    size_t n = strlen(parent);
    for (const char *p = w->inside; p && (p = strstr(p, parent)); p += n)
        if ((p == w->inside || p[-1] == ' ') && (p[n] == ' ' || !p[n])) return true;
    return false;
}

int words_at_top(unsigned file, const char **out, int most) {
    int n = 0;
    for (const struct word *w = word_table; w->word && n < most - 1; w++)
        if (w->files & file) out[n++] = w->word;
    out[n] = NULL;
    return n;
}

int words_inside(const char *parent, const char **out, int most) {
    int n = 0;
    for (const struct word *w = word_table; w->word && n < most - 1; w++)
        if (word_fits_inside(w, parent)) out[n++] = w->word;
    out[n] = NULL;
    return n;
}

const struct field *word_field(const struct word *w, const char *name) {
    for (const struct field *f = w->fields; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

int word_fields(const struct word *w, const char **out, int most) {
    int n = 0;
    for (const struct field *f = w->fields; f && f->name && n < most - 1; f++) out[n++] = f->name;
    out[n] = NULL;
    return n;
}

const char *field_kind_words(enum field_kind kind) {
    static const char *const said[] = {
        [FIELD_TEXT] = "a text in quotes",
        [FIELD_NAME] = "a name in quotes",
        [FIELD_NAMES] = "a list of names such as { \"a\", \"b\" }",
        [FIELD_NAME_OR_NAMES] = "a name in quotes, or a list of names",
        [FIELD_EXPRESSION] = "an expression in quotes",
        [FIELD_EXPRESSIONS] = "a list such as { \"case.amount\" }",
        [FIELD_INTEGER] = "a whole number",
        [FIELD_NUMBER] = "a number",
        [FIELD_TRUTH] = "true or false",
        [FIELD_LENGTH] = "a time such as days(7), hours(4) or working_hours(4)",
        [FIELD_MOMENT] = "a date: an expression in quotes such as \"case.due + days(3)\", or date \"2026-12-01\"",
        [FIELD_MONEY] = "an amount such as rupees \"25,000\", or an expression in quotes",
        [FIELD_SHARE] = "a share such as percent(4)",
        [FIELD_TARGET] = "go \"paragraph\" or finish \"outcome\"",
        [FIELD_BINDINGS] = "inputs such as { amount = \"case.amount\" }",
        [FIELD_DATA] = "fields such as { thin = true }",
        [FIELD_ANSWERS] = "answers such as { approve = go \"offer\" }",
        [FIELD_CHANNELS] = "channels such as { \"sms\", \"email\" }, or all { \"letter\", \"email\" }",
        [FIELD_ESCALATE] = "{ after = working_hours(4), to = \"queue\" }",
        [FIELD_STUCK] = "{ queue = \"operations\", within = working_hours(4) }",
        [FIELD_NEEDS] = "names such as { risk = \"scoring.credit_risk\" }",
        [FIELD_GIVES] = "results such as { path = { \"help\", \"firm\" }, amount = \"money\" }",
        [FIELD_THRESHOLDS] = "values such as { pd_max = percent(4) }",
        [FIELD_ANY] = "a value"};
    return said[kind];
}
