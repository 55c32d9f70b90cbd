/* Finding payloads in what a server sends. This is where the time goes. */
#include <string.h>

#include "connection.h"
#include "payload.h"
#include "protocols.h"
#include "run.h"

/* In all protocols of lines the payload stands at the end of a line. */
size_t scan_lines(struct connection *connection, char *data, size_t size)
{
    const struct protocol *protocol = connection->protocol;
    size_t payload = run.options.payload, tail = payload + strlen(protocol->suffix);
    /* The next payload ends at least so far behind the last one, so its own
     * bytes, and the short lines of its header, need not be looked at. */
    size_t skip = protocol->quiet && !connection->publishes ? payload : 0;
    char *at = data, *end = data + size, *from = data;
    while (from < end) {
        char *feed = memchr(from, '\n', (size_t)(end - from));
        if (!feed)
            break;
        char *found = feed - tail;
        if (found >= at && !memcmp(found, run.mark, 4)) {
            connection_arrived(connection, found);
            at = feed + 1;
            from = at + skip;
        } else {
            protocol->control(connection, at, (size_t)(feed - at));
            from = at = feed + 1;
        }
    }
    return (size_t)(at - data);
}

enum { CONNACK = 0x20, PUBLISH = 0x30, SUBACK = 0x90 };

static void take_packet(struct connection *connection, int type, char *body, size_t size)
{
    if (type == PUBLISH) {
        size_t topic = (size_t)(uint8_t)body[0] << 8 | (uint8_t)body[1];
        char *payload = body + 2 + topic;
        if (size == 2 + topic + run.options.payload && !memcmp(payload, run.mark, 4))
            connection_arrived(connection, payload);
    } else if (type == (connection->publishes ? CONNACK : SUBACK)) {
        connection_is_ready(connection);
    }
}

/* MQTT 3.1.1: one byte of type, a length of up to four bytes, and so much. */
size_t scan_mqtt(struct connection *connection, char *data, size_t size)
{
    size_t at = 0;
    for (;;) {
        size_t length = 0, from = at + 1;
        int shift = 0, whole = 0;
        for (; from < size && shift <= 21 && !whole; from++, shift += 7) {
            length |= (size_t)(data[from] & 0x7f) << shift;
            whole = !(data[from] & 0x80);
        }
        if (!whole || size - from < length)
            return at;
        take_packet(connection, (uint8_t)data[at] & 0xf0, data + from, length);
        at = from + length;
    }
}
