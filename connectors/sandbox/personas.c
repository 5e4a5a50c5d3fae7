/* personas.c - those who have names and stories, for the demo, examples and tests. */
#include "connectors/sandbox/people.h"

const struct persona personas[] = {
    {"ZZZPA2201Z", "Asha Verma", "consent-asha", "ZZZZ0000001", "22 years old, new to credit, steady UPI inflows",
     PERSON_NEW, NULL, "2004-03-09", 40000},
    {"ZZZPF4402Z", "Ramesh Patil", "consent-ramesh", "ZZZZ0000002", "a farmer: two harvests a year, little between",
     PERSON_FARMER, NULL, "1981-11-23", 60000},
    {"ZZZPP3303Z", "Meera Iyer", "consent-meera", "ZZZZ0000003", "salaried for years, clean record",
     PERSON_PRIME, NULL, "1988-07-02", 250000},
    {"ZZZPC5504Z", "Vikram Rao", "consent-vikram", "ZZZZ0000004",
     "money going round between the same accounts, and a name that KYC does not know", PERSON_CIRCULAR,
     "Suresh Chandra Gupta", "1990-01-15", 300000},
    {"ZZZPE6605Z", "Kabir Singh", "consent-kabir", "ZZZZ0000005", "neither clearly good nor bad: a person should look",
     PERSON_EDGE, NULL, "1985-05-30", 180000},
    {"ZZZPD7706Z", "Farida Khan", "consent-farida", "ZZZZ0000006",
     "was fine until ten weeks ago: salary late and short, medical bills, first bounces", PERSON_DISTRESS, NULL,
     "1987-02-18", 0},
    {"ZZZPS8807Z", "Nitin Shah", "consent-nitin", "ZZZZ0000007",
     "earns and spends as ever, but empties the account the evening before the instalment", PERSON_STRATEGIC, NULL,
     "1983-09-04", 0},
    {.pan = NULL},
};
