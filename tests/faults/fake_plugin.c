/* SPDX-License-Identifier: Apache-2.0
 * A plugin without libtorch: every byte is equally likely. What NNZIP_FAKE_PLUGIN says goes wrong:
 * "no device", "no engine", "no session", or a number: that call that computes, and all after it. A
 * device that is told to be "wide" likes many lanes, and computes once two sessions have been started;
 * one that is "stuck" does so after a minute.
 * FAKE_VERSION is added to its version; FAKE_ENTRY is the name of what it exports. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/torch/plugin_interface.h"

struct nnzip_torch_engine {
  int nothing;
};

struct nnzip_torch_session {
  int calls;
};

static atomic_int started;

static int is(const char* what) {
  const char* told = getenv("NNZIP_FAKE_PLUGIN");
  return told != NULL && strcmp(told, what) == 0;
}

static int is_told(const char* what, struct nnzip_torch_text* text) {
  if (!is(what)) return 0;
  snprintf(text->text, sizeof text->text, "told to have %s", what);
  return 1;
}

static int find_device(const char* device, struct nnzip_torch_text* why_not) {
  (void)device;
  return is_told("no device", why_not);
}

static struct nnzip_torch_engine* load(const char* device, const struct nnzip_torch_model* model,
                                       struct nnzip_torch_text* error) {
  (void)device;
  (void)model;
  if (is_told("no engine", error)) return NULL;
  return calloc(1, sizeof(struct nnzip_torch_engine));
}

static void free_engine(struct nnzip_torch_engine* engine) { free(engine); }

static void describe(const struct nnzip_torch_engine* engine, struct nnzip_torch_text* text) {
  (void)engine;
  snprintf(text->text, sizeof text->text, "fake");
}

static void preferred(const struct nnzip_torch_engine* engine, int32_t* lanes, int32_t* positions) {
  (void)engine;
  *lanes = is("wide") || is("stuck") ? 1024 : 3;
  *positions = 5;
}

static uint64_t session_bytes(const struct nnzip_torch_engine* engine, int32_t lanes) {
  (void)engine;
  return (uint64_t)lanes * sizeof(struct nnzip_torch_session);
}

static struct nnzip_torch_session* start(const struct nnzip_torch_engine* engine, int32_t lanes,
                                         struct nnzip_torch_text* error) {
  (void)engine;
  (void)lanes;
  if (is_told("no session", error)) return NULL;
  ++started;
  return calloc(1, sizeof(struct nnzip_torch_session));
}

static void free_session(struct nnzip_torch_session* session) { free(session); }

static int reset(struct nnzip_torch_session* session, struct nnzip_torch_text* error) {
  (void)session;
  (void)error;
  return 0;
}

// Returns whether two sessions have been started within a minute.
static int wait_for_two(void) {
  const struct timespec pause = {0, 10000000};
  for (int i = 0; i < 6000 && (started < 2 || is("stuck")); ++i) nanosleep(&pause, NULL);
  return started >= 2;
}

static int fails(struct nnzip_torch_session* session, struct nnzip_torch_text* error) {
  if ((is("wide") || is("stuck")) && !wait_for_two()) {
    snprintf(error->text, sizeof error->text, "one session alone");
    return 1;
  }
  const char* told = getenv("NNZIP_FAKE_PLUGIN");
  const int failing = told == NULL ? 0 : atoi(told);
  if (failing <= 0 || ++session->calls < failing) return 0;
  snprintf(error->text, sizeof error->text, "told to fail in call %d", failing);
  return 1;
}

static int score(struct nnzip_torch_session* session, const uint8_t* symbols, const uint8_t* taps,
                 int32_t active, int32_t count, uint32_t* next, struct nnzip_torch_text* error) {
  (void)symbols;
  (void)taps;
  if (fails(session, error)) return 1;
  for (int64_t row = 0; row < (int64_t)active * count; ++row) {
    for (uint32_t symbol = 0; symbol <= 256; ++symbol) next[row * 257 + symbol] = symbol << 14;
  }
  return 0;
}

static int score_walks(struct nnzip_torch_session* session, const uint8_t* symbols,
                       const uint8_t* taps, const uint8_t* followers, int32_t active, int32_t count,
                       uint32_t* walks, struct nnzip_torch_text* error) {
  (void)symbols;
  (void)taps;
  if (fails(session, error)) return 1;
  for (int64_t row = 0; row < (int64_t)active * count; ++row) {
    for (int bit = 0; bit < 8; ++bit) {
      const uint32_t part = (uint32_t)followers[row] >> (8 - bit) << (8 - bit);
      walks[row * 8 + bit] = (part + (128U >> bit)) << 14;
    }
  }
  return 0;
}

static double peak(const struct nnzip_torch_engine* engine) {
  (void)engine;
  return 0;
}

static int32_t coding_lanes(const struct nnzip_torch_engine* engine) {
  (void)engine;
  return 0;
}

__attribute__((visibility("default"))) const struct nnzip_torch_functions* FAKE_ENTRY(void);

const struct nnzip_torch_functions* FAKE_ENTRY(void) {
  static const struct nnzip_torch_functions functions = {
      NNZIP_TORCH_INTERFACE + FAKE_VERSION,
      find_device,
      load,
      free_engine,
      describe,
      preferred,
      session_bytes,
      peak,
      start,
      free_session,
      reset,
      score,
      score_walks,
      coding_lanes,
      NULL,
      NULL,
      NULL,
  };
  return &functions;
}
