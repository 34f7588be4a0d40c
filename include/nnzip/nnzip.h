/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface of nnzip: this file is its manual. C++ programs may prefer nnzip.hpp.
 *
 * ## Using the library
 *
 * The simplest way is two buffers (error handling left out):
 *
 *     size_t capacity = nnzip_compress_bound(size), packed_size;
 *     void *packed = malloc(capacity);
 *     nnzip_compress(packed, capacity, &packed_size, content, size, NULL);
 *
 *     uint64_t content_size;
 *     nnzip_content_size(packed, packed_size, &content_size);
 *     void *back = malloc(content_size);
 *     nnzip_decompress(back, content_size, &size, packed, packed_size, NULL);
 *
 * What does not fit into memory, or comes and goes in pieces, takes a stream: nnzip_stream_new(),
 * then nnzip_stream_code() until it returns NNZIP_STREAM_END, then nnzip_stream_free().
 * tests/library/example/c_example.c compresses and decompresses files that way.
 *
 * Any part of compressed data, in memory or in a file of any size, takes a reader:
 * nnzip_reader_new(), then nnzip_reader_read(), as in tests/library/example/c_reader.c. Who makes
 * many calls gives them all the same context: nnzip_context_new().
 *
 *     cc program.c $(pkg-config --cflags --libs nnzip)                     the shared library
 *     cc -static program.c $(pkg-config --static --cflags --libs nnzip)    the static one
 *     find_package(nnzip) and nnzip::nnzip or nnzip::nnzip_static          CMake
 *
 * ## What holds for every function
 *
 * - Functions that return int return NNZIP_OK (0), NNZIP_STREAM_END (1) or one of enum nnzip_error
 *   (error.h). After an error, nnzip_last_error() is a sentence that says what happened and where.
 * - No function prints, exits or aborts, and no C++ exception leaves one.
 * - All functions may be called from several threads at once, and a context be shared by them, but
 *   a stream and a reader are for one thread at a time.
 * - NULL options are those that nnzip_options_init() sets.
 * - The compressed bytes depend on the content, the level and the model alone: neither on threads
 *   and device nor on whether a stream or nnzip_compress() made them; only memory_limit has a say
 *   in what is unwrapped.
 * - Compressed data may come from anyone. Every length in it is checked before memory is taken for
 *   it, and every block has a checksum; damaged data are an error, never a crash. What a checksum
 *   cannot tell is who made the data. Notes under "Untrusted data" say what else a caller has to
 *   care for.
 *
 * ## Models
 *
 * Networks are files, installed with the library. They are looked for in the folders of
 * nnzip_options.model_path, of the environment variable NNZIP_MODEL_PATH (ignored in programs that
 * run with other rights than their caller's), beside the program, beside the shared library and
 * where nnzip was configured to be installed. A program that links the static library and is
 * installed elsewhere names the folder: pkg-config --variable=modeldir nnzip.
 *
 * ## Compatibility
 *
 * Values of enumerators never change. Structs that begin with struct_size may grow at their end,
 * which that takes care of; the others never change. The version of the shared library is that of
 * this interface and of the format; both may change until version 1.
 */
#ifndef NNZIP_H
#define NNZIP_H

#include <stddef.h>
#include <stdint.h>

#include "nnzip/error.h"
#include "nnzip/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---- */

/* Of this header. */
#define NNZIP_VERSION_MAJOR 0
#define NNZIP_VERSION_MINOR 1
#define NNZIP_VERSION_PATCH 0

/* Of the library in use, such as "0.1.0". */
NNZIP_API const char* nnzip_version(void);

/* ---- Options ---- */

typedef struct nnzip_context nnzip_context; /* see Contexts, below */
typedef struct nnzip_source nnzip_source;   /* see Any part of compressed data, below */

typedef struct nnzip_options {
  size_t struct_size; /* set by nnzip_options_init(); must not be changed */

  /* 1 to 9, 5 by default; compression only. */
  int level;
  /* Threads to compute with; 0, the default, is one for each core. */
  int threads;
  /* "auto" (the default, also NULL), "none", or models' names, file names or the first 4 or more
   * hex digits of their hashes, separated by commas, each for other content; compression only,
   * since compressed data name the models they need. */
  const char* model;
  /* What computes the network: "auto" (the default, also NULL), "cpu", "reference", and, with the
   * plugin libnnzip_torch.so, "cuda" and "torch". */
  const char* device;
  /* Folders with models, separated by colons, searched before all others; NULL: none. */
  const char* model_path;
  /* Bytes of memory that a call or a stream may need, as estimated before they are taken; 0, the
   * default, is no limit. Untrusted data: they choose among the installed models and the sizes of
   * blocks, up to 256 MiB each, so set this where memory is scarce. */
  uint64_t memory_limit;
  /* Called now and then, with progress_data and the bytes of content done so far. Nonzero cancels:
   * the call returns NNZIP_ERROR_CANCELLED. It is called in the thread that called nnzip, before
   * that call returns. It must return (no longjmp, no exception) and not use the same stream. */
  int (*progress)(void* progress_data, uint64_t content_bytes);
  void* progress_data;
  /* NULL, the default, or models that have been found before. model_path must be NULL then, and
   * device means that of the context if it is NULL. */
  const nnzip_context* context;
  /* Not 0: a directory stands behind the frame, so that any part of many frames in one file is
   * found by reading its end alone; 0, the default: none. Compression only. It takes at most 256
   * bytes and a hundredth of the content more than nnzip_compress_bound(). */
  int directory;
  /* Nonzero: what is wrapped (deflate in gzip, zip, PDF and others; PNG) is coded as it is. 0, the
   * default: it is opened, coded as what it holds, and closed again in decompressing; compression
   * only. Where memory_limit leaves no room for that, wrapped content is coded as it is. */
  int no_unwrap;
  /* What all of the content is, where bytes do not say it, NULL (the default) if that is not known;
   * compression only:
   *     "table:80:f32le"    rows of 80 numbers, of u, s or f and 8, 16, 24, 32 or 64 bits, le or be
   *     "pixels:640x3:u8"   rows of 640 pixels of up to 4 channels; u8, u16le, u16be
   *     "samples:2:s16le"   frames of up to 8 channels; u8, s8 to s32
   * Content begins at a row or frame. Samples of it judge what is said, so that a wrong layout
   * costs size alone. Nothing is unwrapped then. */
  const char* layout;
  /* Nonzero: for decompressing fast, on a GPU above all. Bytes and code are coded by zstd or by the
   * network alone, in more streams, which costs size. 0, the default: they are mixed. Compression
   * only. */
  int fast_decode;
  /* Long repeats are found within 2^log2_window bytes of what is no repeat, 16 to 31; 0, the
   * default: as the level has it, but at most an eighth of memory_limit. Compressing and
   * decompressing take so much memory at most, if there is as much content. Compression only. */
  int log2_window;
  /* An earlier file with a directory with hashes, NULL (the default) for none: blocks of content
   * that is in it are copied from it, unseen, if their model is among those of these options. Fails
   * with INVALID_ARGUMENT if it has none. Compression only. */
  const nnzip_source* reuse;
  /* What a call with the same content, or a stream, that did not come to its end has written, NULL
   * (the default) for none. Its blocks are copied, unseen, as long as content goes on as it did, by
   * length and checksum: whether it is the same is for the program to know. Of several frames it is
   * the first that counts. Compression only. */
  const nnzip_source* resume;
} nnzip_options;

/* Sets all to the defaults. struct_size must be sizeof(nnzip_options).
 *
 * A library that is older than the program fills what it does not know with zeros, and later
 * refuses the options (INVALID_ARGUMENT) if any of that was set to something else.
 *
 * The struct, its strings and its sources are read, and copied, during the call that is given them.
 * What progress_data and the sources point to must live as long as that call or the stream that it
 * begins. */
NNZIP_API int nnzip_options_init(nnzip_options* options, size_t struct_size);

/* ---- Contexts ---- */

/* Looks into the folders with models once, for all calls that are given *context in their options,
 * at the same time or one after the other. A call without a context looks there anew: some
 * milliseconds. Networks that were loaded stay so in the process either way, up to 256 MiB of them.
 *
 * Of the options, model_path and device count. Fails with BACKEND_UNAVAILABLE if the device is not
 * there. Sets *context, to NULL after an error. Models that are installed later it does not see. */
NNZIP_API int nnzip_context_new(nnzip_context** context, const nnzip_options* options);

/* Frees it; NULL is ignored. No call may be under way that was given it. Streams and readers that
 * were made with it go on. */
NNZIP_API void nnzip_context_free(nnzip_context* context);

/* Strings are valid as long as the context. */
typedef struct nnzip_model_info {
  size_t struct_size;       /* to be set by the caller: sizeof(nnzip_model_info) */
  const char* name;         /* file name without .nnzm, such as "text-d128l6-0123456789ab" */
  const char* file;         /* with its folder */
  const char* sha256;       /* of the unpacked content, 64 hex digits */
  uint64_t file_bytes;      /* of the file */
  uint64_t macs_per_byte;   /* multiply-accumulates for each byte of content */
  const char* architecture; /* for people: "width 128, 4 layers, ..." */
} nnzip_model_info;

/* How many models were found. */
NNZIP_API size_t nnzip_context_models(const nnzip_context* context);

/* Tells of one of them, index from 0 in the order of names. The first call reads all of them. */
NNZIP_API int nnzip_context_model(const nnzip_context* context, size_t index,
                                  nnzip_model_info* info);

/* ---- Whole buffers ---- */

/* The most that nnzip_compress() writes for so many bytes of content; 0 if that is over SIZE_MAX.
 * It is a few bytes more than the content: what nothing helps is stored as it is. */
NNZIP_API size_t nnzip_compress_bound(size_t content_size);

/* Compresses content into one frame.
 *
 * *packed_size becomes the length of the frame, or 0 after an error. With a capacity of at least
 * nnzip_compress_bound(content_size) it never fails with OUTPUT_TOO_SMALL; less may be enough.
 * The buffers must not overlap. content may be NULL if content_size is 0; an empty content has a
 * frame of its own. */
NNZIP_API int nnzip_compress(void* packed, size_t packed_capacity, size_t* packed_size,
                             const void* content, size_t content_size,
                             const nnzip_options* options);

/* How many bytes the frames hold, as they state it, by reading their headers alone.
 *
 * *content_size becomes the sum over all frames, or 0 after an error.
 *
 * Untrusted data: the result is a claim, and can even truthfully be some ten thousand times the
 * size of the frames. Compare it with what you are ready to allocate before you do. Nothing is
 * decoded, so success does not mean that the data are sound. */
NNZIP_API int nnzip_content_size(const void* packed, size_t packed_size, uint64_t* content_size);

/* Decompresses all frames of packed, one after the other.
 *
 * *content_size becomes the length of the content, or 0 after an error; the buffer then holds
 * nothing of use. Capacity must be at least the content's length (nnzip_content_size() tells), else
 * it fails with OUTPUT_TOO_SMALL. content may be NULL if the capacity is 0. The buffers must not
 * overlap. packed_size must be exact: what follows the last frame must be a frame, too.
 *
 * Untrusted data: never writes past the capacity, whatever the data claim, and stops at most 8
 * blocks later than where the capacity is used up. */
NNZIP_API int nnzip_decompress(void* content, size_t content_capacity, size_t* content_size,
                               const void* packed, size_t packed_size,
                               const nnzip_options* options);

/* ---- Streams ---- */

typedef struct nnzip_stream nnzip_stream;

enum nnzip_direction { NNZIP_COMPRESS = 0, NNZIP_DECOMPRESS = 1 };

/* What nnzip_stream_code() may read and write. It moves the pointers and lowers the counts by what
 * it has used; the caller refills and empties them in any portions, of one byte or of gigabytes. */
typedef struct nnzip_buffers {
  const void* next_in;
  size_t avail_in;
  void* next_out;
  size_t avail_out;
} nnzip_buffers;

enum nnzip_action {
  NNZIP_RUN = 0,    /* more input will follow */
  NNZIP_FINISH = 1, /* next_in holds all that is left of the input, maybe nothing */
  NNZIP_FLUSH = 2   /* next_in holds all of the input so far, which shall become readable now */
};

/* Begins a stream in one direction (enum nnzip_direction) and sets *stream, to NULL after an error.
 *
 * Compressing makes one frame of all the input, or of what lies between flushes. Decompressing
 * takes one or more frames. Options are judged here or by the first nnzip_stream_code().
 *
 * Memory does not grow with the content: it is the model and, for each thread (32 at most, and as
 * many as 6 GiB have room for), a block of the level, 4 to 64 MiB (decompressing: of what its frame
 * states, at most 256 MiB, and of a group twice what it opens to, at most 256 MiB) with its coded
 * data and what is learned from it, about 160 MB for 4 MiB, 650 MB for 16 MiB, at level 8 2.4 GB
 * for 32 MiB, at level 9 4.8 GB for 64 MiB and 6 GB for 256 MiB. Content of four more blocks for
 * each thread waits to be coded or written. Compressing, wrapped content takes more while it is
 * opened: ten times what it opens to, which is 64 MiB at most (256 MiB at levels 8 and 9), and
 * three times its own length. nnzip_options.memory_limit bounds all of it.
 *
 * A stream computes on a thread of its own, which takes no signals and waits whenever no call of
 * nnzip_stream_code() is under way. It must not be used on by a child after fork(). */
NNZIP_API int nnzip_stream_new(nnzip_stream** stream, int direction, const nnzip_options* options);

/* Takes input and gives output until the input is used up, the output is full or all is done.
 *
 * Returns
 * - NNZIP_OK: call again, with more input (or NNZIP_FINISH) if avail_in is 0, with more room if
 *   avail_out is 0. A call that can do neither does nothing and returns NNZIP_OK.
 * - NNZIP_STREAM_END: NNZIP_FINISH or NNZIP_FLUSH was given, all input has been used and all output
 *   delivered. After NNZIP_FINISH further calls return the same; after NNZIP_FLUSH the stream goes
 *   on with any action.
 * - an error: further calls return the same, with the same message. Only INVALID_ARGUMENT for
 *   wrong arguments of this very call (NULL with a nonzero count, an unknown action, another action
 *   or more input after NNZIP_FINISH or NNZIP_FLUSH) leaves the stream as it was.
 *
 * Once NNZIP_FINISH or NNZIP_FLUSH is given, further calls must give it too, until
 * NNZIP_STREAM_END. The buffers are used during the call only. next_in may be NULL if avail_in is
 * 0, next_out likewise.
 *
 * NNZIP_FLUSH ends a block and the frame with it, some twenty bytes; nothing is learned from one
 * block for the next, so they are all that it costs, unless what is flushed is short. Without input
 * since the last one it does nothing. It is for compressing: a stream that decompresses delivers by
 * itself all content of the frames that it has been given whole.
 *
 * Decompressing also ends only by NNZIP_FINISH, since another frame may follow each frame.
 *
 * Untrusted data: what has been delivered before an error has passed its blocks' checksums, but the
 * whole may be cut short: use it only after NNZIP_STREAM_END. Output may be some ten thousand times
 * the input; the caller decides how much to take by avail_out and may stop at any time. */
NNZIP_API int nnzip_stream_code(nnzip_stream* stream, nnzip_buffers* buffers, int action);

/* Ends a stream, wherever it is, and frees all that it holds; NULL is ignored. Returns at once: the
 * stream computes only while nnzip_stream_code() runs. */
NNZIP_API void nnzip_stream_free(nnzip_stream* stream);

/* ---- Any part of compressed data ---- */

/* Bytes that can be read from anywhere: in memory, or by a function of the program. */
struct nnzip_source {
  /* NULL: data points to all the bytes. Else it puts some of the bytes from offset on into buffer,
   * at most size, and returns how many, at least 1, or -1 if it cannot. It is called in the thread
   * that called nnzip, before that call returns, and never for bytes at or beyond size. It must
   * return (no longjmp, no exception) and not use the same reader. */
  ptrdiff_t (*read)(void* data, uint64_t offset, void* buffer, size_t size);
  void* data;
  uint64_t size; /* of all the bytes */
};

typedef struct nnzip_reader nnzip_reader;

/* Finds the frames and blocks of compressed data and sets *reader, to NULL after an error.
 *
 * It reads the directory, or the index of a single frame, and where there is none the headers. What
 * source points to must live as long as the reader, source itself need not; nor options, but for
 * progress_data. Fails like nnzip_content_size(). Nothing is decoded. */
NNZIP_API int nnzip_reader_new(nnzip_reader** reader, const nnzip_source* source,
                               const nnzip_options* options);

/* How many bytes all the frames hold, as they state it. */
NNZIP_API uint64_t nnzip_reader_content_size(const nnzip_reader* reader);

/* Decompresses the content from offset on into a buffer.
 *
 * *content_size becomes the number of bytes: all of the capacity unless the content ends before, 0
 * at and beyond its end and after an error. Only blocks that hold some of these bytes are decoded
 * and checked, and those that they copy from, on as many threads as the options say. The block
 * decoded last for a part of it is kept (16 MiB as a rule, 128 MiB at most), so reading on in small
 * portions decodes it once; of the others that were copied from, up to 64 MiB are kept. */
NNZIP_API int nnzip_reader_read(nnzip_reader* reader, uint64_t offset, void* content,
                                size_t content_capacity, size_t* content_size);

/* What a frame says of itself. Strings are valid as long as the reader. */
typedef struct nnzip_frame_info {
  size_t struct_size; /* to be set by the caller: sizeof(nnzip_frame_info) */
  uint64_t content_bytes;
  uint64_t coded_bytes; /* of the whole frame */
  uint64_t blocks;      /* in all, and by how they are coded */
  uint64_t mixed_blocks;
  uint64_t network_blocks;
  uint64_t context_blocks;
  uint64_t zstd_blocks;
  uint64_t stored_blocks;
  uint64_t checksum;     /* XXH64 of the content, if it is stated */
  int has_checksum;      /* whether it is: in frames of several blocks */
  int version;           /* of the format */
  const char* models;    /* that its blocks may need: names, or 16 hex digits of models that are not
                            here, separated by commas; "" if there are none */
  uint64_t group_blocks; /* opened; blocks within them are not counted */
  uint64_t copy_blocks;  /* with copies of earlier content; their other part is not counted */
  uint64_t bwt_blocks;   /* of sorted content */
  uint64_t lean_blocks;  /* coded by few contexts */
} nnzip_frame_info;

/* What a block's header says of it. Strings are valid as long as the reader. */
typedef struct nnzip_block_info {
  size_t struct_size;      /* to be set by the caller: sizeof(nnzip_block_info) */
  uint64_t content_offset; /* in the content of all frames */
  uint64_t content_bytes;
  uint64_t coded_bytes; /* without the header */
  const char* coding;   /* "mixed", "network", "contexts", "lean", "bwt", "zstd", "stored", "group",
                           "copies"; others may come */
  const char* model;    /* as in nnzip_frame_info.models; "" if it needs none */
  const char* form;     /* how it was looked at: "bytes", "pixels", "samples", "code" */
  const char* filter;   /* "none", "calls", "branches", "columns" and so on */
  uint32_t stride;      /* bytes of a row of a table or image; 0: none */
  uint32_t element;     /* bytes of an element of a table, a pixel, a frame of samples */
  uint32_t channels;
  uint64_t opened_bytes; /* of a group: content of all blocks within; 0 of others */
  const char*
      wrappers; /* of a group: what it was opened by, such as "deflate", separated by commas;
                   "" of others */
} nnzip_block_info;

/* How many frames there are. The first call of these three reads the headers of all blocks. */
NNZIP_API int nnzip_reader_frames(nnzip_reader* reader, size_t* frames);

/* Tells of a frame, or of a block of a frame; both count from 0. */
NNZIP_API int nnzip_reader_frame(nnzip_reader* reader, size_t frame, nnzip_frame_info* info);
NNZIP_API int nnzip_reader_block(nnzip_reader* reader, size_t frame, size_t block,
                                 nnzip_block_info* info);

/* Frees all that it holds; NULL is ignored. */
NNZIP_API void nnzip_reader_free(nnzip_reader* reader);

/* ---- Parts, made anywhere, and joining ---- */

enum nnzip_cut {
  NNZIP_CUT_BLOCKS = 0, /* at multiples of a block's bytes */
  NNZIP_CUT_LINES = 1,  /* behind ends of lines */
  NNZIP_CUT_TAR = 2     /* between members of a tar archive; INVALID_ARGUMENT if it is none */
};

/* Compresses part `number`, 1 to count, of some content to one frame, cut by enum nnzip_cut.
 *
 * Parts are about as long as each other, some may be empty. Whoever asks with the same content
 * finds the same parts, so each may be made by another process or machine, for nnzip_join(). write
 * is as there. Content is read at the part alone, but for places where it might be cut: for
 * NNZIP_CUT_TAR all headers. */
NNZIP_API int nnzip_compress_part(const nnzip_source* content, uint64_t number, uint64_t count,
                                  int cut,
                                  int (*write)(void* write_data, const void* bytes, size_t size),
                                  void* write_data, const nnzip_options* options);

/* Writes the frames of some inputs one after the other, as they are, with one directory for all of
 * them in place of those that the inputs have. Parts are put in order first; a part that is missing
 * or there twice is INVALID_ARGUMENT.
 *
 * write is given all the bytes in order, in pieces, and returns 0, or anything else if it cannot
 * (WRITE_FAILED). First all inputs are looked at, then all are copied, so an error in what one of
 * them says of itself comes before anything is written. Nothing is decoded. */
NNZIP_API int nnzip_join(const nnzip_source* inputs, size_t count,
                         int (*write)(void* write_data, const void* bytes, size_t size),
                         void* write_data);

/* ---- Estimates ---- */

/* What nnzip_compress() would make of some content at the levels 1 to 9, and take for it. */
typedef struct nnzip_estimate_info {
  size_t struct_size; /* to be set by the caller: sizeof(nnzip_estimate_info) */
  uint64_t content_bytes;
  uint64_t coded_bytes[9]; /* at level 1, 2, ... */
  double seconds[9];       /* on this machine, as loaded as it is now; decompressing takes about as
                              long */
  uint64_t memory_bytes[9];
} nnzip_estimate_info;

/* Tells it from samples of about a hundredth of the content, 256 KiB to 1 MiB, and a look at 64 MiB
 * of it at most: sizes within a tenth as a rule where content is longer than 1 MB, but for wrapped
 * content that is longer than that look. It takes seconds. The level of the options does not
 * count. */
NNZIP_API int nnzip_estimate(const nnzip_source* content, const nnzip_options* options,
                             nnzip_estimate_info* info);

#ifdef __cplusplus
}
#endif

#endif
