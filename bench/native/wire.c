#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

int frame_in(unsigned char *data, size_t size, struct frame *frame)
{
    size_t at = 2;
    if (size < at)
        return 0;
    uint64_t length = data[1] & 127;
    int wide = length == 126 ? 2 : length == 127 ? 8 : 0;
    frame->opcode = data[0] & 15;
    frame->is_masked = data[1] >> 7;
    if (size < at + (size_t)wide + (frame->is_masked ? 4 : 0))
        return 0;
    if (wide)
        for (length = 0; at < 2 + (size_t)wide; at++)
            length = length << 8 | data[at];
    if (frame->is_masked) {
        memcpy(frame->mask, data + at, 4);
        at += 4;
    }
    frame->payload = data + at;
    frame->length = length;
    frame->size = at + length;
    return size >= frame->size;
}

void unmask(struct frame *frame)
{
    for (size_t i = 0; i < frame->length; i++)
        frame->payload[i] ^= frame->mask[i & 3];
}

size_t server_header(unsigned char *out, int opcode, size_t length)
{
    out[0] = 0x80 | opcode;
    if (length < 126) {
        out[1] = length;
        return 2;
    }
    int wide = length < 65536 ? 2 : 8;
    out[1] = wide == 2 ? 126 : 127;
    for (int i = 0; i < wide; i++)
        out[2 + i] = (uint64_t)length >> 8 * (wide - 1 - i);
    return 2 + wide;
}

size_t client_frame(unsigned char *out, int opcode, const void *payload, size_t length)
{
    size_t at = server_header(out, opcode, length);
    const unsigned char *bytes = payload;
    unsigned char mask[4];
    out[1] |= 0x80;
    for (int i = 0; i < 4; i++)
        out[at++] = mask[i] = random() & 255;
    for (size_t i = 0; i < length; i++)
        out[at++] = bytes[i] ^ mask[i & 3];
    return at;
}

size_t client_request(char *out, size_t room, int port, const char *path, const char *token,
                      const char *subprotocol)
{
    int size = snprintf(out, room,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: ZGVsaWJlcmF0aW9uLWxpdg==\r\n"
                        "%s%s%s%s%s%s\r\n",
                        path, port, *subprotocol ? "Sec-WebSocket-Protocol: " : "", subprotocol,
                        *subprotocol ? "\r\n" : "", *token ? "Cookie: dd_device=" : "", token,
                        *token ? "\r\n" : "");
    return (size_t)size;
}

static uint32_t rolled(uint32_t word, int by)
{
    return word << by | word >> (32 - by);
}

/* One block of SHA-1 (FIPS 180-4, 6.1.2). */
static void sha1_block(uint32_t state[5], const unsigned char *block)
{
    uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | block[4 * t + 1] << 16 | block[4 * t + 2] << 8 |
               block[4 * t + 3];
    for (int t = 16; t < 80; t++)
        w[t] = rolled(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    for (int t = 0; t < 80; t++) {
        uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                     : t < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                     : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                              : (b ^ c ^ d) + 0xCA62C1D6;
        uint32_t next = rolled(a, 5) + f + e + w[t];
        e = d, d = c, c = rolled(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

/* SHA-1 of a text of less than 120 bytes. */
static void sha1(const char *text, unsigned char digest[20])
{
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char padded[128] = {0};
    size_t length = strlen(text), whole = length < 56 ? 64 : 128;
    memcpy(padded, text, length);
    padded[length] = 0x80;
    padded[whole - 2] = length * 8 >> 8;
    padded[whole - 1] = length * 8 & 255;
    for (size_t at = 0; at < whole; at += 64)
        sha1_block(state, padded + at);
    for (int i = 0; i < 20; i++)
        digest[i] = state[i / 4] >> (24 - 8 * (i % 4));
}

static void base64(const unsigned char *bytes, int count, char *out)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < count; i += 3) {
        uint32_t three = bytes[i] << 16 | (i + 1 < count ? bytes[i + 1] << 8 : 0) |
                         (i + 2 < count ? bytes[i + 2] : 0);
        *out++ = letters[three >> 18 & 63];
        *out++ = letters[three >> 12 & 63];
        *out++ = i + 1 < count ? letters[three >> 6 & 63] : '=';
        *out++ = i + 2 < count ? letters[three & 63] : '=';
    }
    *out = 0;
}

size_t server_answer(char *out, size_t room, const char *request)
{
    static const char field[] = "Sec-WebSocket-Key: ";
    const char *key = strstr(request, field);
    char joined[80], accept[32];
    unsigned char digest[20];
    if (!key)
        return 0;
    snprintf(joined, sizeof joined, "%.24s%s", key + sizeof field - 1, GUID);
    sha1(joined, digest);
    base64(digest, 20, accept);
    return (size_t)snprintf(out, room,
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                            accept,
                            strstr(request, "deliberation.v1")
                                ? "Sec-WebSocket-Protocol: deliberation.v1\r\n"
                                : "");
}
