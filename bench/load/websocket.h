/* The client's half of RFC 6455. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stddef.h>

struct connection;

void websocket_ask(struct connection *connection, int port);

/* Return the size of the server's answer if all of it is there, 0 if not yet. */
size_t websocket_answer(const char *data, size_t size);

/* Take frames apart: write their payloads to `out`, which begins at least one
 * byte before `in`, and return how many bytes they were. Pings are answered.
 * Where frames carry whole lines, the end of one ends a line. */
size_t websocket_unwrap(struct connection *connection, char *out, const char *in, size_t size);

void websocket_send(struct connection *connection, int opcode, const char *data, size_t size);

#endif
