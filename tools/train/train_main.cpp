// SPDX-License-Identifier: Apache-2.0
// nnzip-train: trains a network, quantises it and writes the model file.
#include <dlfcn.h>
#include <malloc.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "export.h"
#include "measure.h"
#include "model/model_file.h"
#include "model/model_limits.h"
#include "trainer.h"

namespace {

using nnzip::train::Options;

struct NgramOptions {
  std::vector<std::uint32_t> orders{2, 3, 4};
  std::vector<std::uint32_t> rows{16384};
};

// none, pixels or samples for all of that form, or numbers. Which ones a model may have is checked
// with the rest of its configuration.
std::vector<nnzip::Tap> parse_taps(const std::vector<std::string>& words) {
  std::vector<nnzip::Tap> taps;
  for (int i = 1; i < 256; ++i) {
    const auto tap = static_cast<nnzip::Tap>(i);
    const bool all = (words[0] == "pixels" && form_of(tap) == nnzip::Form::kPixels) ||
                     (words[0] == "samples" && form_of(tap) == nnzip::Form::kSamples);
    if (all || std::ranges::count(words, std::to_string(i)) > 0) taps.push_back(tap);
  }
  const bool is_word = words[0] == "none" || words[0] == "pixels" || words[0] == "samples";
  if (is_word ? words.size() != 1 : words.size() != taps.size())
    throw CLI::ValidationError("--taps", "takes none, pixels, samples or numbers");
  return taps;
}

void add_options(CLI::App& app, Options& o, NgramOptions& ngrams) {
  o.config.width = 128;
  o.config.heads = 4;
  o.config.kv_heads = 1;
  o.config.head_size = 32;
  o.config.hidden = 512;
  o.config.windows = {64, 128, 64, 256};
  app.set_config("--config", "", "read options from a recipe (TOML)");
  app.add_option("--data", o.data, "folder of training categories, *.bin, or of files")
      ->capture_default_str();
  app.add_option("--valid", o.valid, "folder of held-out categories")->capture_default_str();
  app.add_option("--run", o.run, "folder of this run: checkpoint, curve, model")
      ->capture_default_str();
  app.add_option("--weights", o.weights, "category=weight,...; 1 each by default");
  app.add_option("--name", o.name, "first part of the model's file name")->capture_default_str();
  app.add_option("--width", o.config.width)->capture_default_str();
  app.add_option("--heads", o.config.heads)->capture_default_str();
  app.add_option("--kv-heads", o.config.kv_heads)->capture_default_str();
  app.add_option("--head-size", o.config.head_size)->capture_default_str();
  app.add_option("--hidden", o.config.hidden)->capture_default_str();
  app.add_option("--windows", o.config.windows, "attention window of each layer")->delimiter(',');
  app.add_option("--ngram-orders", ngrams.orders)->delimiter(',');
  app.add_option("--ngram-rows", ngrams.rows, "rows of each table or of all, powers of two")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--taps",
         [&o](const auto& words) {
           o.config.taps = parse_taps(words);
           if (!o.config.taps.empty()) o.config.content = form_of(o.config.taps.front());
         },
         "none, pixels, samples or numbers of taps; --data and --valid hold images or sound then")
      ->delimiter(',');
  app.add_flag_callback(
      "--code", [&o] { o.config.content = nnzip::Form::kCode; },
      "the model is for machine code alone; --data and --valid hold blocks as nnzip-code-blocks "
      "writes them");
  app.add_option("--steps", o.float_phase.steps, "steps of the float phase")->capture_default_str();
  app.add_option("--minutes", o.float_phase.minutes, "length of the float phase by the clock");
  app.add_option("--until", o.float_phase.until,
                 "the time at which the float phase ends, Unix seconds");
  app.add_option("--rate", o.float_phase.rate, "peak rate of AdamW")->capture_default_str();
  app.add_option("--quantised-steps", o.quantised_phase.steps)->capture_default_str();
  app.add_option("--quantised-minutes", o.quantised_phase.minutes);
  app.add_option("--quantised-rate", o.quantised_phase.rate)->capture_default_str();
  app.add_option("--optimiser", o.optimiser, "of the hidden matrices")
      ->check(CLI::IsMember({"muon", "adamw"}));
  app.add_option("--muon-rate", o.muon_rate)->capture_default_str();
  app.add_option("--weight-decay", o.weight_decay)->capture_default_str();
  app.add_option("--ema-decay", o.ema_decay)->capture_default_str();
  app.add_option("--batch", o.batch, "windows a step")->capture_default_str();
  app.add_option("--quantised-batch", o.quantised_batch, "the same in the quantised phase");
  app.add_option("--length", o.length, "bytes a window")->capture_default_str();
  app.add_option("--fall", o.fall, "share of a phase, its last, in which the rates fall to 2 %")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--warmup", o.warmup)->capture_default_str();
  app.add_option("--document-starts", o.document_start_share, "share of windows")
      ->capture_default_str();
  app.add_option("--validate-every", o.validate_every)->capture_default_str();
  app.add_option("--checkpoint-every", o.checkpoint_every)->capture_default_str();
  app.add_option("--log-every", o.log_every)->capture_default_str();
  app.add_option("--seed", o.seed)->capture_default_str();
  app.add_option("--device", o.device, "cpu or cuda")->capture_default_str();
  app.add_option("--stop-after", o.stop_after, "stop after that many steps, to be resumed");
  app.add_option("--save-weights", o.save_weights,
                 "minutes between writings of RUN/weights.pt, the float weights in bf16");
  auto* start_from = app.add_option("--start-from", o.start_from,
                                    "such a file or a model file, in place of a float phase")
                         ->check(CLI::ExistingFile);
  app.add_option("--let-down", o.let_down,
                 "steps of a float phase that is all fall, for weights of a run that was cut")
      ->needs(start_from);
  app.add_flag("--fixed-distance-bias", o.fixed_distance_bias,
               "the bias by distance keeps the slopes that it begins with");
#if TORCH_VERSION_MAJOR >= 2
  app.add_flag("--fused", o.fused, "the kernels that are for a GPU on a CPU too: for tests");
#endif
  app.add_option("--threads", o.threads,
                 "0: all. Threads wait by spinning: where others use the machine, set "
                 "OMP_WAIT_POLICY=passive before the start")
      ->capture_default_str();
}

void add_measure_options(CLI::App& app, nnzip::train::MeasureOptions& o) {
  app.add_option("--measure", o.what,
                 "measure in place of training, tab-separated: positions, knockout or distances on "
                 "held-out data, or file")
      ->check(CLI::IsMember({"positions", "knockout", "distances", "file"}));
  app.add_option("--file", o.file, "what --measure file codes")->check(CLI::ExistingFile);
  app.add_option("--file-streams", o.streams, "streams that it is cut into")->capture_default_str();
  app.add_option("--overlap", o.overlap, "bytes before each window that are fed and not counted")
      ->capture_default_str();
  app.add_option("--learn", o.learn,
                 "train on each window after it is coded, at this share of the rates")
      ->capture_default_str();
}

std::vector<nnzip::NgramTable> ngram_tables(const NgramOptions& options) {
  if (options.rows.size() != 1 && options.rows.size() != options.orders.size())
    throw std::runtime_error("--ngram-rows needs one number, or one for each of --ngram-orders");
  std::vector<nnzip::NgramTable> tables;
  for (std::size_t i = 0; i < options.orders.size(); ++i)
    tables.push_back({options.orders[i], options.rows[options.rows.size() == 1 ? 0 : i]});
  return tables;
}

// OpenBLAS, where libtorch has it, has threads of its own that libtorch does not know of.
void set_threads(int threads) {
  torch::set_num_threads(threads);
  using Set = void (*)(int);
  const auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set != nullptr) set(threads);
}

// Trained weights are less like noise, so that their file is smaller.
void print_costs(const nnzip::Config& config) {
  std::uint64_t attention = 0;
  for (const auto window : config.windows) attention += 2 * config.query_size() * window;
  torch::manual_seed(1);
  const auto model = nnzip::train::to_integers(nnzip::train::Net(config));
  std::printf("products    %llu multiply-accumulates a byte\n",
              static_cast<unsigned long long>(config.macs_per_byte()));
  std::printf("attention   %llu at most\n", static_cast<unsigned long long>(attention));
  std::printf("model file  %zu bytes before training\n", nnzip::pack_model(model).size());
}

}  // namespace

int main(int argc, char** argv) {
  // Activations of a step are freed and allocated again at once: keep their pages.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a run in the background may be killed any time
  Options options;
  NgramOptions ngrams;
  CLI::App app{"Trains a byte transformer for nnzip and writes its model file."};
  add_options(app, options, ngrams);
  nnzip::train::MeasureOptions measurement;
  add_measure_options(app, measurement);
  bool dry_run = false;
  app.add_flag("--dry-run", dry_run, "print what the network costs, train nothing");
  CLI11_PARSE(app, argc, argv);
  try {
    options.config.ngrams = ngram_tables(ngrams);
    nnzip::check_config(options.config, "recipe");  // not first when the model is written
    if (options.threads > 0) set_threads(options.threads);
    if (dry_run) {
      print_costs(options.config);
      return 0;
    }
    if (!measurement.what.empty()) {
      nnzip::train::measure(options, measurement);
      return 0;
    }
    nnzip::train::Trainer trainer(options);
    trainer.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nnzip-train: %s\n", error.what());
    return 1;
  }
  return 0;
}
