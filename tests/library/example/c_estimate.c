/* SPDX-License-Identifier: Apache-2.0 */
/* What a file would become, in C99: "c_estimate FILE" prints a line for each level. */
#define _FILE_OFFSET_BITS 64
#define _POSIX_C_SOURCE 200112L
#include <nnzip/nnzip.h>
#include <stdio.h>
#include <sys/types.h>

static ptrdiff_t read_file(void* file, uint64_t offset, void* buffer, size_t size) {
  if (fseeko((FILE*)file, (off_t)offset, SEEK_SET) != 0) return -1;
  const size_t got = fread(buffer, 1, size, (FILE*)file);
  return got > 0 ? (ptrdiff_t)got : -1;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 1;
  }
  FILE* file = fopen(argv[1], "rb");
  if (file == NULL || fseeko(file, 0, SEEK_END) != 0) {
    perror(argv[1]);
    return 1;
  }
  const nnzip_source source = {read_file, file, (uint64_t)ftello(file)};
  nnzip_estimate_info estimate;
  estimate.struct_size = sizeof estimate;
  const int status = nnzip_estimate(&source, NULL, &estimate);
  fclose(file);
  if (status != NNZIP_OK) {
    fprintf(stderr, "%s: %s (%s)\n", argv[0], nnzip_last_error(), nnzip_error_name(status));
    return 1;
  }
  int level;
  for (level = 1; level <= 9; ++level) {
    printf("level %d: %llu bytes, %.1f s, %llu MiB\n", level,
           (unsigned long long)estimate.coded_bytes[level - 1], estimate.seconds[level - 1],
           (unsigned long long)estimate.memory_bytes[level - 1] >> 20);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
