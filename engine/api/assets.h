/* assets.h - web files built into the binary. */
#ifndef API_ASSETS_H
#define API_ASSETS_H

#include <stddef.h>

/* NULL when this build has no such file. */
const char *api_asset(const char *name, size_t *n);

#endif
