// SPDX-License-Identifier: Apache-2.0
// The command line: subcommands, and gzip's way of saying the same.
#include "args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace nnzip {
namespace {

constexpr const char* kDescription =
    "nnzip - lossless compression by neural networks that come with the program";

constexpr const char* kLevels = "Levels: -1 (fast) to -9 (small), default -5.\n";

constexpr const char* kCommands = R"(
Commands, as the first word (a file of such a name: ./test):
  compress [FILE...]    FILE to FILE.nnz; also: nnzip FILE
  decompress [FILE...]  FILE.nnz to FILE; also: nnzip -d FILE.nnz
  test [FILE...]        decompress without writing anything; also: nnzip -t
  models                list the models that there are, or verify them
  bench                 the signature of this build, or compare two backends
"nnzip COMMAND -h" tells the options of one command.

Without FILE, or with -, standard input goes to standard output: tar -I nnzip works.
Exit status: 0 all is well, 1 an error, 2 a warning.)";

constexpr std::array<std::pair<std::string_view, Command>, 5> kWords = {{
    {"compress", Command::kCompress},
    {"decompress", Command::kDecompress},
    {"test", Command::kTest},
    {"models", Command::kModels},
    {"bench", Command::kBench},
}};

// What the options say before they are weighed against each other.
struct Raw {
  bool decompress = false, compress = false, test = false, keep = false;
  bool quiet = false, verbose = false, version = false;
  std::string level = "5";  // a string, because CLI11 would add up numbers of several flags
  std::string device = "auto", model = "auto";
};

void add_common(CLI::App& app, Arguments& arguments, Raw& raw) {
  app.set_help_flag("-h,--help", "print this help");
  app.add_flag("-V,--version", raw.version, "print the version");
  app.add_flag("-q,--quiet", raw.quiet, "no warnings, no progress");
  app.add_flag("-v,--verbose", raw.verbose, "say what was done and how");
  app.add_option("-T,--threads", arguments.options.threads, "threads, 0 for one for each core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  app.add_option("--device", raw.device, "what computes: auto, cpu, reference")->type_name("NAME");
}

void add_files(CLI::App& app, Arguments& arguments, Raw& raw) {
  app.add_option("FILE", arguments.files, "files, - for standard input")->type_name("");
  app.add_flag("-c,--stdout", arguments.to_stdout, "write to standard output");
  app.add_option("-o,--output", arguments.output, "write to this file")->type_name("FILE");
  app.add_flag("-f,--force", arguments.force, "overwrite; compressed data to or from a terminal");
  app.add_flag("-k,--keep", raw.keep, "keep the input (so it is anyway)");
  app.add_flag("--rm", arguments.remove_input, "remove the input once the output is complete");
  app.add_option("-S,--suffix", arguments.suffix, "suffix of compressed files, default .nnz")
      ->type_name("SUF");
}

void add_compression(CLI::App& app, Raw& raw) {
  // One flag of nine names; its own help line would show them all, so the footer speaks of it.
  app.add_flag("-1{1},-2{2},-3{3},-4{4},-5{5},-6{6},-7{7},-8{8},-9{9}", raw.level)->group("");
  app.add_option("--model", raw.model, "auto, none, or a model's name or hash")->type_name("NAME");
}

void build(CLI::App& app, const Command* word, Arguments& arguments, Raw& raw) {
  // An option given twice: the last one counts, so that aliases can be overridden.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  add_common(app, arguments, raw);
  if (word == nullptr) {
    app.add_flag("-d,--decompress", raw.decompress, "decompress");
    app.add_flag("-z,--compress", raw.compress, "compress, the default");
    app.add_flag("-t,--test", raw.test, "test compressed files");
    app.footer(std::string(kLevels) + kCommands);
  }
  if (word != nullptr && *word == Command::kCompress) app.footer(kLevels);
  if (word == nullptr || *word == Command::kCompress) add_compression(app, raw);
  if (word == nullptr || *word <= Command::kTest) add_files(app, arguments, raw);
  if (word != nullptr && *word == Command::kModels) {
    app.add_flag("--verify", arguments.verify_models, "compare each model with its hash");
  }
  if (word != nullptr && *word == Command::kBench) {
    app.add_flag("--signature", arguments.signature, "one number over all that is computed");
    app.add_option("--check", arguments.check, "compare two backends exactly")->type_name("A,B");
    app.add_option("FILE", arguments.files, "sample for --check")->type_name("");
  }
}

[[noreturn]] void fail(const std::string& problem) {
  throw Error(ErrorCode::kInvalidArgument, problem + " (nnzip -h tells the options)");
}

void demand_sense(const Arguments& arguments, const Raw& raw) {
  if (raw.compress && (raw.decompress || raw.test)) fail("-z contradicts -d and -t.");
  if (!arguments.output.empty()) {
    if (arguments.to_stdout) fail("-o contradicts -c.");
    if (arguments.files.size() > 1) fail("-o takes one input file.");
    if (arguments.command == Command::kTest) fail("-o contradicts -t, which writes nothing.");
  }
  if (arguments.suffix.size() < 2 || arguments.suffix.find('/') != std::string::npos) {
    fail("The suffix " + arguments.suffix + " cannot be one.");
  }
  if (arguments.command == Command::kBench) {
    if (arguments.signature == !arguments.check.empty()) {
      fail("bench takes either --signature or --check A,B.");
    }
    if (arguments.files.size() > (arguments.signature ? 0U : 1U)) fail("Too many files.");
  }
}

// Weighs the raw options against each other.
void settle(Arguments& arguments, const Raw& raw) {
  if (raw.test) {
    arguments.command = Command::kTest;
  } else if (raw.decompress) {
    arguments.command = Command::kDecompress;
  }
  if (raw.verbose) arguments.verbosity = message::Verbosity::kVerbose;
  if (raw.quiet) arguments.verbosity = message::Verbosity::kQuiet;
  arguments.options.level = raw.level[0] - '0';
  arguments.options.device = raw.device;
  arguments.options.model = raw.model;
  if (!arguments.suffix.empty() && arguments.suffix[0] != '.') {
    arguments.suffix.insert(0, 1, '.');
  }
  if (arguments.output == "-") {
    arguments.output.clear();
    arguments.to_stdout = true;
  }
  demand_sense(arguments, raw);
  if (raw.version) {
    arguments.command = Command::kPrint;
    arguments.text = "nnzip " + version() + "\n";
  }
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Arguments arguments;
  Raw raw;
  // Only the first word may be a command: after it, and after any option, such a word is a file.
  const auto* const word = std::find_if(kWords.begin(), kWords.end(), [&](const auto& known) {
    return !words.empty() && words.front() == known.first;
  });
  const bool has_command = word != kWords.end();
  std::string name = "nnzip";
  if (has_command) {
    arguments.command = word->second;
    name += " " + words.front();
    words.erase(words.begin());
  }
  // CLI11 takes "[a,b]" for a list of two values; "./[a,b]" is the same file.
  for (std::string& each : words) {
    if (each.size() > 1 && each.front() == '[' && each.back() == ']') each.insert(0, "./");
  }
  CLI::App app(kDescription, name);
  build(app, has_command ? &word->second : nullptr, arguments, raw);
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    arguments.command = Command::kPrint;
    arguments.text = app.help();
    return arguments;
  } catch (const CLI::ParseError& error) {
    fail(error.what() + std::string("."));
  }
  settle(arguments, raw);
  return arguments;
}

}  // namespace nnzip
