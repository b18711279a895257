#include "heard.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sample.h"

#define SLOTS (1 << 18)

static const char *const NAMES[TYPES] = {"turnout", "news",    "snapshot", "mine",
                                         "answer",  "refused", "other"};

/* A frame that goes to everybody, known by its bytes and its room. */
struct told {
    uint64_t digest;
    double first;
};

static struct told told[SLOTS];
static size_t told_count;
static size_t counts[TYPES], bytes[TYPES], distinct[TYPES];
static struct sample spread;
static struct {
    size_t turnouts;
    double last, widest;
} rooms_heard[MOST_ROOMS];

enum type type_of(const char *text, size_t length)
{
    const char *at = memmem(text, length < 200 ? length : 200, "\"type\":\"", 8);
    for (int type = 0; at && type < OTHER; type++) {
        size_t size = strlen(NAMES[type]);
        if (at + 9 + size <= text + length && !memcmp(at + 8, NAMES[type], size) &&
            at[8 + size] == '"')
            return type;
    }
    return OTHER;
}

void heard_clear(void)
{
    memset(told, 0, sizeof told);
    memset(counts, 0, sizeof counts);
    memset(bytes, 0, sizeof bytes);
    memset(distinct, 0, sizeof distinct);
    memset(rooms_heard, 0, sizeof rooms_heard);
    told_count = 0;
    sample_clear(&spread);
}

static uint64_t digest_of(const char *text, size_t length, int room)
{
    uint64_t digest = 0x9E3779B97F4A7C15u * (uint64_t)(room + 1), word;
    for (size_t at = 0; at < length; at += sizeof word) {
        word = 0;
        memcpy(&word, text + at, length - at < sizeof word ? length - at : sizeof word);
        digest = (digest ^ word) * 0xFF51AFD7ED558CCDu;
        digest ^= digest >> 32;
    }
    return digest ? digest : 1;
}

static void heard_first(enum type type, int room, double now)
{
    distinct[type]++;
    if (type != TURNOUT)
        return;
    if (rooms_heard[room].turnouts++ && now - rooms_heard[room].last > rooms_heard[room].widest)
        rooms_heard[room].widest = now - rooms_heard[room].last;
    rooms_heard[room].last = now;
}

void heard(enum type type, int room, const char *text, size_t length, double now)
{
    counts[type]++;
    bytes[type] += length;
    if (type == MINE || type == ANSWER || type == REFUSED || type == SNAPSHOT)
        return;
    uint64_t digest = digest_of(text, length, room);
    size_t slot = digest % SLOTS;
    while (told[slot].digest && told[slot].digest != digest)
        slot = (slot + 1) % SLOTS;
    if (told[slot].digest) {
        sample_add(&spread, now - told[slot].first);
        return;
    }
    heard_first(type, room, now);
    if (told_count < SLOTS / 2) {
        told[slot] = (struct told){digest, now};
        told_count++;
    }
}

void heard_print(int rooms, double length)
{
    double least = -1, widest = 0;
    printf("\"frames\":{");
    for (int type = 0; type < TYPES; type++)
        printf("%s\"%s\":{\"count\":%zu,\"bytes\":%zu,\"distinct\":%zu}", type ? "," : "",
               NAMES[type], counts[type], bytes[type], distinct[type]);
    printf("},");
    sample_print(&spread, "spread_ms", 1e3);
    for (int room = 0; room < rooms; room++) {
        double rate = length > 0 ? (double)rooms_heard[room].turnouts / length : 0;
        least = least < 0 || rate < least ? rate : least;
        widest = rooms_heard[room].widest > widest ? rooms_heard[room].widest : widest;
    }
    printf(",\"turnout\":{\"least_per_second\":%.2f,\"widest_gap_seconds\":%.3f}", least, widest);
}
