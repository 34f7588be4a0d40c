/* SPDX-License-Identifier: Apache-2.0
 * What nnzip and its plugin libnnzip_torch.so say to each other: C alone, so that they need not be
 * made by the same compiler. Nothing is thrown across. */
#ifndef NNZIP_BACKEND_TORCH_PLUGIN_INTERFACE_H
#define NNZIP_BACKEND_TORCH_PLUGIN_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

/* Raised with every change of this file or of ARITHMETIC.md. */
#define NNZIP_TORCH_INTERFACE 5
/* The name of the one function that the plugin exports, an nnzip_torch_entry. */
#define NNZIP_TORCH_ENTRY "nnzip_torch_plugin"

#ifdef __cplusplus
extern "C" {
#endif

/* A model as architecture.h has it; the arrays are the caller's and are read by load() alone. */
struct nnzip_torch_linear {
  const int8_t* weights;   /* [outputs][inputs] */
  const float* multiplier; /* [outputs] */
};

struct nnzip_torch_table {
  uint32_t order, rows; /* of a tap: 0 and 256 */
  int32_t multiplier;
  const int8_t* entries; /* [rows][D] */
};

struct nnzip_torch_layer {
  uint32_t window;
  float attention_norm, attention_multiplier, hidden_norm;
  struct nnzip_torch_linear qkv, out, up, down;
  const float* score_multiplier; /* [H] */
  const int32_t* distance_bias;  /* [H][W] */
};

struct nnzip_torch_model {
  uint32_t width, heads, kv_heads, head_size, hidden;
  uint32_t layer_count, ngram_count, tap_count;
  const int16_t* embedding; /* [256][D] */
  const struct nnzip_torch_layer* layers;
  const struct nnzip_torch_table *ngrams, *taps;
  float head_norm;
  struct nnzip_torch_linear head;
  const float* head_bias;        /* [256] */
  const uint16_t* attention_exp; /* [64] */
  const uint32_t* output_exp;    /* [256] */
};

/* For people; empty if there is nothing to say. */
struct nnzip_torch_text {
  char text[512];
};

struct nnzip_torch_engine;
struct nnzip_torch_session;

/* device: "cpu" or "cuda". What fails returns NULL or a number that is not 0, and says why. */
struct nnzip_torch_functions {
  uint32_t interface; /* NNZIP_TORCH_INTERFACE; the first member in every version */

  /* 0 if the device is there. */
  int (*find_device)(const char* device, struct nnzip_torch_text* why_not);

  struct nnzip_torch_engine* (*load)(const char* device, const struct nnzip_torch_model* model,
                                     struct nnzip_torch_text* error);
  void (*free_engine)(struct nnzip_torch_engine* engine);
  /* What computes, e.g. "libtorch 1.13.0". */
  void (*describe)(const struct nnzip_torch_engine* engine, struct nnzip_torch_text* description);
  void (*preferred)(const struct nnzip_torch_engine* engine, int32_t* lanes, int32_t* positions);
  uint64_t (*session_bytes)(const struct nnzip_torch_engine* engine, int32_t lanes);
  /* As Engine::peak() of backend.h. */
  double (*peak)(const struct nnzip_torch_engine* engine);

  /* The engine must outlive its sessions. */
  struct nnzip_torch_session* (*start)(const struct nnzip_torch_engine* engine, int32_t lanes,
                                       struct nnzip_torch_text* error);
  void (*free_session)(struct nnzip_torch_session* session);
  int (*reset)(struct nnzip_torch_session* session, struct nnzip_torch_text* error);
  /* As Session::score() of backend.h. next: [active][count][257] */
  int (*score)(struct nnzip_torch_session* session, const uint8_t* symbols, const uint8_t* taps,
               int32_t active, int32_t count, uint32_t* next, struct nnzip_torch_text* error);
  /* As Session::score_walks() there. followers: [active][count], walks: [active][count][8]: of bits
   * 0 .. 7 of the follower cumulative[(follower >> (8 - bit) << (8 - bit)) + (128 >> bit)]. */
  int (*score_walks)(struct nnzip_torch_session* session, const uint8_t* symbols,
                     const uint8_t* taps, const uint8_t* followers, int32_t active, int32_t count,
                     uint32_t* walks, struct nnzip_torch_text* error);

  /* As Engine::coding_lanes() of backend.h. If it is not 0, sessions have what follows, as
   * CodingSession there. */
  int32_t (*coding_lanes)(const struct nnzip_torch_engine* engine);
  /* followers: [active][count], coded: room for 3 * active * count bytes, less than 2^32;
   * parts: [active][5], the numbers of LanePart there */
  int (*encode)(struct nnzip_torch_session* session, const uint8_t* symbols,
                const uint8_t* followers, int32_t active, int32_t count, uint8_t* coded,
                uint32_t* parts, struct nnzip_torch_text* error);
  /* coded: of all lanes, one after the other; bytes: [active], how many of them are each lane's */
  int (*start_decoding)(struct nnzip_torch_session* session, const uint8_t* coded,
                        const uint64_t* bytes, int32_t active, struct nnzip_torch_text* error);
  /* first: [active], symbols: [active][count], taken: [active] */
  int (*decode)(struct nnzip_torch_session* session, const uint8_t* first, int32_t active,
                int32_t count, uint8_t* symbols, uint64_t* taken, struct nnzip_torch_text* error);
};

typedef const struct nnzip_torch_functions* (*nnzip_torch_entry)(void);

#ifdef __cplusplus
}
#endif

#endif
