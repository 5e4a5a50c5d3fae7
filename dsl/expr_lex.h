/* expr_lex.h - the tokens of an expression, with their bytes. Private to the reader. */
#ifndef DSL_EXPR_LEX_H
#define DSL_EXPR_LEX_H

#include "dsl/expr_node.h"

enum token_kind {
    TOKEN_END, TOKEN_NUMBER, TOKEN_PERCENT, TOKEN_TEXT, TOKEN_NAME, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA,
    TOKEN_EQ, TOKEN_NE, TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE, TOKEN_PLUS, TOKEN_MINUS, TOKEN_STAR,
    TOKEN_SLASH, TOKEN_AND, TOKEN_OR, TOKEN_NOT, TOKEN_IN, TOKEN_BETWEEN, TOKEN_WHERE, TOKEN_TRUE,
    TOKEN_FALSE, TOKEN_BAD
};
struct token {
    enum token_kind kind;
    size_t at, length;
};

/* The token at or after `at`; TOKEN_BAD after a fault was told. */
struct token lex_next(struct reading *r, size_t at);
/* The word an operator is written with, for messages. */
const char *token_words(enum token_kind kind);

#endif
