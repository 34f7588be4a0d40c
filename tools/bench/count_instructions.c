// SPDX-License-Identifier: Apache-2.0
// A plugin for QEMU's user mode: counts the AArch64 instructions that functions execute, and those
// of them that multiply bytes or add such products up to 32 bits. Used by arm64_counts.sh. At the
// end it writes to the file given by `to` a line for each function whose symbol contains `match`:
//
//   symbol products instructions multiply_and_add loop_instructions loop_multiply_and_add
//
// The loop is those instructions that were executed more than half as often as the one that
// multiplies most often.
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of QEMU's interface for plugins, version 1, whose header Debian does not ship.
enum { QEMU_PLUGIN_INLINE_ADD_U64 };
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* tb);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* tb, size_t index);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn* insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* insn);
const char* qemu_plugin_insn_symbol(const struct qemu_plugin_insn* insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn* insn, int op, void* count,
                                                uint64_t add);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*call)(qemu_plugin_id_t, struct qemu_plugin_tb*));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, void*),
                                    void* data);
__attribute__((visibility("default"))) int qemu_plugin_version = 1;

struct Instruction {
  uint64_t address, count;
  int products;  // -1 if it neither multiplies nor adds products up
};
enum { kMaxFunctions = 64, kMaxInstructions = 4096 };
struct Function {
  char symbol[256];
  struct Instruction instructions[kMaxInstructions];
  int count;
};
static struct Function functions[kMaxFunctions];
static int function_count;
static const char *match = "", *to = "/dev/stderr";

static struct Function* find_function(const char* symbol) {
  for (int i = 0; i < function_count; ++i) {
    if (strcmp(functions[i].symbol, symbol) == 0) return &functions[i];
  }
  if (function_count == kMaxFunctions) abort();
  struct Function* const made = &functions[function_count++];
  snprintf(made->symbol, sizeof made->symbol, "%s", symbol);
  return made;
}

// QEMU may translate an instruction several times.
static struct Instruction* find_instruction(struct Function* function, uint64_t address) {
  for (int i = 0; i < function->count; ++i) {
    if (function->instructions[i].address == address) return &function->instructions[i];
  }
  if (function->count == kMaxInstructions) abort();
  struct Instruction* const made = &function->instructions[function->count++];
  made->address = address;
  return made;
}

// See Instruction::products.
static int products(uint32_t code) {
  static const struct {
    uint32_t mask, bits;
    int products;
  } kinds[] = {
      {0xDFC0F400, 0x4F80E000, 16},  // sdot, udot by element
      {0xDFE0FC00, 0x4E809400, 16},  // sdot, udot
      {0xDFE0FC00, 0x4E80A400, 32},  // smmla, ummla
      {0x9FE0FC00, 0x0E20C000, 8},   // smull, umull of bytes
      {0x9FE0FC00, 0x0E208000, 8},   // smlal, umlal of bytes
      {0x9FFFFC00, 0x0E606800, 0},   // sadalp, uadalp from 16 bits
  };
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    if ((code & kinds[i].mask) == kinds[i].bits) return kinds[i].products;
  }
  return -1;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); ++i) {
    struct qemu_plugin_insn* const insn = qemu_plugin_tb_get_insn(tb, i);
    const char* const symbol = qemu_plugin_insn_symbol(insn);
    if (symbol == NULL || strstr(symbol, match) == NULL) continue;
    struct Instruction* const counted =
        find_instruction(find_function(symbol), qemu_plugin_insn_vaddr(insn));
    uint32_t code;
    memcpy(&code, qemu_plugin_insn_data(insn), sizeof code);
    counted->products = products(code);
    qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &counted->count,
                                               1);
  }
}

static void report_function(FILE* file, const struct Function* function) {
  uint64_t most = 0, macs = 0, all[2] = {0}, multiply[2] = {0};  // of the function, of the loop
  for (int i = 0; i < function->count; ++i) {
    const struct Instruction* const it = &function->instructions[i];
    if (it->products >= 0 && it->count > most) most = it->count;
  }
  for (int i = 0; i < function->count; ++i) {
    const struct Instruction* const it = &function->instructions[i];
    for (int loop = 0; loop <= (2 * it->count > most); ++loop) {
      all[loop] += it->count;
      if (it->products >= 0) multiply[loop] += it->count;
    }
    if (it->products > 0) macs += it->count * (uint64_t)it->products;
  }
  fprintf(file, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
          function->symbol, macs, all[0], multiply[0], all[1], multiply[1]);
}

static void report(qemu_plugin_id_t id, void* data) {
  (void)id;
  (void)data;
  FILE* const file = fopen(to, "w");
  if (file == NULL) abort();
  for (int i = 0; i < function_count; ++i) report_function(file, &functions[i]);
  if (fclose(file) != 0) abort();
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id,
                                                               const void* info, int argc,
                                                               char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "match=", 6) == 0) match = argv[i] + 6;
    if (strncmp(argv[i], "to=", 3) == 0) to = argv[i] + 3;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, report, NULL);
  return 0;
}
