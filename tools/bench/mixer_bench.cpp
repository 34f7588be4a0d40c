// SPDX-License-Identifier: Apache-2.0
// Prints what the mixer makes of files, each as one block: bytes and nanoseconds of processor time
// a byte, with contexts switched off, and with a network.
//
//   nnzip-mixer-bench [OPTION]... FILE...
//     --streams N        default 1
//     --effort N         1 usual (default), 2 large
//     --target T         avx512vnni, avxvnni, avx2 or scalar
//     --without CONTEXT  may be given several times; --list prints the names; of
//                        images the number of an input
//     --model FILE       also: the network alone and mixed with contexts, in three columns
//     --mixed            with --model: the last column only
//     --filter           filters content as the encoder does for such a layout
//     --check            decodes as well and compares
//     --layout L         code:1 of x86, code:4 of instructions of four bytes;
//                        pixels:STRIDE:CHANNELS:NUMBER_BYTES[:be] or
//                        samples:CHANNELS:NUMBER_BYTES[:be]; or name: what follows the last dot of
//                        a file's name is its layout; rows: the same, but as a table; else layouts
//                        are detected
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "backend/registry.h"
#include "codec/kinds/kind_network.h"
#include "codec/lanes/lockstep.h"
#include "detect/statistics.h"
#include "filter/filter.h"
#include "filter/samples.h"
#include "layout/block_order.h"
#include "mixer/mixer.h"
#include "model/model_file.h"

namespace nnzip {
namespace {

struct Options {
  int streams = 1;
  Effort effort = Effort::kUsual;
  std::string target;
  std::bitset<128> disabled;
  bool check = false;
  bool filter = false;
  bool mixed_only = false;
  std::shared_ptr<const Engine> engine;
  std::string layout;
  std::vector<std::string> files;
};

struct Result {
  std::size_t bytes = 0;
  double seconds = 0;
};

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::size_t context_place(const std::string& name) {
  if (name.find_first_not_of("0123456789") == std::string::npos) {
    return std::stoul(name) & 31;
  }
  const auto names = mixer_context_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) return i;
  }
  throw Error(ErrorCode::kInvalidArgument, "there is no context " + name + "; see --list.");
}

Bytes read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorCode::kInvalidArgument, "cannot read " + path + ".");
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// Code(stream, position, distribution or null) is called in the order of the lockstep.
using Code = std::function<void(std::size_t, std::size_t, const Distribution*)>;

void in_order(const Bytes& content, const MixerPlan& plan, const Engine* engine, const Code& code) {
  const BlockOrder order(content.size(), plan.streams, plan.layout);
  if (engine != nullptr) {
    const bool is_signed = plan.effort == Effort::kLarge && plan.layout.form != Form::kPixels;
    Lockstep(*engine, 1, content, order, plan.layout, Lockstep::Content::kKnown,
             is_signed ? Lockstep::Signed::kYes : Lockstep::Signed::kNo)
        .run([&](std::size_t stream, std::size_t position, const Distribution& network) {
          code(stream, position, &network);
          return true;
        });
    return;
  }
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < order.streams(); ++i) positions.push_back(order.first(i));
  for (std::size_t t = 0; t < order.steps(); ++t) {
    for (std::size_t i = 0; i < order.streams(); ++i) {
      if (t < order.start(i) || t - order.start(i) >= order.size(i)) continue;
      code(i, positions[i], nullptr);
      positions[i] = order.next(positions[i]);
    }
  }
}

Result network_alone(const Bytes& content, const Layout& layout, const Options& options) {
  const double begin = processor_seconds();
  const Bytes coded = NetworkCoder(options.engine, 1)
                          .encode(content, stated_plan(content.size(), options.streams), {},
                                  options.engine->taps().empty() ? Layout{} : layout);
  return {coded.size(), processor_seconds() - begin};
}

Result mixed(const Bytes& content, const MixerPlan& plan, const Options& options) {
  const Engine* const engine = plan.network ? options.engine.get() : nullptr;
  const double begin = processor_seconds();
  RangeEncoder encoder;
  {
    Mixer mixer(plan, options.target);
    in_order(content, plan, engine,
             [&](std::size_t stream, std::size_t position, const Distribution* next) {
               mixer.encode(static_cast<int>(stream), content[position], next, encoder);
             });
  }
  const Bytes coded = encoder.finish();
  const Result result{coded.size(), processor_seconds() - begin};
  if (options.check) {
    Mixer mixer(plan, options.target);
    RangeDecoder decoder(coded);
    in_order(content, plan, engine,
             [&](std::size_t stream, std::size_t position, const Distribution* next) {
               if (mixer.decode(static_cast<int>(stream), next, decoder) == content[position])
                 return;
               throw Error(ErrorCode::kCorrupt, "decoded data differ from the file.");
             });
  }
  return result;
}

void add(Result& sum, const Result& one) {
  sum.bytes += one.bytes;
  sum.seconds += one.seconds;
}

void print(const std::string& name, std::size_t bytes, const std::vector<Result>& results,
           const std::string& remark) {
  std::printf("%-28s %9zu", name.c_str(), bytes);
  for (const Result& result : results) {
    const double n = static_cast<double>(std::max<std::size_t>(bytes, 1));
    std::printf(" %9zu %7.0f ns/byte", result.bytes, result.seconds / n * 1e9);
  }
  std::printf("  %s\n", remark.c_str());
}

// Of "code:ELEMENT", "pixels:STRIDE:CHANNELS:NUMBER_BYTES[:be]" or
// "samples:CHANNELS:NUMBER_BYTES[:be]".
Layout parse_layout(const std::string& text) {
  unsigned stride = 0, channels = 0, bytes = 0;
  Form form = Form::kSamples;
  if (std::sscanf(text.c_str(), "code:%u", &bytes) == 1) {
    return {.form = Form::kCode, .element = bytes};
  }
  if (std::sscanf(text.c_str(), "samples:%u:%u", &channels, &bytes) != 2) {
    form = Form::kPixels;
    if (std::sscanf(text.c_str(), "pixels:%u:%u:%u", &stride, &channels, &bytes) != 3) {
      throw Error(ErrorCode::kInvalidArgument, text + " is not a layout.");
    }
  }
  const bool low_first = bytes > 1 && !text.ends_with(":be");
  return {.form = form,
          .stride = stride,
          .element = channels * bytes,
          .channels = channels,
          .low_first = low_first};
}

std::string named_layout(const std::string& path) { return path.substr(path.rfind('.') + 1); }

Layout layout_of(const std::string& path, const Bytes& content, const Options& options) {
  if (options.layout.empty()) return detect_layout(content);
  const bool rows = options.layout == "rows";
  Layout layout =
      parse_layout(rows || options.layout == "name" ? named_layout(path) : options.layout);
  if (rows) {
    layout.form = Form::kBytes;
    layout.channels = 1;
    layout.set_flag(layout.element == 2 && layout.low_first);
  }
  return layout;
}

void run(const Options& options) {
  std::size_t all_bytes = 0;
  const bool mixed_only = options.mixed_only && options.engine;
  std::vector<Result> all(options.engine && !mixed_only ? 3 : 1);
  for (const std::string& path : options.files) {
    Bytes content = read(path);
    MixerPlan plan;
    plan.content_bytes = content.size();
    plan.streams = options.streams;
    plan.effort = options.effort;
    plan.disabled = options.disabled;
    const double begin = processor_seconds();
    plan.layout = layout_of(path, content, options);
    if (plan.layout.form == Form::kSamples && plan.layout.flag()) {
      filter::reverse_numbers(content, plan.layout);
    }
    for (const Filter filter : {Filter::kCalls, Filter::kBranches}) {
      if (!options.filter || !filter_fits(filter, plan.layout)) continue;
      FilterChain chain{{filter}};
      content = apply_filters(chain, plan.layout, std::move(content));
    }
    const double detection = processor_seconds() - begin;
    plan.network = mixed_only;
    std::vector<Result> results{mixed(content, plan, options)};
    results[0].seconds += detection;
    if (options.engine && !mixed_only) {
      results.push_back(network_alone(content, plan.layout, options));
      plan.network = true;
      results.push_back(mixed(content, plan, options));
    }
    print(path.substr(path.rfind('/') + 1), content.size(), results,
          "layout " + std::to_string(plan.layout.stride) + "/" +
              std::to_string(plan.layout.element) + "/" + (plan.layout.flag() ? "1" : "0"));
    all_bytes += content.size();
    for (std::size_t i = 0; i < all.size(); ++i) add(all[i], results[i]);
  }
  print("sum", all_bytes, all, "");
}

Effort effort_of(const std::string& number) {
  if (number == "1") return Effort::kUsual;
  if (number == "2") return Effort::kLarge;
  throw Error(ErrorCode::kInvalidArgument, "an effort is 1 or 2.");
}

int main_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) {
        throw Error(ErrorCode::kInvalidArgument, argument + " needs a value.");
      }
      return argv[++i];
    };
    if (argument == "--list") {
      for (const char* name : mixer_context_names()) std::puts(name);
      return 0;
    }
    if (argument == "--check") {
      options.check = true;
    } else if (argument == "--filter") {
      options.filter = true;
    } else if (argument == "--mixed") {
      options.mixed_only = true;
    } else if (argument == "--streams") {
      options.streams = std::stoi(value());
    } else if (argument == "--effort") {
      options.effort = effort_of(value());
    } else if (argument == "--target") {
      options.target = value();
    } else if (argument == "--without") {
      options.disabled.set(context_place(value()));
    } else if (argument == "--layout") {
      options.layout = value();
    } else if (argument == "--model") {
      const std::string path = value();
      options.engine = find_backend("cpu").load(
          std::make_shared<const Model>(verify_model_file(read(path), path)));
    } else {
      options.files.push_back(argument);
    }
  }
  run(options);
  return 0;
}

}  // namespace
}  // namespace nnzip

int main(int argc, char** argv) {
  try {
    return nnzip::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nnzip-mixer-bench: %s\n", error.what());
    return 1;
  }
}
