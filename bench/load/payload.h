/* What stands in every line: who said it, which one it is, and when.
 *
 *   ~abc  aaaf  aaaaabcd  aaaaaaaaaaaaaaaa  words …
 *   mark  by    number    nanoseconds       up to the payload's size
 *
 * Numbers are written in the letters a to p, one for four bits, so that any
 * protocol carries them as text, and eight letters are read at once. */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <stdint.h>
#include <string.h>

enum { PAYLOAD_HEAD = 32, PAYLOAD_MOST = 4096, PUBLISHERS_MOST = 65535 };

static inline uint64_t load_letters(const char *at)
{
    uint64_t word;
    memcpy(&word, at, 8);
    return word;
}

/* Read eight letters. Anything else than a to p gives a wrong number, no fault. */
static inline uint32_t read_letters(const char *at)
{
    uint64_t x = __builtin_bswap64(load_letters(at) - 0x6161616161616161u);
    x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
    x = (x | x >> 8) & 0x0000ffff0000ffffu;
    return (uint32_t)(x | x >> 16);
}

static inline void write_letters(char *at, uint32_t value)
{
    uint64_t x = value;
    x = (x | x << 16) & 0x0000ffff0000ffffu;
    x = (x | x << 8) & 0x00ff00ff00ff00ffu;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
    x = __builtin_bswap64(x) + 0x6161616161616161u;
    memcpy(at, &x, 8);
}

static inline uint32_t read_number(const char *payload) { return read_letters(payload + 8); }

static inline uint64_t read_stamp(const char *payload)
{
    return (uint64_t)read_letters(payload + 16) << 32 | read_letters(payload + 24);
}

static inline void write_stamp(char *payload, uint64_t at_ns)
{
    write_letters(payload + 16, (uint32_t)(at_ns >> 32));
    write_letters(payload + 24, (uint32_t)at_ns);
}

/* The publisher's number: four letters behind the mark. */
static inline uint32_t read_publisher(const char *payload)
{
    return read_letters(payload) & 0xffff;
}

/* Fill a payload for one publisher; its number and stamp are written later. */
void payload_fill(char *payload, size_t size, const char mark[4], uint32_t publisher);

#endif
