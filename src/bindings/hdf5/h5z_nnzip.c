/* SPDX-License-Identifier: Apache-2.0 */
/* The HDF5 filter, a plugin that HDF5 finds in HDF5_PLUGIN_PATH: each chunk of a dataset becomes a
 * frame.
 *
 * Its number is one of those that anyone may use for testing, until one is registered. Of its
 * values a program gives the first alone, the level, 1 to 9 (0 or none: 5); the others are set here
 * when a dataset is made: the layout of a chunk as nnzip_options.layout has it, four characters a
 * value, the first one in the lowest byte. */
#include <H5PLextern.h>
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

#include "nnzip/nnzip.h"

enum {
  FILTER_NUMBER = 411,
  LAYOUT_SIZE = 40, /* bytes, with the zero at its end */
  LAYOUT_VALUES = LAYOUT_SIZE / 4,
  MAX_RANK = H5S_MAX_RANK,
};

/* Pushes onto HDF5's stack of errors what nnzip says of the last one. */
static void push_error(const char* function) {
  H5Epush2(H5E_DEFAULT, __FILE__, function, 0, H5E_ERR_CLS, H5E_PLINE, H5E_CALLBACK, "nnzip: %s",
           nnzip_last_error());
}

/* What a number is to a layout: "u8", "s16le", "f64be". Nonzero if type is no number of up to 8
 * bytes. */
static int number_name(hid_t type, char name[8]) {
  const H5T_class_t class = H5Tget_class(type);
  const size_t size = H5Tget_size(type);
  if ((class != H5T_INTEGER && class != H5T_FLOAT) || size == 0 || size > 8) return -1;
  const int is_signed = class == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
  const char kind = class == H5T_FLOAT ? 'f' : is_signed ? 's' : 'u';
  const char* order = H5Tget_order(type) == H5T_ORDER_BE ? "be" : "le";
  snprintf(name, 8, "%c%zu%s", kind, 8 * size, size == 1 ? "" : order);
  return 0;
}

/* The layout of a chunk: unsigned numbers of 8 and 16 bits on two axes or more are taken for
 * pixels, with up to 4 channels on the last of three, other numbers for a table with rows along the
 * last axis, and what is no number for rows of so many bytes. As nnzip.arrays has it in Python. */
static void layout_of(hid_t type, int rank, const hsize_t* chunk, char layout[LAYOUT_SIZE]) {
  char number[8];
  const size_t size = H5Tget_size(type);
  layout[0] = 0;
  if (number_name(type, number) != 0) {
    snprintf(layout, LAYOUT_SIZE, "table:%zu:u8", size);
    return;
  }
  const hsize_t last = rank >= 2 ? chunk[rank - 1] : 1;
  const int has_channels = rank >= 3 && last <= 4;
  const hsize_t width = has_channels ? chunk[rank - 2] : last;
  const hsize_t channels = has_channels ? last : 1;
  const int are_pixels = number[0] == 'u' && size <= 2 && rank >= 2;
  if (are_pixels && width * channels * size < (hsize_t)1 << 22) {
    snprintf(layout, LAYOUT_SIZE, "pixels:%llux%llu:%s", (unsigned long long)width,
             (unsigned long long)channels, number);
  } else if (last <= UINT32_MAX) {
    snprintf(layout, LAYOUT_SIZE, "table:%llu:%s", (unsigned long long)last, number);
  }
}

/* Called when a dataset is made: adds the layout to the filter's values. */
static herr_t set_local(hid_t properties, hid_t type, hid_t space) {
  (void)space;
  unsigned flags = 0, values[1 + LAYOUT_VALUES] = {0};
  size_t count = 1 + LAYOUT_VALUES;
  hsize_t chunk[MAX_RANK];
  if (H5Pget_filter_by_id2(properties, FILTER_NUMBER, &flags, &count, values, 0, NULL, NULL) < 0) {
    return -1;
  }
  const int rank = H5Pget_chunk(properties, MAX_RANK, chunk);
  if (rank < 1) return -1;
  if (count == 0) values[0] = 0;
  char layout[LAYOUT_SIZE] = {0};
  layout_of(type, rank, chunk, layout);
  for (int i = 0; i < LAYOUT_SIZE; ++i) {
    if (i % 4 == 0) values[1 + i / 4] = 0;
    values[1 + i / 4] |= (unsigned)(unsigned char)layout[i] << 8 * (i % 4);
  }
  return H5Pmodify_filter(properties, FILTER_NUMBER, flags, 1 + LAYOUT_VALUES, values);
}

/* Models are looked for once in a process. NULL after an error. */
static const nnzip_context* shared_context(void) {
  static nnzip_context* context = NULL; /* HDF5 calls filters under its lock */
  if (context == NULL && nnzip_context_new(&context, NULL) != NNZIP_OK) return NULL;
  return context;
}

static int set_options(nnzip_options* options, size_t count, const unsigned* values,
                       char layout[LAYOUT_SIZE]) {
  const int status = nnzip_options_init(options, sizeof *options);
  options->context = shared_context();
  if (count > 0 && values[0] != 0) options->level = (int)values[0];
  for (size_t i = 0; i + 1 < LAYOUT_SIZE && 1 + i / 4 < count; ++i) {
    layout[i] = (char)(values[1 + i / 4] >> 8 * (i % 4) & 255);
  }
  options->layout = layout;
  return options->context == NULL ? NNZIP_ERROR_INTERNAL : status;
}

/* The chunk of content as a frame, in memory of its own. */
static void* encode(const void* content, size_t size, const nnzip_options* options,
                    size_t* packed_size) {
  const size_t room = nnzip_compress_bound(size);
  void* packed = H5allocate_memory(room, 0);
  if (packed != NULL &&
      nnzip_compress(packed, room, packed_size, content, size, options) == NNZIP_OK) {
    return packed;
  }
  push_error("encode");
  H5free_memory(packed);
  return NULL;
}

static void* decode(const void* packed, size_t size, const nnzip_options* options,
                    size_t* content_size) {
  uint64_t stated = 0;
  void* content = NULL;
  if (nnzip_content_size(packed, size, &stated) == NNZIP_OK && stated > 0 && stated < SIZE_MAX) {
    content = H5allocate_memory((size_t)stated, 0);
    if (content != NULL && nnzip_decompress(content, (size_t)stated, content_size, packed, size,
                                            options) == NNZIP_OK) {
      return content;
    }
  }
  push_error("decode");
  H5free_memory(content);
  return NULL;
}

/* As HDF5 wants it: returns the bytes in *buffer, 0 after an error. */
static size_t filter(unsigned flags, size_t count, const unsigned values[], size_t size,
                     size_t* buffer_size, void** buffer) {
  nnzip_options options;
  char layout[LAYOUT_SIZE] = {0};
  size_t result_size = 0;
  if (set_options(&options, count, values, layout) != NNZIP_OK) {
    push_error("filter");
    return 0;
  }
  const int decodes = (flags & H5Z_FLAG_REVERSE) != 0;
  void* result = decodes ? decode(*buffer, size, &options, &result_size)
                         : encode(*buffer, size, &options, &result_size);
  if (result == NULL) return 0;
  H5free_memory(*buffer);
  *buffer = result;
  *buffer_size = result_size;
  return result_size;
}

static const H5Z_class2_t kFilter = {
    H5Z_CLASS_T_VERS, FILTER_NUMBER, 1, 1, "nnzip, a neural lossless compressor",
    NULL,             set_local,     filter,
};

H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }

const void* H5PLget_plugin_info(void) { return &kFilter; }
