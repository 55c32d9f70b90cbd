/* How each server wants to be spoken to. */
#ifndef PROTOCOLS_H
#define PROTOCOLS_H

#include <stddef.h>

struct connection;

struct protocol {
    const char *name;
    const char *suffix; /* between a payload and the LF that ends its line */
    int quiet;          /* nothing that stands between payloads needs an answer */
    int binary;         /* there are no lines */
    const char *path, *subprotocol; /* over WebSocket, if there is a path */
    int opcode, whole_lines;

    /* Say the first words. */
    void (*greet)(struct connection *connection);

    /* Take a line that carries no payload. */
    void (*control)(struct connection *connection, const char *line, size_t size);

    /* Take whole lines or packets, and return how many bytes they were. */
    size_t (*scan)(struct connection *connection, char *data, size_t size);

    /* Write what stands before and behind a payload of `payload` bytes. */
    size_t (*before)(char *out, size_t payload);
    const char *after;
    const char *id; /* what stands before the eight letters of an id in `after` */
};

const struct protocol *protocol_named(const char *name);

size_t scan_lines(struct connection *connection, char *data, size_t size);
size_t scan_mqtt(struct connection *connection, char *data, size_t size);

#endif
