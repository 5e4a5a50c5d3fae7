/* lex.h - the tokens of a strategy file, each with its bytes, line and column.
 *
 * Slips that no grammar rule would explain well (a foreign quote, 4% outside quotes, a non-breaking
 * space) are reported here, once, and skipped. */
#ifndef DSL_LEX_H
#define DSL_LEX_H

#include "dsl/faults.h"
#include "dsl/tree.h"

enum token_kind { TOKEN_WORD, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_PAREN, TOKEN_PAREN_END,
                  TOKEN_EQUALS, TOKEN_COMMA, TOKEN_BAD /* abandon the paragraph: said already */, TOKEN_SKIP, TOKEN_END };

struct token {
    enum token_kind kind;
    struct span span;
    const char *text; /* word, number, text contents */
    size_t text_len, text_at;
};

struct lexer {
    const char *text;
    size_t n, at, line_start;
    int line;
    size_t col_at;  /* where `col` was last counted, so that a long line costs once */
    int col;
    struct faults *faults;
};

void lexer_init(struct lexer *l, const char *text, size_t n, struct faults *f);
struct token lexer_next(struct lexer *l);

#endif
