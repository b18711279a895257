/* Numbers collected while something is measured, and what is told of them. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>

struct sample {
    double *values;
    size_t count, room;
};

/* Seconds of a clock that only goes forward. */
double seconds(void);

/* Seconds of processor time this process has used. */
double own_cpu(void);

void sample_add(struct sample *sample, double value);
void sample_clear(struct sample *sample);

/* Prints `"name":{"count":…,"p50":…,"p99":…,"max":…}`, times a factor; sorts the sample. */
void sample_print(struct sample *sample, const char *name, double factor);

#endif
