/* What the clients heard since the last command: frames by type, and how far apart the first and
   the last client got the same frame. */
#ifndef HEARD_H
#define HEARD_H

#include <stddef.h>

#define MOST_ROOMS 1024

enum type { TURNOUT, NEWS, SNAPSHOT, MINE, ANSWER, REFUSED, OTHER, TYPES };

enum type type_of(const char *text, size_t length);

/* Begin anew. */
void heard_clear(void);

/* One text frame that came to a client of a room. */
void heard(enum type type, int room, const char *text, size_t length, double now);

/* Prints `"frames":{…},"spread_ms":{…},"turnout":{…}`; rates are over `length` seconds. */
void heard_print(int rooms, double length);

#endif
