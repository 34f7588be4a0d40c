/* SPDX-License-Identifier: Apache-2.0 */
/* A filter in C99: "c_example compress" or "c_example decompress", from standard input to standard
 * output. It needs the same memory for files of any size. */
#include <nnzip/nnzip.h>
#include <stdio.h>
#include <string.h>

static int show_progress(void* name, uint64_t content_bytes) {
  fprintf(stderr, "%s: %llu bytes\r", (const char*)name, (unsigned long long)content_bytes);
  return 0; /* anything else would cancel */
}

/* Returns what nnzip_stream_code() returned last, or -1 if a file is at fault. */
static int run(nnzip_stream* stream, FILE* in, FILE* out) {
  unsigned char in_buffer[65536], out_buffer[65536];
  nnzip_buffers buffers = {NULL, 0, NULL, 0};
  int action = NNZIP_RUN, status;
  do {
    if (buffers.avail_in == 0 && action == NNZIP_RUN) {
      buffers.next_in = in_buffer;
      buffers.avail_in = fread(in_buffer, 1, sizeof in_buffer, in);
      if (ferror(in)) return -1;
      if (feof(in)) action = NNZIP_FINISH;
    }
    buffers.next_out = out_buffer;
    buffers.avail_out = sizeof out_buffer;
    status = nnzip_stream_code(stream, &buffers, action);
    const size_t size = sizeof out_buffer - buffers.avail_out;
    if (fwrite(out_buffer, 1, size, out) != size) return -1;
  } while (status == NNZIP_OK);
  return status;
}

int main(int argc, char** argv) {
  const int compress = argc == 2 && strcmp(argv[1], "compress") == 0;
  if (!compress && (argc != 2 || strcmp(argv[1], "decompress") != 0)) {
    fprintf(stderr, "usage: %s compress|decompress <in >out\n", argv[0]);
    return 1;
  }

  nnzip_options options;
  nnzip_options_init(&options, sizeof options);
  options.threads = 2;
  options.progress = show_progress;
  options.progress_data = argv[1];

  nnzip_stream* stream;
  int status = nnzip_stream_new(&stream, compress ? NNZIP_COMPRESS : NNZIP_DECOMPRESS, &options);
  if (status == NNZIP_OK) status = run(stream, stdin, stdout);
  nnzip_stream_free(stream);

  if (status == -1 || fflush(stdout) != 0) {
    perror(argv[0]);
    return 1;
  }
  if (status != NNZIP_STREAM_END) {
    fprintf(stderr, "%s: %s (%s)\n", argv[0], nnzip_last_error(), nnzip_error_name(status));
    return 1;
  }
  return 0;
}
