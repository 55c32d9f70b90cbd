/* One connection, of a subscriber or of a publisher. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"

enum { READ_BYTES = 256 * 1024, LEFT_BYTES = 64 * 1024, WRITE_BYTES = 64 * 1024 };

/* What a WebSocket's stream is in the middle of. */
struct frame {
    int upgraded;
    uint8_t head[10], head_size;
    uint8_t control[128], control_size;
    uint64_t left; /* of the payload */
    char last;
};

struct connection {
    int fd; /* -1: closed */
    int publishes, ready;
    uint32_t number;
    const struct protocol *protocol;
    struct seen seen;
    struct frame frame;
    char *left; /* the beginning of a line whose end is yet to come */
    uint32_t left_size, left_room;

    /* A publisher's own. */
    char *line; /* one line as the protocol wants it, to be copied */
    size_t line_size, payload_at, id_at;
    char *out;
    uint32_t out_size, out_done;
    uint32_t sent, acked;
    uint64_t *said_ns; /* by number, while its acknowledgement is awaited */
    int wants_room;
};

void connection_open(struct connection *connection, int port);
void connection_close(struct connection *connection);
void connection_read(struct connection *connection);

/* Send few bytes, as one frame where frames are spoken. They are never many
 * enough to fill a socket's buffer. */
void connection_send(struct connection *connection, const char *data, size_t size);
void connection_say(struct connection *connection, const char *text);

/* Tell that it has joined, and measuring may begin as far as it is concerned. */
void connection_is_ready(struct connection *connection);

/* Take the payload of a line. */
void connection_arrived(struct connection *connection, const char *payload);

/* Take an acknowledgement of a publisher's line. */
void connection_acked(struct connection *connection, uint32_t number);

#endif
