// SPDX-License-Identifier: Apache-2.0
// The table of options. The manual page and the completions say the same, and a test compares.
#include "option_table.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace nnzip {
namespace {

constexpr const char* kDescription =
    "nnzip - lossless compression by neural networks that come with the program";

constexpr const char* kLevels = "Levels: -1 or --fast to -9 or --best, default -5.\n";

constexpr const char* kCommands = R"(
Commands, as the first word (a file of such a name: ./test):
  compress [FILE...]    FILE to FILE.nnz; also: nnzip FILE
  decompress [FILE...]  FILE.nnz to FILE; also: nnzip -d FILE.nnz
  test [FILE...]        decompress without writing anything; also: nnzip -t
  list [FILE...]        what compressed files hold; also: nnzip -l
  estimate [FILE...]    size, time and memory of all levels, from samples
  explain [FILE...]     where the bytes of the compressed file go
  report FILE...        the same as a page for a browser
  sample                what the models expect: random bits, decoded
  join FILE...          compressed files to one with a directory, not coded anew
  models                list the models that there are, or verify them
  bench                 the signature of this build, two backends compared, speed
"nnzip COMMAND -h" tells the options of one command.

Without FILE, or with -, standard input goes to standard output: tar -I nnzip works.
NNZIP_OPT in the environment holds options that come before those of the command line.
Exit status: 0 all is well, 1 an error, 2 a warning. "man nnzip" tells more.)";

void add_general(CLI::App& app, RawOptions& raw) {
  app.allow_windows_style_options(false);  // as everywhere else, /name is a file
  app.set_help_flag("-h,--help", "print this help");
  app.add_flag("-V,--version", raw.version, "print the version");
  app.add_flag("-q,--quiet", raw.quiet, "no warnings, no progress");
  app.add_flag("-v,--verbose", raw.verbose, "say what was done and how");
}

void add_modes(CLI::App& app, RawOptions& raw) {
  app.add_flag("-z,--compress", raw.compress, "compress, the default");
  app.add_flag("-d,--decompress", raw.decompress, "decompress");
  app.add_flag("-t,--test", raw.test, "test compressed files");
  app.add_flag("-l,--list", raw.list, "list what compressed files hold");
}

void add_computing(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.add_option("-T,--threads", arguments.options.threads, "threads, 0 for one for each core")
      ->type_name("N")
      ->check(CLI::Range(0, 1024).description(""));
  app.add_option("--device", raw.device, "what computes: auto, cpu, cuda, torch, reference")
      ->type_name("NAME");
}

void add_memory(CLI::App& app, RawOptions& raw) {
  app.add_option("-M,--memory", raw.memory, "fail rather than need more: 500M, 2G, 50%")
      ->type_name("SIZE");
}

void add_level_number(CLI::App& app, RawOptions& raw) {
  // One flag of many names, so that the last one counts; its own help line would show them all, so
  // the footer speaks of it.
  app.add_flag("-1{1},-2{2},-3{3},-4{4},-5{5},-6{6},-7{7},-8{8},-9{9},--fast{1},--best{9}",
               raw.level)
      ->group("");
}

void add_level(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  add_level_number(app, raw);
  app.add_option("--adapt", arguments.adapt,
                 "the highest level that takes so long at most, not one given")
      ->type_name("SECONDS")
      ->check(CLI::Range(1e-9, 1e9).description(""))
      ->check([](const std::string& text) {
        return std::isfinite(std::stod(text)) ? "" : text + " is no time";
      });
  app.add_option("--long", arguments.options.log2_window, "find repeats within 2^N bytes, 16 to 31")
      ->type_name("N")
      ->check(CLI::Range(16, 31).description(""));
  app.add_option("--block", arguments.options.log2_block, "blocks of at most 2^N bytes, 16 to 28")
      ->type_name("N")
      ->check(CLI::Range(16, 28).description(""));
  app.add_flag("--fast-decode", raw.fast_decode, "larger, but decompressed fast by a GPU");
  app.add_flag("--directory", raw.directory, "end the output with a directory of its blocks");
}

void add_model(CLI::App& app, RawOptions& raw) {
  app.add_option("--model", raw.model, "auto, none, or models' names or hashes")->type_name("NAME");
  app.add_flag("--no-unwrap", raw.no_unwrap, "code gzip, zip, PNG and the like as they are");
  app.add_option("--layout", raw.layout, "what headerless content is: pixels:640x3:u8")
      ->type_name("TEXT");
}

void add_force(CLI::App& app, Arguments& arguments) {
  app.add_flag("-f,--force", arguments.force, "overwrite; compressed data to or from a terminal");
}

void add_output_name(CLI::App& app, Arguments& arguments) {
  app.add_option("-o,--output", arguments.output, "write to this file")->type_name("FILE");
}

void add_input(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.add_option("FILE", arguments.files, "files, - for standard input")->type_name("");
  app.add_flag("-r,--recursive", arguments.recursive, "go into folders");
  app.add_option("-S,--suffix", arguments.suffix, "suffix of compressed files, default .nnz")
      ->type_name("SUF");
  add_force(app, arguments);
  app.add_flag("-n,--no-name", raw.no_name, "as gzip's; names are never stored");
  app.add_flag("-N,--name", raw.name, "as gzip's; the name is always the file's own");
}

void add_sampled(CLI::App& app, Arguments& arguments) {
  app.add_option("FILE", arguments.files, "regular files")->type_name("");
  app.add_flag("-r,--recursive", arguments.recursive, "go into folders");
}

void add_output(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.add_flag("-c,--stdout", arguments.to_stdout, "write to standard output");
  add_output_name(app, arguments);
  app.add_flag("-k,--keep", raw.keep, "keep the input (so it is anyway), despite --rm");
  app.add_flag("--rm", arguments.remove_input, "remove the input once the output is complete");
}

void add_part(CLI::App& app, RawOptions& raw) {
  app.add_option("--part", raw.part, "that part alone, 3 of 8, for many machines: 3/8")
      ->type_name("I/N");
}

void add_cut(CLI::App& app, RawOptions& raw) {
  app.add_option("--cut", raw.cut, "where parts may end: blocks, lines, tar")->type_name("WHERE");
}

void add_earlier(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.add_option("--reuse", arguments.reuse, "take unchanged blocks from it; it has a directory")
      ->type_name("OLD.nnz");
  app.add_flag("--resume", raw.resume, "keep unfinished output, and go on where it ends");
}

void add_content(CLI::App& app, RawOptions& raw) {
  app.add_flag("--no-sparse", raw.no_sparse, "write zeros out instead of leaving holes");
  app.add_option("--range", raw.range, "decompress these bytes of the content alone: 1M:64K")
      ->type_name("OFFSET:LENGTH");
}

// Of commands that read all of the content at once.
void add_looking(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.add_option("FILE", arguments.files, "files, - for standard input")->type_name("");
  app.add_option("--range", raw.range, "look at these bytes of the content alone: 1M:64K")
      ->type_name("OFFSET:LENGTH");
}

void add_report(CLI::App& app, RawOptions& raw) {
  app.add_option("--text", raw.text, "show these bytes as text: 1M:64K")
      ->type_name("OFFSET:LENGTH");
  app.add_flag("--no-times", raw.no_times, "nothing that is timed: always the same page");
}

void add_sample(CLI::App& app, Arguments& arguments, RawOptions& raw) {
  app.add_option("--seed", arguments.sample.seed, "of the random bits, default 1")->type_name("N");
  app.add_option("--bytes", raw.sample_bytes, "how many, default 2000")->type_name("SIZE");
  app.add_option("--prompt", arguments.prompt, "go on from this file")->type_name("FILE");
  app.add_option("--temperature", arguments.sample.temperature,
                 "0.1 to 4: below 1 what is likely gets likelier")
      ->type_name("T")
      ->check(CLI::Range(0.1, 4.0).description(""));
  app.add_option("--by", raw.by, "who predicts: auto, network, contexts, both, gzip, zstd")
      ->type_name("WHO")
      ->check(
          CLI::IsMember({"auto", "network", "contexts", "both", "gzip", "zstd"}).description(""));
}

void add_json(CLI::App& app, Arguments& arguments) {
  app.add_flag("--json", arguments.json, "the result as JSON, for programs");
}

void add_join(CLI::App& app, Arguments& arguments) {
  app.add_option("FILE", arguments.files, "compressed files")->type_name("");
  add_output_name(app, arguments);
  add_force(app, arguments);
}

void add_bench(CLI::App& app, Arguments& arguments) {
  app.add_flag("--signature", arguments.signature, "one number over all that is computed");
  app.add_option("--check", arguments.check, "compare two backends exactly")->type_name("A,B");
  app.add_flag("--speed", arguments.speed, "time the parts of coding FILE in memory");
  app.add_option("--synthetic", arguments.synthetic, "with --speed: a generated model, 4M")
      ->type_name("SIZE");
  app.add_flag("--stages", arguments.stages, "FILE coded by network, contexts and both");
  app.add_option("FILE", arguments.files, "sample for --check, --speed and --stages")
      ->type_name("");
}

// Of a command, or, if it is null, of the command line without such a word.
void build_parser(CLI::App& app, const Command* command, Arguments& arguments, RawOptions& raw) {
  // An option given twice: the last one counts, so that aliases can be overridden.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  const bool bare = command == nullptr;
  const auto is = [&](Command wanted) { return bare || *command == wanted; };
  const bool explains = !bare && *command == Command::kExplain;
  const bool reports = !bare && *command == Command::kReport;
  const bool samples = !bare && *command == Command::kSample;
  const bool transfers = is(Command::kCompress) || is(Command::kDecompress) || is(Command::kTest);
  add_general(app, raw);
  if (bare) add_modes(app, raw);
  if (is(Command::kCompress)) add_level(app, arguments, raw);
  if (explains || reports || samples) add_level_number(app, raw);
  if (is(Command::kCompress) || is(Command::kEstimate) || explains || reports) {
    add_model(app, raw);
  }
  if (explains || reports) add_looking(app, arguments, raw);
  if (reports) add_report(app, raw);
  if (samples) {
    app.add_option("--model", raw.model, "auto, or a model's name or hash")->type_name("NAME");
    add_sample(app, arguments, raw);
  }
  if (reports || samples) {
    add_output_name(app, arguments);
    add_force(app, arguments);
  }
  if (transfers || is(Command::kList)) add_input(app, arguments, raw);
  if (!bare && *command == Command::kEstimate) add_sampled(app, arguments);
  if (is(Command::kCompress) || is(Command::kDecompress)) add_output(app, arguments, raw);
  if (is(Command::kCompress) || is(Command::kDecompress)) add_part(app, raw);
  if (is(Command::kCompress)) {
    add_cut(app, raw);
    add_earlier(app, arguments, raw);
  }
  if (is(Command::kDecompress)) add_content(app, raw);
  if (is(Command::kList) || is(Command::kEstimate) || explains) add_json(app, arguments);
  if (transfers || is(Command::kBench) || is(Command::kEstimate) || explains || reports || samples)
    add_computing(app, arguments, raw);
  if (transfers) add_memory(app, raw);
  if (!bare && *command == Command::kJoin) add_join(app, arguments);
  if (!bare && *command == Command::kModels) {
    app.add_flag("--verify", arguments.verify_models, "compare each model with its hash");
  }
  if (!bare && *command == Command::kBench) add_bench(app, arguments);
  if (explains || reports || samples) app.footer(kLevels);
  if (is(Command::kCompress)) app.footer(std::string(kLevels) + (bare ? kCommands : ""));
}

}  // namespace

void fail(const std::string& problem) {
  throw Error(ErrorCode::kInvalidArgument, problem + " (nnzip -h tells the options)");
}

std::string parse_options(std::vector<std::string> words, const std::string& name,
                          const Command* command, Arguments& arguments, RawOptions& raw) {
  CLI::App app(kDescription, name);
  build_parser(app, command, arguments, raw);
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::ParseError& error) {
    fail(error.what() + std::string("."));
  }
  return {};
}

}  // namespace nnzip
