/* What of RFC 6455 a load client and a floor server need: handshakes, frame headers, masks. */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

enum opcode { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

/* A frame found in a buffer; `size` is all of it, header included. */
struct frame {
    int opcode;
    int is_masked;
    unsigned char mask[4];
    unsigned char *payload;
    size_t length;
    size_t size;
};

/* 1: `frame` is whole; 0: more bytes are needed. */
int frame_in(unsigned char *data, size_t size, struct frame *frame);

/* Take a masked payload's mask off, in place. */
void unmask(struct frame *frame);

/* A final frame's header as a server writes it (no mask); returns its size, at most 10. */
size_t server_header(unsigned char *out, int opcode, size_t length);

/* A whole final frame as a client writes it, masked; returns its size: length + at most 14. */
size_t client_frame(unsigned char *out, int opcode, const void *payload, size_t length);

/* The request of a client; a token or subprotocol that is empty is left out. */
size_t client_request(char *out, size_t room, int port, const char *path, const char *token,
                      const char *subprotocol);

/* The answer of a server to a request that is whole; 0 when it has no key. */
size_t server_answer(char *out, size_t room, const char *request);

#endif
