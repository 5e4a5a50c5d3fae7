/* duty.h - notices that are owed by law. A flow makes this its point of no return: what is owed cannot be cancelled. */
#ifndef LEDGER_DUTY_H
#define LEDGER_DUTY_H

#include "connectors/ledger/work.h"

/* Adverse action: 30 days from the application (Regulation B, 12 CFR 1002.9(a)(1), as the domain notes give it). The
 * cooling-off notice: on the day itself. */
work_fn op_owe_notice;

#endif
