/* keys.c - see keys.h. Made with: openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -outform DER | base64 -w 100 */
#include "connectors/sandbox/keys.h"

#include <string.h>

#include "base/buf.h"
#include "io/rsa.h"

/* Not a secret: nothing outside the sandbox trusts it. */
static const char SIMULATED_ISSUER[] =
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC4AbKeH6OFWZytmylNlGyjC2vcLnUxI/ita12ACTqbgeJOWIwJ"
    "ZqJEXijkAgUuUY2/n8uAtRP8SLiOaCEjL+VtFOrwdqCE+ZYCwpg+mphpOMax/XQqMQXdtMZuVrTXbGihwdd6ZF78DQBIr8oT8SDo"
    "g9+KmRV5RVeWMZMSsx5nAR9zxN6+kods5QiCFPc0+dNtWT8YxKyFjZmcXGE/wLOMNgejH9KurZllvZ+DaUIC78AfV4r0yTKob450"
    "p4/evwEWsLTVsjGvB+Xf8kh81KMxHgIP2hh1fjzdSPydx4iVGXy2x/qg6X/dMYqnNpE3OkxnxsaecjMEClnluAic95p5AgMBAAEC"
    "ggEAM4mmMcvCzTLQQ3/WDbioxPIJ/92zTVQ57rjHs3jiRXQXosICVw+8G1IUOeim8tY80ZM8OIx/UIY9ywU3Ytejdu4I79kKFLSj"
    "Y5qFceNzFOWmIWxQARFCB1r+ySDX/g6LL+NPKyS5xfcOQU2bWAKNqRJmpjdCYHkfkx3Hh9FLjqW0Kkthbql/RpcRWBPzuQkLXZln"
    "8nVHTi87Ft5jLrUTnsCULlfHucE4iOoWMV6i/um9bt4h+MxbB24ATABmNFgpv/vY9GSISczKKfaaAdxnyPsE9S5eZjxq0l88gmfB"
    "RJ1YfrIXJFIOGg8F43ZK3Y/hMMDGpyM7qpxNAbRRNraVkQKBgQDi3sv37CYOvc9CVGKd7PK2rEJMcwhr4/oEW3VrgArRDd6344k4"
    "5GtirAHToKATC1dYJYG5ohkJVBiueBBQ032okARnk0CRZB47upN/0SsiaBf5RGhrbKEM9CySwlHEbVH/XFt3AY+G9Za735hOMCn9"
    "N5L2n8wWJtLHNDsb0BL9FwKBgQDPofoFa3Vevg8GZk0LgKOyY9x2hsHcugfvGEUKpzeNwfNNiDGZme9lY2WQe1kMoy526wCX7z7r"
    "TIPXiP5Op09uKzfdPR+colBPgwYHiNF6dk9rz7Fx1nNKl81+FaQEXAOOJOOzyZ7HJHN6ya4ERVaBRmCsIDSbFMesKMt8djR+7wKB"
    "gA/p2trQGLdN/xzC+IvlU/0WRixAoWWX/zCRDcJ1n8ycMXQqpLR16UZplFM44CGV2RGYx+myghkSagzK5TIWM6lAON7fCFdqc2hz"
    "JOeBT4pBTPUyJDTs0Lss4XeF4+BoXqkP3GaTmHK6BVG2VGOfo0JcxJVCDjm7jWtlsYO466wPAoGAbB3+IQBZt6HkFQMEL28mzmdt"
    "j1KQdC1yoC/VE70LEofh94dpvIAJxpPBeUChmBEIyueIAZWU/9Vx+bPeKHq6w7VBe7SuV1O12hFx/E5kNg6RQKR/07VFh5wQZw1B"
    "wPtg5o2S/DWKtkvmzhNix9qLNvm8sSR8AB0L9Dux6fdrUoUCgYEA0geGBBg3DWMZZC/faw8JAyqEc2Srw3mYXYzguXJSu+ErS9lw"
    "RzKr06lo7JYuwN9CAgaCcBhd6NALvxsXwojozVPgqLwZya6+MY4r+IlU8o3y/Ayswq5Bk8iwJmcAlRqB8QphTVIcGZmshu+ZI3GF"
    "i2GHJHgX783LbRQdmpRk1MI=";

enum err sandbox_rsa_key(struct rsa_key **out) {
    struct buf der AUTO(buf_reset);
    buf_init(&der, 4096);
    enum err e = buf_add_from_base64(&der, SIMULATED_ISSUER, sizeof SIMULATED_ISSUER - 1);
    return e == OK ? rsa_key_private(der.data, der.len, out) : e;
}

void sandbox_aggregator_key(struct crypt_key *seed) {
    static const char words[] = "the sandbox's account aggregator";
    _Static_assert(sizeof words - 1 == sizeof seed->b, "as long as a seed");
    memcpy(seed->b, words, sizeof seed->b);
}
