#define _GNU_SOURCE
#include "websocket.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "connection.h"
#include "protocols.h"
#include "run.h"
#include "system.h"

enum { FIN = 0x80, MASKED = 0x80, CLOSE = 8, PING = 9, PONG = 10 };

static void send_all(struct connection *connection, const char *data, size_t size)
{
    if (send(connection->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
        connection_close(connection);
}

void websocket_ask(struct connection *connection, int port)
{
    const struct protocol *protocol = connection->protocol;
    char text[512];
    int size = snprintf(text, sizeof text,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nOrigin: http://%s:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: aHViYnViIGJlbmNobWFyaw==\r\n"
        "Sec-WebSocket-Version: 13\r\n%s%s%s\r\n",
        protocol->path, run.options.host, port, run.options.host, port,
        protocol->subprotocol ? "Sec-WebSocket-Protocol: " : "",
        protocol->subprotocol ? protocol->subprotocol : "", protocol->subprotocol ? "\r\n" : "");
    send_all(connection, text, (size_t)size);
}

size_t websocket_answer(const char *data, size_t size)
{
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (size < 12 || memcmp(data, "HTTP/1.1 101", 12))
        give_up("no WebSocket here: %.60s", data);
    return (size_t)(end + 4 - data);
}

void websocket_send(struct connection *connection, int opcode, const char *data, size_t size)
{
    static const char KEY[4] = {0x12, 0x34, 0x56, 0x78};
    char text[1024];
    size_t at = 0;
    if (size > sizeof text - 8)
        give_up("too much for one frame");
    text[at++] = (char)(FIN | opcode);
    if (size < 126) {
        text[at++] = (char)(MASKED | size);
    } else {
        text[at++] = (char)(MASKED | 126);
        text[at++] = (char)(size >> 8);
        text[at++] = (char)size;
    }
    memcpy(text + at, KEY, 4);
    at += 4;
    for (size_t i = 0; i < size; i++)
        text[at++] = (char)(data[i] ^ KEY[i % 4]);
    send_all(connection, text, at);
}

/* Take bytes of a frame's head; return how many. */
static size_t take_head(struct frame *frame, const char *in, size_t size, int *whole)
{
    size_t taken = 0;
    for (*whole = 0; taken < size && !*whole; taken++) {
        frame->head[frame->head_size++] = (uint8_t)in[taken];
        if (frame->head_size < 2)
            continue;
        unsigned length = frame->head[1] & 0x7f;
        unsigned wanted = length == 127 ? 10 : length == 126 ? 4 : 2;
        if (frame->head_size < wanted)
            continue;
        frame->left = wanted == 2 ? length : 0;
        for (unsigned i = 2; i < wanted; i++)
            frame->left = frame->left << 8 | frame->head[i];
        *whole = 1;
    }
    return taken;
}

static void end_control(struct connection *connection, int opcode)
{
    struct frame *frame = &connection->frame;
    if (opcode == PING)
        websocket_send(connection, PONG, (char *)frame->control, frame->control_size);
    else if (opcode == CLOSE)
        connection_close(connection);
    frame->control_size = 0;
}

size_t websocket_unwrap(struct connection *connection, char *out, const char *in, size_t size)
{
    struct frame *frame = &connection->frame;
    char *begin = out;
    const char *end = in + size;
    int inside = frame->left > 0;
    while (in < end) {
        if (!inside) {
            in += take_head(frame, in, (size_t)(end - in), &inside);
            if (!inside)
                break;
        }
        int opcode = frame->head[0] & 0x0f;
        size_t there = (size_t)(end - in);
        size_t part = frame->left < there ? (size_t)frame->left : there;
        if (opcode < CLOSE) {
            memmove(out, in, part);
            out += part;
            if (part)
                frame->last = out[-1];
        } else if (frame->control_size + part <= sizeof frame->control) {
            memcpy(frame->control + frame->control_size, in, part);
            frame->control_size += (uint8_t)part;
        }
        in += part;
        frame->left -= part;
        if (frame->left)
            break;
        inside = 0;
        frame->head_size = 0;
        if (opcode >= CLOSE)
            end_control(connection, opcode);
        else if (connection->protocol->whole_lines && frame->last != '\n')
            *out++ = frame->last = '\n';
    }
    return (size_t)(out - begin);
}
