// SPDX-License-Identifier: Apache-2.0
// nnzip-device-bench DEVICE MODEL [SECONDS]: how fast one session of a device is, by lanes in
// flight, with the given content known 16 symbols ahead or not; and coding, where the device codes.
// Beside MB/s the part of the device's peak of int8 products that those of the network take, or a
// dash if it is not known. Markdown.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/check.h"
#include "backend/registry.h"
#include "model/model_file.h"
#include "nnzip/error.hpp"

namespace {

using nnzip::Distribution;
using nnzip::Engine;

constexpr int kAhead = 16, kSteps = 64;

// Symbols a second of a call that computes so many, after one that is not counted.
double rate(double seconds, std::size_t symbols, const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  call();
  const auto start = Clock::now();
  std::size_t calls = 0;
  double passed = 0;
  do {
    call();
    ++calls;
    passed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (passed < seconds);
  return static_cast<double>(calls * symbols) / passed;
}

// Prints rates of symbols.
class Cells {
 public:
  Cells(double macs, double peak) : macs_(macs), peak_(peak) {}

  void print(double rate) const {
    std::printf(" %.3f, ", rate / 1e6);
    if (peak_ > 0) {
      std::printf("%.1f %% |", 100 * rate * macs_ / peak_);
    } else {
      std::printf("- |");
    }
  }

 private:
  double macs_, peak_;  // of a symbol, and of the device in a second
};

void show(const Engine& engine, int lanes, double seconds, const Cells& cells) {
  const auto count = static_cast<std::size_t>(lanes);
  const auto sample = nnzip::generated_sample(count * kSteps);
  const std::vector<std::uint8_t> taps(count * kAhead * engine.taps().size(), 128);
  std::vector<Distribution> next(count * kAhead);
  const auto session = engine.session(lanes);
  const auto score = [&](int positions) {
    const std::size_t rows = count * static_cast<std::size_t>(positions);
    return rate(seconds, rows, [&] {
      session->score(std::span(sample).first(rows),
                     std::span(taps).first(rows * engine.taps().size()), lanes, positions, next);
    });
  };
  std::printf("| %d |", lanes);
  cells.print(score(kAhead));
  cells.print(score(1));
  throw_if_failed(*session, engine.description());
  const auto coding = engine.coding_session(lanes);
  if (coding) {
    std::vector<std::uint8_t> coded(sample.size() * nnzip::CodingSession::kMaxCodedBytes);
    std::vector<nnzip::LanePart> parts(count);
    cells.print(rate(seconds, sample.size(),
                     [&] { coding->encode(sample, sample, lanes, kSteps, coded, parts); }));
    std::vector<std::uint8_t> symbols(sample.size());
    std::vector<std::uint64_t> taken(count);
    coding->start_decoding(
        std::vector<std::span<const std::uint8_t>>(count, std::span(sample).first(kSteps)));
    cells.print(rate(seconds, sample.size(), [&] {
      coding->decode(std::span(sample).first(count), lanes, kSteps, symbols, taken);
    }));
    throw_if_failed(*coding, engine.description());
  } else {
    std::printf(" | |");
  }
  std::printf("\n");
  std::fflush(stdout);
}

void run(const std::string& device, const std::string& file, double seconds) {
  std::ifstream stream(file, std::ios::binary);
  const nnzip::Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
  auto model = std::make_shared<const nnzip::Model>(nnzip::unpack_model(bytes, file));
  const auto engine = nnzip::find_backend(device).load(model);
  const auto macs = static_cast<double>(model->config.macs_per_byte());
  const Cells cells(macs, engine->peak());
  std::printf("\n%s, %s, %.0f MAC a byte in products, peak %.3g MAC/s\n\n", file.c_str(),
              engine->description().c_str(), macs, engine->peak());
  std::printf("| lanes | known, MB/s | by steps | encoded there | decoded there |\n");
  std::printf("|---:|---:|---:|---:|---:|\n");
  for (int lanes = 1; lanes <= Engine::kMaxLanes; lanes *= 4) {
    show(*engine, lanes, seconds, cells);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "nnzip-device-bench DEVICE MODEL [SECONDS]\n");
    return 2;
  }
  try {
    run(argv[1], argv[2], argc > 3 ? std::atof(argv[3]) : 0.5);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
