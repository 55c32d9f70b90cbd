#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload.h"
#include "protocols.h"
#include "run.h"

static const char USAGE[] =
    "usage: load --protocol P --port N [--host 127.0.0.1]\n"
    "            [--publisher-protocol P] [--publisher-port N]\n"
    "            [--subscribers 100] [--publishers 10] [--payload 128]\n"
    "            [--window 500 [--by-acks] | --rate LINES_A_SECOND]\n"
    "            [--joining 512] [--warm 1] [--measure 3] [--silence 2] [--latency]\n"
    "            [--sessions PID,PID]\n"
    "protocols: text json redis nats irc mqtt raw ws-hubbub ws-mqtt ws-raw\n";

static void misunderstood(const char *why)
{
    fprintf(stderr, "load: %s\n%s", why, USAGE);
    exit(2);
}

static const struct protocol *protocol(const char *name)
{
    const struct protocol *found = protocol_named(name);
    if (!found)
        misunderstood("there is no such protocol");
    return found;
}

static void sessions(struct options *options, char *list)
{
    for (char *word = strtok(list, ","); word; word = strtok(0, ","))
        if (options->session_count < (int)(sizeof options->sessions / sizeof *options->sessions))
            options->sessions[options->session_count++] = atoi(word);
}

static void take(struct options *options, int letter, char *value)
{
    switch (letter) {
    case 'a': options->protocol = protocol(value); break;
    case 'b': options->publisher_protocol = protocol(value); break;
    case 'c': options->host = value; break;
    case 'd': options->port = atoi(value); break;
    case 'e': options->publisher_port = atoi(value); break;
    case 'f': options->subscribers = (uint32_t)atoi(value); break;
    case 'g': options->publishers = (uint32_t)atoi(value); break;
    case 'h': options->payload = (uint32_t)atoi(value); break;
    case 'i': options->window = (uint32_t)atoi(value); break;
    case 'j': options->by_acks = 1; break;
    case 'k': options->rate = atof(value); break;
    case 'l': options->warm_s = atof(value); break;
    case 'm': options->measure_s = atof(value); break;
    case 'n': options->silence_s = atof(value); break;
    case 'o': options->latency = 1; break;
    case 'q': options->joining = (uint32_t)atoi(value); break;
    case 'p': sessions(options, value); break;
    default: misunderstood("see the flags");
    }
}

void options_read(struct options *options, int count, char **words)
{
    static const struct option FLAGS[] = {
        {"protocol", 1, 0, 'a'}, {"publisher-protocol", 1, 0, 'b'}, {"host", 1, 0, 'c'},
        {"port", 1, 0, 'd'}, {"publisher-port", 1, 0, 'e'}, {"subscribers", 1, 0, 'f'},
        {"publishers", 1, 0, 'g'}, {"payload", 1, 0, 'h'}, {"window", 1, 0, 'i'},
        {"by-acks", 0, 0, 'j'}, {"rate", 1, 0, 'k'}, {"warm", 1, 0, 'l'},
        {"measure", 1, 0, 'm'}, {"silence", 1, 0, 'n'}, {"latency", 0, 0, 'o'},
        {"sessions", 1, 0, 'p'}, {"joining", 1, 0, 'q'}, {0, 0, 0, 0}};
    *options = (struct options){.host = "127.0.0.1", .subscribers = 100, .publishers = 10,
        .payload = 128, .window = 500, .joining = 512, .warm_s = 1, .measure_s = 3, .silence_s = 2};
    for (int letter; (letter = getopt_long(count, words, "", FLAGS, 0)) != -1;)
        take(options, letter, optarg);
    if (!options->protocol || !options->port)
        misunderstood("--protocol and --port are needed");
    if (!options->publisher_protocol)
        options->publisher_protocol = options->protocol;
    if (!options->publisher_port)
        options->publisher_port = options->port;
    if (options->publisher_protocol->path)
        misunderstood("publishers speak plain TCP: name their --publisher-protocol");
    if (options->payload < PAYLOAD_HEAD + 1 || options->payload > PAYLOAD_MOST)
        misunderstood("a payload has 33 to 4096 bytes");
    if (!options->window || !options->publishers || options->publishers > PUBLISHERS_MOST)
        misunderstood("there is a window, and there are publishers");
    if (!options->subscribers && !options->by_acks && options->rate <= 0)
        misunderstood("without subscribers the window counts acknowledgements: --by-acks");
}
