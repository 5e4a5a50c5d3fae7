/* operations.c - the table. All are local: pure functions of their input, the run's postings and the loan's file. */
#include "connectors/ledger/operations.h"

#include "connectors/connectors.h"
#include "connectors/ledger/charge.h"
#include "connectors/ledger/duty.h"
#include "connectors/ledger/day_end.h"
#include "connectors/ledger/enquiry.h"
#include "connectors/ledger/hold.h"
#include "connectors/ledger/opening.h"
#include "connectors/ledger/payment.h"
#include "connectors/ledger/standing.h"
#include "connectors/ledger/terms.h"

/* --- words of the schemas --------------------------------------------------------------------------------- */

#define LOAN JSON({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,60}$", "description": "our name for the loan"})
#define MONEY(about) JSON({"type": "integer", "minimum": 0, "maximum": 16000000000000, "x-unit": "money", "x-currency": "INR", "description": about})
#define SOME_MONEY(about) JSON({"type": "integer", "minimum": 1, "maximum": 1000000000000, "x-unit": "money", "x-currency": "INR", "description": about})
#define SHARE(about) JSON({"type": "number", "minimum": 0, "maximum": 100, "x-unit": "share", "description": about})
#define DATE(about) JSON({"type": "string", "format": "date", "description": about})
#define ID(about) JSON({"type": "string", "maxLength": 80, "description": about})
#define REFERENCE(about) JSON({"type": "string", "pattern": "^[A-Za-z0-9_.:/-]{1,80}$", "description": about})
#define CODE(about) JSON({"type": "string", "pattern": "^[a-z0-9_]{1,40}$", "description": about})
#define TRUTH(about) JSON({"type": "boolean", "description": about})
#define COUNT(least, most, about) JSON({"type": "integer", "minimum": least, "maximum": most, "description": about})
#define PERSON(about) JSON({"type": "string", "pattern": "^[A-Za-z0-9_.@-]{1,60}$", "description": about})
#define ONE_OF(...) "{\"enum\": " JSON([__VA_ARGS__]) "}"

#define INPUT(properties, required) "{\"type\": \"object\", \"properties\": {" properties "}, \"required\": [" required "], \"additionalProperties\": false}"
#define OUTPUT(properties, required) "{\"type\": \"object\", \"properties\": {" properties "}, \"required\": [" required "]}"

/* Every change of a loan says: which, by what reference, on what day. */
#define WHICH "\"loan\": " LOAN ", \"reference\": " REFERENCE("ours for this request: the same again changes nothing") ", "
#define ON "\"on\": " DATE("the day on which it counts; left out: today")
#define APPROVAL "\"authority\": " CODE("the role under whose limits this is") ", \"approved_by\": " PERSON("who approved it") \
                 ", \"seconded_by\": " PERSON("a second person") ", \"reason\": " CODE("why, as a word")
#define APPROVED "\"authority\", \"approved_by\", \"seconded_by\", \"reason\""

/* And answers with the loan as it is then. */
#define STATE "\"loan\": " LOAN ", \"entry\": " COUNT(0, 1000000, "number of the first entry written; 0 none") ", " \
              "\"state\": " ONE_OF("none", "active", "closed", "settled", "cooled_off", "foreclosed", "written_off", "void") ", " \
              "\"bucket\": " ONE_OF("0", "1-30", "31-60", "61-90", "91-180", "180+") ", " \
              "\"days_past_due\": " COUNT(0, 100000, "at the end of this day") ", \"outstanding\": " MONEY("principal, interest that is due, charges") ", " \
              "\"overdue\": " MONEY("due before today and unpaid") ", \"credit\": " MONEY("paid and not allocated")
#define STATED "\"loan\", \"entry\", \"state\", \"bucket\", \"days_past_due\", \"outstanding\", \"overdue\", \"credit\""
#define STATE_SAMPLE "\"loan\": \"L1\", \"entry\": 7, \"state\": \"active\", \"bucket\": \"0\", \"days_past_due\": 0, \"outstanding\": 1500000, \"overdue\": 0, \"credit\": 0"

#define PAYMENT "\"outcome\": " ONE_OF("allocated", "part", "over", "suspense") ", " \
              "\"why\": " ONE_OF("none", "unknown_loan", "closed_loan", "wrong_currency", "before_opening", "unknown_aim", "pays_all", "no_terms") ", " \
              "\"principal\": " MONEY("paid of it") ", \"interest\": " MONEY("paid of it") ", \"fee\": " MONEY("paid of it") ", " \
              "\"penalty\": " MONEY("paid of it") ", \"suspended\": " MONEY("held for a person to see") ", " STATE
#define PAYMENT_REQUIRED "\"outcome\", \"why\", \"principal\", \"interest\", \"fee\", \"penalty\", \"suspended\", " STATED

#define PRODUCT "\"product\": " ONE_OF("emi", "bullet", "seasonal", "step_up") ", "
#define TERMS PRODUCT "\"months\": " COUNT(1, 480, "left out: the house's usual") ", \"first_due\": " DATE("left out: a month after the start") ", " \
              "\"day_count\": " ONE_OF("30/360", "ACT/365", "ACT/360", "ACT/ACT") ", \"interest_monthly\": " TRUTH("bullet: interest each month") ", " \
              "\"step\": " SHARE("step_up: payments rise by this") ", \"step_months\": " COUNT(1, 480, "step_up: every so many months") ", " \
              "\"district\": " ID("seasonal: of the crop calendar") ", \"crop\": " ID("seasonal: of the crop calendar") ", " \
              "\"payments\": " COUNT(1, 480, "seasonal: how many harvests")

#define FACTS "\"id\": " ID("the offer's number") ", " PRODUCT "\"currency\": " ID("ISO 4217") ", \"amount\": " MONEY("the loan") ", " \
              "\"months\": " COUNT(1, 480, "payments, or the bullet's term") ", \"rate\": " SHARE("nominal, a year") ", " \
              "\"apr\": " SHARE("annual percentage rate, fees included") ", \"effective_rate\": " SHARE("the same, compounded monthly") ", " \
              "\"instalment\": " MONEY("the first one; the last one may differ by paise") ", \"fee\": " MONEY("kept back at payout") ", " \
              "\"paid_out\": " MONEY("what the applicant receives") ", \"interest\": " MONEY("in all") ", \"total\": " MONEY("sum of all instalments") ", " \
              "\"cost\": " MONEY("total less what was received") ", \"first_due\": " DATE("of the first instalment") ", \"last_due\": " DATE("of the last") ", " \
              "\"offered_on\": " DATE("the day of these terms") ", \"valid_until\": " DATE("the last day to accept") ", " \
              "\"cooling_off_days\": " COUNT(0, 60, "to leave without a penalty") ", \"hash\": " ID("of all these facts: what a signature is bound to") ", " \
              "\"charges\": {\"type\": \"array\", \"maxItems\": 20, \"items\": {\"type\": \"object\", \"properties\": {\"code\": " ID("such as late") ", " \
              "\"amount\": " MONEY("fixed") ", \"share\": " SHARE("of what it applies to") "}, \"required\": [\"code\", \"amount\", \"share\"]}}, " \
              "\"schedule\": {\"type\": \"array\", \"maxItems\": 480, \"items\": {\"type\": \"object\", \"properties\": {\"number\": {\"type\": \"integer\"}, " \
              "\"due\": " DATE("when") ", \"payment\": " MONEY("principal and interest") ", \"principal\": " MONEY("paid back") ", " \
              "\"interest\": " MONEY("of the period") ", \"balance\": " MONEY("still owed") "}, " \
              "\"required\": [\"number\", \"due\", \"payment\", \"principal\", \"interest\", \"balance\"]}}"
#define FACTS_REQUIRED "\"id\", \"product\", \"currency\", \"amount\", \"months\", \"rate\", \"apr\", \"effective_rate\", \"instalment\", \"fee\", \"paid_out\", " \
              "\"interest\", \"total\", \"cost\", \"first_due\", \"last_due\", \"offered_on\", \"valid_until\", \"cooling_off_days\", \"hash\", \"charges\", \"schedule\""
#define FACTS_SAMPLE JSON({"id": "F1", "product": "emi", "currency": "INR", "amount": 100000, "months": 2, "rate": 0.12, "apr": 0.1201, "effective_rate": 0.1269, \
              "instalment": 50751, "fee": 0, "paid_out": 100000, "interest": 1502, "total": 101502, "cost": 1502, "first_due": "2026-02-15", \
              "last_due": "2026-03-15", "offered_on": "2026-01-15", "valid_until": "2026-01-22", "cooling_off_days": 3, "hash": "5f1c", "charges": [], "schedule": [ \
              {"number": 1, "due": "2026-02-15", "payment": 50751, "principal": 49751, "interest": 1000, "balance": 50249}, \
              {"number": 2, "due": "2026-03-15", "payment": 50751, "principal": 50249, "interest": 502, "balance": 0}]})

#define LOCAL .kind = OP_LOCAL, .timeout_ms = 1000
#define BOOKED LOCAL, .book = "loan"

/* --- the table ----------------------------------------------------------------------------------------------- */

const struct operation ledger_operations[] = {
    {.name = "offer", .about = "Prices a loan by its risk: rate, instalment, annual percentage rate, schedule: the key facts", LOCAL,
     .input = INPUT("\"amount\": " SOME_MONEY("the loan") ", \"pd\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1, \"x-unit\": \"share\", "
                    "\"description\": \"probability of default\"}, " TERMS, "\"amount\", \"pd\""),
     .output = OUTPUT(FACTS, FACTS_REQUIRED), .sample = FACTS_SAMPLE},
    {.name = "key_facts", .about = "The key fact statement of terms that are given", LOCAL,
     .input = INPUT("\"amount\": " SOME_MONEY("the loan") ", \"rate\": " SHARE("nominal, a year") ", \"fee\": " MONEY("kept back at payout") ", " TERMS,
                    "\"amount\", \"rate\""),
     .output = OUTPUT(FACTS, FACTS_REQUIRED), .sample = FACTS_SAMPLE},
    {.name = "hold", .about = "Sets the amount aside for this loan", LOCAL,
     .input = INPUT("\"loan\": " LOAN ", \"amount\": " SOME_MONEY("to set aside"), "\"loan\", \"amount\""),
     .output = OUTPUT("\"id\": " ID("the hold") ", \"loan\": " LOAN ", \"amount\": " MONEY("held"), "\"id\", \"loan\", \"amount\""),
     .sample = JSON({"id": "H1", "loan": "L1", "amount": 2000000})},
    {.name = "release", .about = "Lets a hold go; letting go of none is fine", LOCAL, .undoes = true,
     .input = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN "}, \"required\": [\"loan\"]}",
     .output = OUTPUT("\"released\": " MONEY("0: there was none"), "\"released\""), .sample = JSON({"released": 2000000})},
    {.name = "book_loan", .about = "Books the paid-out loan with its schedule, and lets the hold go", BOOKED,
     .input = INPUT("\"loan\": " LOAN ", \"amount\": " SOME_MONEY("the loan, as held") ", \"rate\": " SHARE("nominal, a year, as offered") ", "
                    "\"fee\": " MONEY("kept back at payout; left out: none") ", \"transfer\": " ID("the bank's reference of the payout") ", "
                    "\"key_facts\": " ID("hash of the key facts that were signed") ", " ON ", " TERMS, "\"loan\", \"amount\", \"rate\", \"transfer\""),
     .output = OUTPUT("\"loan\": " LOAN ", \"principal\": " MONEY("owed now") ", \"fee\": " MONEY("of it earned at once") ", \"booked_on\": " DATE("value date") ", "
                      "\"instalment\": " MONEY("the first one") ", \"first_due\": " DATE("of the first instalment") ", \"payments\": " COUNT(1, 480, "in all"),
                      "\"loan\", \"principal\", \"fee\", \"booked_on\", \"instalment\", \"first_due\", \"payments\""),
     .sample = JSON({"loan": "L1", "principal": 2000000, "fee": 40000, "booked_on": "2026-01-15", "instalment": 96973, "first_due": "2026-02-15", "payments": 24})},
    {.name = "owe_notice", .about = "From here on a notice is owed to a person by law: by when", LOCAL,
     .input = INPUT("\"reference\": " REFERENCE("our name for the application or loan") ", \"kind\": " ONE_OF("adverse_action", "cooling_off") ", "
                    "\"received_on\": " DATE("the day the clock began; left out: today"), "\"reference\", \"kind\""),
     .output = OUTPUT("\"reference\": " ID("as asked") ", \"owed_on\": " DATE("the day the clock began") ", \"due_on\": " DATE("the last day to send it"),
                      "\"reference\", \"owed_on\", \"due_on\""),
     .sample = JSON({"reference": "A1", "owed_on": "2026-01-15", "due_on": "2026-02-14"})},
    {.name = "void", .about = "Turns a booking round with reversing entries; voiding none is fine", BOOKED, .undoes = true,
     .input = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN "}, \"required\": [\"loan\"]}",
     .output = OUTPUT("\"voided\": " MONEY("0: nothing was booked"), "\"voided\""), .sample = JSON({"voided": 2000000})},
    {.name = "receive_payment", .about = "Takes a payment and spreads it; what has no place is held in suspense", BOOKED,
     .input = INPUT(WHICH "\"amount\": " SOME_MONEY("received") ", \"currency\": " ID("left out: the loan's") ", " ON ", "
                    "\"as\": " ONE_OF("normal", "prepayment") ", \"keep\": " ONE_OF("instalment", "term") ", \"channel\": " CODE("such as upi") ", "
                    "\"to_charge\": " REFERENCE("the charge that the payer means") ", \"to_due\": " DATE("the instalment that the payer means"),
                    "\"loan\", \"reference\", \"amount\""),
     .output = OUTPUT(PAYMENT, PAYMENT_REQUIRED),
     .sample = "{\"outcome\": \"allocated\", \"why\": \"none\", \"principal\": 71973, \"interest\": 25000, \"fee\": 0, \"penalty\": 0, \"suspended\": 0, " STATE_SAMPLE "}"},
    {.name = "place_held", .about = "Money in suspense becomes a payment of this loan, on the day on which it came", BOOKED,
     .input = INPUT(WHICH "\"held\": " REFERENCE("of the payment in suspense") ", \"as\": " ONE_OF("normal", "prepayment") ", "
                    "\"keep\": " ONE_OF("instalment", "term") ", \"to_charge\": " REFERENCE("the charge that the payer means") ", "
                    "\"to_due\": " DATE("the instalment that the payer means"), "\"loan\", \"reference\", \"held\""),
     .output = OUTPUT(PAYMENT, PAYMENT_REQUIRED),
     .sample = "{\"outcome\": \"allocated\", \"why\": \"none\", \"principal\": 71973, \"interest\": 25000, \"fee\": 0, \"penalty\": 0, \"suspended\": 0, " STATE_SAMPLE "}"},
    {.name = "keep_in_suspense", .about = "Holds money that names no loan of ours, for a person to see", LOCAL,
     .input = INPUT("\"amount\": " SOME_MONEY("received") ", \"currency\": " ID("left out: the lender's") ", \"reference\": " REFERENCE("of the payment") ", " ON,
                    "\"amount\", \"reference\""),
     .output = OUTPUT("\"id\": " ID("under which it is held") ", \"suspended\": " MONEY("held") ", \"on\": " DATE("value date"), "\"id\", \"suspended\", \"on\""),
     .sample = JSON({"id": "S1", "suspended": 96973, "on": "2026-02-15"})},
    {.name = "reverse_payment", .about = "A payment came back, or was booked in error: as if it had never been", BOOKED,
     .input = INPUT(WHICH "\"payment\": " REFERENCE("the reference of the payment") ", \"why\": " ONE_OF("returned", "chargeback", "error") ", " ON,
                    "\"loan\", \"reference\", \"payment\", \"why\""),
     .output = OUTPUT("\"reversed\": " MONEY("the payment") ", \"review_terms\": " TRUTH("rows of a later change of terms had to follow: look at them") ", " STATE,
                      "\"reversed\", \"review_terms\", " STATED),
     .sample = "{\"reversed\": 96973, \"review_terms\": false, " STATE_SAMPLE "}"},
    {.name = "refund", .about = "Gives credit back, or money in suspense", BOOKED,
     .input = INPUT(WHICH "\"amount\": " SOME_MONEY("to give back") ", \"held\": " REFERENCE("of a payment in suspense; left out: credit") ", " ON,
                    "\"loan\", \"reference\", \"amount\""),
     .output = OUTPUT("\"refunded\": " MONEY("given back") ", " STATE, "\"refunded\", " STATED), .sample = "{\"refunded\": 5000, " STATE_SAMPLE "}"},
    {.name = "recover", .about = "Takes money after a write-off", BOOKED,
     .input = INPUT(WHICH "\"amount\": " SOME_MONEY("received") ", \"currency\": " ID("left out: the loan's") ", " ON ", \"channel\": " CODE("such as upi"),
                    "\"loan\", \"reference\", \"amount\""),
     .output = OUTPUT(PAYMENT, PAYMENT_REQUIRED),
     .sample = "{\"outcome\": \"part\", \"why\": \"none\", \"principal\": 50000, \"interest\": 0, \"fee\": 0, \"penalty\": 0, \"suspended\": 0, " STATE_SAMPLE "}"},
    {.name = "charge", .about = "Charges a fee or a penalty", BOOKED,
     .input = INPUT(WHICH "\"kind\": " ONE_OF("fee", "penalty") ", \"amount\": " SOME_MONEY("to charge") ", \"code\": " CODE("such as late") ", "
                    "\"due\": " DATE("left out: at once") ", " ON, "\"loan\", \"reference\", \"kind\", \"amount\", \"code\""),
     .output = OUTPUT("\"charged\": " MONEY("it") ", " STATE, "\"charged\", " STATED), .sample = "{\"charged\": 50000, " STATE_SAMPLE "}"},
    {.name = "waive", .about = "Gives up a part of what is owed; two people, within their authority", BOOKED,
     .input = INPUT(WHICH "\"component\": " ONE_OF("penalty", "fee", "interest", "principal") ", \"amount\": " SOME_MONEY("to give up") ", "
                    "\"charge\": " REFERENCE("of a charge; left out: the oldest first") ", \"due\": " DATE("of an instalment") ", " ON ", " APPROVAL,
                    "\"loan\", \"reference\", \"component\", \"amount\", " APPROVED),
     .output = OUTPUT("\"waived\": " MONEY("given up") ", " STATE, "\"waived\", " STATED), .sample = "{\"waived\": 50000, " STATE_SAMPLE "}"},
    {.name = "change_terms", .about = "Moratorium, re-ageing, re-amortisation, extension or a lower rate; counts as forbearance", BOOKED,
     .input = INPUT(WHICH "\"change\": " ONE_OF("moratorium", "re_age", "re_amortise", "shorter_term", "term_extension", "rate_cut") ", "
                    "\"months\": " COUNT(1, 480, "of the pause, the extension, or re-aged") ", \"rate\": " SHARE("rate_cut: nominal, a year") ", "
                    "\"payment\": " SOME_MONEY("shorter_term: no payment above this") ", \"interest_free\": " TRUTH("moratorium: the pause costs nothing") ", "
                    "\"capitalise\": " TRUTH("re_age: interest past due becomes principal") ", \"forbearance\": " TRUTH("left out: it is one") ", "
                    "\"seasons\": {\"type\": \"array\", \"maxItems\": 480, \"items\": {\"type\": \"object\", \"properties\": {\"due\": " DATE("when") ", "
                    "\"weight\": " COUNT(0, 1000000, "share of the principal") "}, \"required\": [\"due\"]}}, " APPROVAL,
                    "\"loan\", \"reference\", \"change\", " APPROVED),
     .output = OUTPUT("\"given_up\": " MONEY("interest that is not charged any more") ", \"instalment\": " MONEY("the next one") ", "
                      "\"payments\": " COUNT(1, 480, "to come") ", \"first_due\": " DATE("the next due day") ", \"probation_until\": " DATE("end of the probation") ", " STATE,
                      "\"given_up\", \"instalment\", \"payments\", \"first_due\", \"probation_until\", " STATED),
     .sample = "{\"given_up\": 0, \"instalment\": 80000, \"payments\": 18, \"first_due\": \"2026-05-15\", \"probation_until\": \"2027-02-15\", " STATE_SAMPLE "}"},
    {.name = "settle", .about = "Less than what is owed, paid to a plan, ends the debt; a plan not kept changes nothing", BOOKED,
     .input = INPUT(WHICH "\"plan\": {\"type\": \"array\", \"minItems\": 1, \"maxItems\": 60, \"items\": {\"type\": \"object\", \"properties\": {\"due\": "
                    DATE("when") ", \"amount\": " SOME_MONEY("to pay") "}, \"required\": [\"due\", \"amount\"]}}, "
                    "\"grace_days\": " COUNT(0, 60, "after each due day") ", " APPROVAL, "\"loan\", \"reference\", \"plan\", " APPROVED),
     .output = OUTPUT("\"owed\": " MONEY("today") ", \"to_pay\": " MONEY("in all") ", \"given_up\": " MONEY("if the plan is kept") ", " STATE,
                      "\"owed\", \"to_pay\", \"given_up\", " STATED),
     .sample = "{\"owed\": 1500000, \"to_pay\": 1200000, \"given_up\": 300000, " STATE_SAMPLE "}"},
    {.name = "write_off", .about = "Clears the books of a loan that will hardly be paid; it stays owed", BOOKED,
     .input = INPUT(WHICH APPROVAL, "\"loan\", \"reference\", " APPROVED),
     .output = OUTPUT("\"written_off\": " MONEY("what stood in the books") ", " STATE, "\"written_off\", " STATED),
     .sample = "{\"written_off\": 1500000, " STATE_SAMPLE "}"},
    {.name = "exit_cooling_off", .about = "Pays the loan back in its first days: principal and the days' interest", BOOKED,
     .input = INPUT(WHICH "\"amount\": " MONEY("received now; with the loan's credit it must be enough") ", " ON ", \"channel\": " CODE("such as upi"),
                    "\"loan\", \"reference\", \"amount\""),
     .output = OUTPUT("\"asked\": " MONEY("what it took") ", \"interest\": " MONEY("of the days") ", \"fee\": " MONEY("none here") ", " STATE, "\"asked\", \"interest\", \"fee\", " STATED),
     .sample = "{\"asked\": 2002500, \"interest\": 2500, \"fee\": 0, " STATE_SAMPLE "}"},
    {.name = "foreclose", .about = "Pays the loan back before its end", BOOKED,
     .input = INPUT(WHICH "\"amount\": " MONEY("received now; with the loan's credit it must be enough") ", " ON ", \"channel\": " CODE("such as upi"),
                    "\"loan\", \"reference\", \"amount\""),
     .output = OUTPUT("\"asked\": " MONEY("what it took") ", \"interest\": " MONEY("of the running period") ", \"fee\": " MONEY("for leaving early") ", " STATE, "\"asked\", \"interest\", \"fee\", " STATED),
     .sample = "{\"asked\": 1530000, \"interest\": 9000, \"fee\": 21000, " STATE_SAMPLE "}"},
    {.name = "quote", .about = "What it costs to leave today, to pay ahead, or to settle; writes nothing", BOOKED,
     .input = INPUT("\"loan\": " LOAN ", \"of\": " ONE_OF("foreclosure", "cooling_off", "prepayment", "settlement") ", \"amount\": " SOME_MONEY("prepayment: so much") ", "
                    "\"keep\": " ONE_OF("instalment", "term") ", \"discount\": " SHARE("settlement: of what is owed"), "\"loan\", \"of\""),
     .output = OUTPUT("\"loan\": " LOAN ", \"of\": " ONE_OF("foreclosure", "cooling_off", "prepayment", "settlement") ", \"valid_on\": " DATE("this day only") ", "
                      "\"total\": " MONEY("to pay") ", \"due\": " MONEY("of it due already") ", \"principal\": " MONEY("of it not due yet") ", "
                      "\"interest\": " MONEY("of the running period") ", \"fee\": " MONEY("for leaving early") ", \"credit\": " MONEY("taken off") ", "
                      "\"given_up\": " MONEY("settlement: by us") ", \"saved\": " MONEY("interest that is not charged any more") ", "
                      "\"instalment\": " MONEY("prepayment: the next one") ", \"payments\": " COUNT(0, 480, "prepayment: to come"),
                      "\"loan\", \"of\", \"valid_on\", \"total\", \"due\", \"principal\", \"interest\", \"fee\", \"credit\", \"given_up\", \"saved\", \"instalment\", \"payments\""),
     .sample = JSON({"loan": "L1", "of": "foreclosure", "valid_on": "2026-03-01", "total": 1978342, "due": 0, "principal": 1928027, "interest": 12853, "fee": 38561,
                     "credit": 1100, "given_up": 0, "saved": 34436, "instalment": 0, "payments": 0})},
    {.name = "dispute", .about = "A charge, an instalment or the whole loan is disputed, or not any more: no payment goes to what is", BOOKED,
     .input = INPUT(WHICH "\"open\": " TRUTH("left out: it is") ", \"charge\": " REFERENCE("of a charge") ", \"due\": " DATE("of an instalment") ", "
                    "\"reason\": " CODE("as a word"), "\"loan\", \"reference\", \"reason\""),
     .output = OUTPUT("\"open\": " TRUTH("is it disputed now?") ", " STATE, "\"open\", " STATED), .sample = "{\"open\": true, " STATE_SAMPLE "}"},
    {.name = "limit_change", .about = "Decides on the credit limit: up by clean repayment, down on distress, each with its reasons", BOOKED,
     .input = INPUT(WHICH "\"asked\": " TRUTH("the borrower asked for more") ", \"agreed\": " TRUTH("the borrower agreed to more") ", "
                    "\"stable\": " TRUTH("data from outside are stable") ", \"distress\": " TRUTH("signs of distress") ", "
                    "\"wanted\": " SOME_MONEY("a target; left out: what the rules give") ", \"notice_on\": " DATE("when notice of a cut was given"),
                    "\"loan\", \"reference\""),
     .output = OUTPUT("\"limit\": " MONEY("from now on") ", \"was\": " MONEY("before") ", \"changed\": " TRUTH("is it another?") ", "
                      "\"clean_cycles\": " COUNT(0, 480, "instalments in a row without a day past due") ", \"reasons\": {\"type\": \"array\", \"maxItems\": 20, \"items\": "
                      "{\"type\": \"object\", \"properties\": {\"code\": " ID("as a word") ", \"text\": {\"type\": \"string\", \"maxLength\": 200}}, \"required\": [\"code\", \"text\"]}}, " STATE,
                      "\"limit\", \"was\", \"changed\", \"clean_cycles\", \"reasons\", " STATED),
     .sample = "{\"limit\": 2500000, \"was\": 2000000, \"changed\": true, \"clean_cycles\": 6, \"reasons\": [{\"code\": \"earned\", \"text\": \"earned by clean repayment\"}], " STATE_SAMPLE "}"},
    {.name = "day_end", .about = "Interest that fell due, and a change of bucket: what the end of a day writes", BOOKED,
     .input = INPUT("\"loan\": " LOAN ", \"day\": " DATE("left out: yesterday"), "\"loan\""),
     .output = OUTPUT("\"changed\": " TRUTH("bucket or class") ", \"earned\": " MONEY("interest that fell due") ", "
                      "\"bucket_before\": " ONE_OF("0", "1-30", "31-60", "61-90", "91-180", "180+") ", \"class\": " ONE_OF("standard", "sma_0", "sma_1", "sma_2", "npa") ", "
                      "\"next_day\": " ID("first day with work for it; empty: none") ", " STATE, "\"changed\", \"earned\", \"bucket_before\", \"class\", \"next_day\", " STATED),
     .sample = "{\"changed\": false, \"earned\": 25000, \"bucket_before\": \"0\", \"class\": \"standard\", \"next_day\": \"2026-02-16\", " STATE_SAMPLE "}"},
    {.name = NULL},
};

/* In the order of the table. */
static work_fn *const FUNCTIONS[] = {
    op_offer, op_key_facts, op_hold, op_release, op_book_loan, op_owe_notice, op_void, op_receive_payment, op_place_held, op_keep_in_suspense,
    op_reverse_payment,
    op_refund, op_recover, op_charge, op_waive, op_change_terms, op_settle, op_write_off, op_exit_cooling_off, op_foreclose, op_quote,
    op_dispute, op_limit_change, op_day_end,
};
_Static_assert(ARRAY_LEN(FUNCTIONS) + 1 == ARRAY_LEN(ledger_operations), "an operation without its function");

work_fn *ledger_function(const struct operation *op) { return FUNCTIONS[op - ledger_operations]; }
