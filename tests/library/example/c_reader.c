/* SPDX-License-Identifier: Apache-2.0 */
/* Any part of a compressed file, in C99: "c_reader list FILE", or "c_reader read FILE OFFSET LENGTH"
 * to standard output. The file is read where it must be and nowhere else. */
#define _FILE_OFFSET_BITS 64
#define _POSIX_C_SOURCE 200112L
#include <nnzip/nnzip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static ptrdiff_t read_file(void* file, uint64_t offset, void* buffer, size_t size) {
  if (fseeko((FILE*)file, (off_t)offset, SEEK_SET) != 0) return -1;
  const size_t got = fread(buffer, 1, size, (FILE*)file);
  return got > 0 ? (ptrdiff_t)got : -1;
}

static int list(nnzip_reader* reader) {
  size_t frames, i;
  int status = nnzip_reader_frames(reader, &frames);
  for (i = 0; status == NNZIP_OK && i < frames; ++i) {
    nnzip_frame_info frame;
    frame.struct_size = sizeof frame;
    status = nnzip_reader_frame(reader, i, &frame);
    if (status != NNZIP_OK) break;
    printf("frame %zu: %llu bytes, %llu blocks\n", i, (unsigned long long)frame.content_bytes,
           (unsigned long long)frame.blocks);
    uint64_t j;
    for (j = 0; status == NNZIP_OK && j < frame.blocks; ++j) {
      nnzip_block_info block;
      block.struct_size = sizeof block;
      status = nnzip_reader_block(reader, i, (size_t)j, &block);
      if (status == NNZIP_OK) {
        printf("  %llu bytes at %llu: %s%s%s\n", (unsigned long long)block.content_bytes,
               (unsigned long long)block.content_offset, block.coding,
               block.wrappers[0] != '\0' ? " of " : "", block.wrappers);
      }
    }
  }
  return status;
}

static int copy_range(nnzip_reader* reader, uint64_t offset, uint64_t length) {
  unsigned char buffer[65536];
  while (length > 0) {
    size_t size = length < sizeof buffer ? (size_t)length : sizeof buffer;
    const int status = nnzip_reader_read(reader, offset, buffer, size, &size);
    if (status != NNZIP_OK) return status;
    if (size == 0) break; /* the content ends */
    fwrite(buffer, 1, size, stdout);
    offset += size;
    length -= size;
  }
  return NNZIP_OK;
}

int main(int argc, char** argv) {
  const int listing = argc == 3 && strcmp(argv[1], "list") == 0;
  if (!listing && !(argc == 5 && strcmp(argv[1], "read") == 0)) {
    fprintf(stderr, "usage: %s list FILE | read FILE OFFSET LENGTH\n", argv[0]);
    return 1;
  }
  FILE* file = fopen(argv[2], "rb");
  if (file == NULL || fseeko(file, 0, SEEK_END) != 0) {
    perror(argv[2]);
    return 1;
  }

  /* Shared by all calls of a program, of which there is but one here. */
  nnzip_context* context;
  int status = nnzip_context_new(&context, NULL);
  nnzip_options options;
  nnzip_options_init(&options, sizeof options);
  options.context = context;

  const nnzip_source source = {read_file, file, (uint64_t)ftello(file)};
  nnzip_reader* reader = NULL;
  if (status == NNZIP_OK) status = nnzip_reader_new(&reader, &source, &options);
  if (status == NNZIP_OK) {
    status = listing ? list(reader)
                     : copy_range(reader, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
  }
  if (status != NNZIP_OK) {
    fprintf(stderr, "%s: %s (%s)\n", argv[0], nnzip_last_error(), nnzip_error_name(status));
  }
  nnzip_reader_free(reader);
  nnzip_context_free(context);
  fclose(file);
  return status == NNZIP_OK && fflush(stdout) == 0 ? 0 : 1;
}
