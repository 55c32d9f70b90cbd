#include "payload.h"

static const char WORDS[] = "a line of ordinary length, as people type them into a chat; ";

void payload_fill(char *payload, size_t size, const char mark[4], uint32_t publisher)
{
    char letters[8];
    write_letters(letters, publisher);
    memcpy(payload, mark, 4);
    memcpy(payload + 4, letters + 4, 4);
    write_letters(payload + 8, 0);
    write_stamp(payload, 0);
    for (size_t i = PAYLOAD_HEAD; i < size; i++)
        payload[i] = WORDS[(i - PAYLOAD_HEAD) % (sizeof WORDS - 1)];
    /* White space at a line's end is cut by some servers. */
    payload[size - 1] = '.';
}
