/* name_match.h - how much two names of persons agree. Pure.
 *
 * Words are runs of letters; bytes of other scripts (UTF-8) are letters that must be equal, A-Z agree in any case.
 * Order does not count, nor do titles (Mr, Mrs, Ms, Dr, Shri, Smt, Kumari). */
#ifndef CONNECTORS_NAME_MATCH_H
#define CONNECTORS_NAME_MATCH_H

/* Shared words over all different words, 0 to 1: "IYER meera" and "Meera Iyer" 1, "Meera" and "Meera Iyer" 0.5. */
double name_match(const char *a, const char *b);
/* The same with spelling forgiven: words in pairs, the likest pair first, by Jaro-Winkler likeness (W. E. Winkler, 1990;
 * prefix weight 0.1, at most four letters); mean over the words of the longer name. At most 8 words. */
double name_likeness(const char *a, const char *b);

#endif
