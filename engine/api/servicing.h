/* servicing.h - what can be done to a loan: each act is a workflow of the same name as its case type. */
#ifndef API_SERVICING_H
#define API_SERVICING_H

struct servicing {
    const char *path, *workflow, *schema; /* "/v1/loans/{loan}/payments", "loan_payment", "LoanPayment" */
};
extern const struct servicing servicing_all[]; /* ends with a NULL workflow */

#endif
