#include "protocols.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "payload.h"
#include "run.h"

static int begins(const char *line, size_t size, const char *with)
{
    size_t length = strlen(with);
    return size >= length && !memcmp(line, with, length);
}

static void say_nothing(struct connection *connection) { (void)connection; }

static size_t nothing_before(char *out, size_t payload)
{
    (void)out, (void)payload;
    return 0;
}

/* --- Hubbub: text mode to read, JSON lines for both ------------------------ */

static void text_control(struct connection *connection, const char *line, size_t size)
{
    if (begins(line, size, "-- welcome"))
        connection_is_ready(connection);
}

static void json_greet(struct connection *connection)
{
    connection_say(connection, connection->publishes
            ? "{\"type\":\"hello\"}\n"
            : "{\"type\":\"hello\",\"join\":{\"lobby\":{\"last\":0}}}\n");
}

static void json_control(struct connection *connection, const char *line, size_t size)
{
    static const char ACK[] = "{\"type\":\"ack\",\"id\":\"";
    if (begins(line, size, ACK) && size > sizeof ACK + 8)
        connection_acked(connection, read_letters(line + sizeof ACK - 1));
    else if (begins(line, size, connection->publishes ? "{\"type\":\"welcome\"" : "{\"type\":\"joined\""))
        connection_is_ready(connection);
    else if (begins(line, size, "{\"type\":\"error\""))
        run.refused++;
}

static size_t json_before(char *out, size_t payload)
{
    (void)payload;
    return (size_t)sprintf(out, "{\"type\":\"say\",\"room\":\"lobby\",\"text\":\"");
}

/* --- Redis ----------------------------------------------------------------- */

static void redis_greet(struct connection *connection)
{
    connection_say(connection, connection->publishes
            ? "*1\r\n$4\r\nPING\r\n"
            : "*2\r\n$9\r\nSUBSCRIBE\r\n$5\r\nlobby\r\n");
}

static void redis_control(struct connection *connection, const char *line, size_t size)
{
    if (begins(line, size, "-"))
        run.refused++;
    else if (begins(line, size, connection->publishes ? "+PONG" : ":1"))
        connection_is_ready(connection);
    /* Its answer to a publisher tells how many it was handed to. That is no
     * acknowledgement in Hubbub's sense, so it is not counted as one. */
}

static size_t redis_before(char *out, size_t payload)
{
    return (size_t)sprintf(out, "*3\r\n$7\r\nPUBLISH\r\n$5\r\nlobby\r\n$%zu\r\n", payload);
}

/* --- NATS ------------------------------------------------------------------ */

static void nats_greet(struct connection *connection)
{
    connection_say(connection, connection->publishes
            ? "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n"
            : "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB lobby 1\r\nPING\r\n");
}

static void nats_control(struct connection *connection, const char *line, size_t size)
{
    if (begins(line, size, "PING"))
        connection_say(connection, "PONG\r\n");
    else if (begins(line, size, "PONG"))
        connection_is_ready(connection);
    else if (begins(line, size, "-ERR"))
        run.refused++;
}

static size_t nats_before(char *out, size_t payload)
{
    return (size_t)sprintf(out, "PUB lobby %zu\r\n", payload);
}

/* --- IRC ------------------------------------------------------------------- */

static void irc_greet(struct connection *connection)
{
    char text[64];
    snprintf(text, sizeof text, "NICK %c%u\r\nUSER u 0 * :u\r\n",
        connection->publishes ? 'p' : 's', connection->number);
    connection_say(connection, text);
}

static void irc_control(struct connection *connection, const char *line, size_t size)
{
    const char *space = memchr(line, ' ', size);
    size_t rest = space ? size - (size_t)(space - line) : 0;
    if (begins(line, size, "PING")) {
        char text[256];
        snprintf(text, sizeof text, "PONG%.*s\r\n", (int)(size - 5), line + 4);
        connection_say(connection, text);
    } else if (space && begins(space, rest, " 001 ")) {
        if (connection->publishes)
            connection_is_ready(connection);
        else
            connection_say(connection, "JOIN #lobby\r\n");
    } else if (space && begins(space, rest, " 366 ")) {
        connection_is_ready(connection);
    }
}

static size_t irc_before(char *out, size_t payload)
{
    (void)payload;
    return (size_t)sprintf(out, "PRIVMSG #lobby :");
}

/* --- The send loop: plain lines ---------------------------------------------- */

static void raw_greet(struct connection *connection)
{
    connection_say(connection, connection->publishes ? "P\n" : "S\n");
}

static void raw_control(struct connection *connection, const char *line, size_t size)
{
    if (begins(line, size, "ready"))
        connection_is_ready(connection);
}

/* --- MQTT 3.1.1, QoS 0 ------------------------------------------------------- */

static void mqtt_greet(struct connection *connection)
{
    static const char SUBSCRIBE[] = "\x82\x0a\x00\x01\x00\x05lobby\x00";
    char text[64] = "\x10\x14\x00\x04MQTT\x04\x02\x00\x00\x00\x08", name[16];
    snprintf(name, sizeof name, "%c%07u", connection->publishes ? 'p' : 's', connection->number);
    memcpy(text + 14, name, 8);
    connection_send(connection, text, 22);
    if (!connection->publishes)
        connection_send(connection, SUBSCRIBE, sizeof SUBSCRIBE - 1);
}

static void mqtt_control(struct connection *connection, const char *line, size_t size)
{
    (void)connection, (void)line, (void)size;
}

static size_t mqtt_before(char *out, size_t payload)
{
    size_t at = 0, length = 7 + payload;
    out[at++] = 0x30;
    for (; length >= 0x80; length >>= 7)
        out[at++] = (char)((length & 0x7f) | 0x80);
    out[at++] = (char)length;
    memcpy(out + at, "\x00\x05lobby", 7);
    return at + 7;
}

#define JSON \
    .suffix = "\"}", .quiet = 1, .greet = json_greet, .control = json_control, \
    .scan = scan_lines, .before = json_before, .after = "\",\"id\":\"aaaaaaaa\"}\n", \
    .id = "\",\"id\":\""
#define MQTT \
    .suffix = "", .binary = 1, .greet = mqtt_greet, .control = mqtt_control, \
    .scan = scan_mqtt, .before = mqtt_before, .after = ""
#define RAW \
    .suffix = "", .quiet = 1, .greet = raw_greet, .control = raw_control, \
    .scan = scan_lines, .before = nothing_before, .after = "\n"

static const struct protocol PROTOCOLS[] = {
    {.name = "text", .suffix = "", .quiet = 1, .greet = say_nothing, .control = text_control,
        .scan = scan_lines, .before = nothing_before, .after = "\n"},
    {.name = "json", JSON},
    {.name = "redis", .suffix = "\r", .quiet = 1, .greet = redis_greet,
        .control = redis_control, .scan = scan_lines, .before = redis_before, .after = "\r\n"},
    {.name = "nats", .suffix = "\r", .greet = nats_greet, .control = nats_control,
        .scan = scan_lines, .before = nats_before, .after = "\r\n"},
    {.name = "irc", .suffix = "\r", .greet = irc_greet, .control = irc_control,
        .scan = scan_lines, .before = irc_before, .after = "\r\n"},
    {.name = "mqtt", MQTT},
    {.name = "raw", RAW},
    {.name = "ws-hubbub", JSON, .path = "/ws", .opcode = 1, .whole_lines = 1},
    {.name = "ws-mqtt", MQTT, .path = "/mqtt", .subprotocol = "mqtt", .opcode = 2},
    {.name = "ws-raw", RAW, .path = "/websockify", .subprotocol = "binary", .opcode = 2},
};

const struct protocol *protocol_named(const char *name)
{
    for (size_t i = 0; i < sizeof PROTOCOLS / sizeof *PROTOCOLS; i++)
        if (!strcmp(PROTOCOLS[i].name, name))
            return &PROTOCOLS[i];
    return 0;
}
