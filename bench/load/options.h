#ifndef OPTIONS_H
#define OPTIONS_H

struct options;

/* Read the command line; end with code 2 if it is not understood. */
void options_read(struct options *options, int count, char **words);

#endif
