/* address.h - which network addresses belong to the public internet.
 *
 * For requests whose target a stranger chose: without this check he could make us ask our own machine, our own network
 * or a cloud's metadata service (server-side request forgery). Not public are the special-purpose blocks of the IANA
 * registries (RFC 6890 and what was added), and for IPv6 everything outside 2000::/3. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

bool address_is_public(const struct sockaddr *a); /* false for anything but IPv4 and IPv6 */

#endif
