// SPDX-License-Identifier: Apache-2.0
// Writes a generated model of four million multiply-accumulates a byte, and content that it
// predicts well, so that the command uses it: nnzip-synthetic-model FOLDER. With "pixels" or
// "samples" behind it, a model with all taps of that form, and no content.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "backend/registry.h"
#include "codec/kinds/kind_network.h"
#include "layout/block_plan.h"
#include "model/model_file.h"
#include "model/synthetic.h"
#include "nnzip/error.hpp"

namespace {

using nnzip::Bytes;

constexpr std::size_t kContentBytes[] = {1000, 10000};

// Sharper than generated models are, so that what it takes for typical has a low entropy.
constexpr float kSharper = 4;

void write(const std::filesystem::path& file, const Bytes& data) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
  if (!out.flush()) throw std::runtime_error(file.string() + " cannot be written");
}

// What the model takes random bits for.
Bytes typical_content(const std::shared_ptr<const nnzip::Model>& model, std::size_t size) {
  Bytes bits(2 * size);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bits) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  Bytes content(size);
  nnzip::NetworkCoder coder(nnzip::find_backend("auto").load(model), 1);
  // That the bits are not used up does not matter here.
  (void)coder.decode(bits, nnzip::stated_plan(size, 1), content, {});
  return content;
}

nnzip::Form form_named(const std::string& name) {
  if (name.empty()) return nnzip::Form::kBytes;
  if (name == "pixels") return nnzip::Form::kPixels;
  if (name == "samples") return nnzip::Form::kSamples;
  throw std::runtime_error("there are no taps of \"" + name + "\"");
}

void run(const std::filesystem::path& folder, nnzip::Form form) {
  nnzip::Config config = nnzip::four_million_config();
  if (form != nnzip::Form::kBytes) config.taps = nnzip::all_taps(form);
  nnzip::Model model = nnzip::synthetic_model(config, 1);
  for (float& multiplier : model.weights.head.multiplier) multiplier *= kSharper;
  const Bytes packed = nnzip::pack_model(model);
  const auto hash = nnzip::read_model_header(packed, "synthetic").hash;
  const std::string name = nnzip::model_name("synthetic", model.config, hash);
  write(folder / (name + ".nnzm"), packed);
  std::puts(name.c_str());
  if (form != nnzip::Form::kBytes) return;
  const auto shared = std::make_shared<const nnzip::Model>(std::move(model));
  for (const std::size_t size : kContentBytes) {
    write(folder / (std::to_string(size) + ".content"), typical_content(shared, size));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("nnzip-synthetic-model FOLDER [pixels|samples]\n", stderr);
    return 1;
  }
  try {
    run(argv[1], form_named(argc == 3 ? argv[2] : ""));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nnzip-synthetic-model: %s\n", error.what());
    return 1;
  }
  return 0;
}
