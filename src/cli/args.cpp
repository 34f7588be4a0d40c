// SPDX-License-Identifier: Apache-2.0
// The command line: subcommands, and gzip's way of saying the same.
#include "args.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include "option_table.h"
#include "platform/process.h"

namespace nnzip {
namespace {

constexpr std::array<std::pair<std::string_view, Command>, 11> kWords = {{
    {"compress", Command::kCompress},
    {"decompress", Command::kDecompress},
    {"test", Command::kTest},
    {"list", Command::kList},
    {"estimate", Command::kEstimate},
    {"explain", Command::kExplain},
    {"report", Command::kReport},
    {"sample", Command::kSample},
    {"join", Command::kJoin},
    {"models", Command::kModels},
    {"bench", Command::kBench},
}};

// Those that make one file, whatever their inputs.
bool makes_one_file(Command command) {
  return command == Command::kJoin || command == Command::kReport || command == Command::kSample;
}

void demand_sensible_output(const Arguments& arguments) {
  const bool writes =
      arguments.command == Command::kCompress || arguments.command == Command::kDecompress;
  if (arguments.command == Command::kJoin && arguments.files.empty()) {
    fail("join takes the files to join.");
  }
  if (!arguments.output.empty() && !makes_one_file(arguments.command)) {
    if (!writes) fail("-o contradicts -t and -l, which write nothing.");
    if (arguments.to_stdout) fail("-o contradicts -c.");
    if (arguments.files.size() > 1) fail("-o takes one input file.");
    if (arguments.recursive) fail("-o takes one input file, so it contradicts -r.");
  }
  if (arguments.suffix.size() < 2 || arguments.suffix.find('/') != std::string::npos) {
    fail("The suffix " + arguments.suffix + " cannot be one.");
  }
}

void demand_one_bench(const Arguments& arguments) {
  const int wanted = static_cast<int>(arguments.signature) + static_cast<int>(arguments.speed) +
                     static_cast<int>(arguments.stages) +
                     static_cast<int>(!arguments.check.empty());
  if (wanted != 1)
    fail("bench takes one of --signature, --check A,B, --speed FILE and --stages FILE.");
  if (arguments.files.size() > (arguments.signature ? 0U : 1U)) fail("Too many files.");
  if (arguments.speed && arguments.files.empty()) fail("bench --speed takes a file.");
  if (!arguments.synthetic.empty() && !arguments.speed) fail("--synthetic is for --speed alone.");
  if (arguments.stages && arguments.files.empty()) fail("bench --stages takes a file.");
}

void demand_sensible_part(const Arguments& arguments) {
  const bool compresses = arguments.command == Command::kCompress;
  if (!compresses && arguments.command != Command::kDecompress) {
    fail("--part is for compressing and for -d alone.");
  }
  if (arguments.files.size() != 1 || arguments.recursive) fail("--part takes one input file.");
  if (arguments.output.empty() && !arguments.to_stdout) {
    fail("--part takes -o FILE or -c, because a part must not stand under the name of the whole.");
  }
  if (arguments.remove_input) fail("--rm contradicts --part.");
  if (arguments.range) fail("--range contradicts --part.");
}

// Commands that read content to tell of it, of which --range picks a part.
bool looks(Command command) { return command == Command::kExplain || command == Command::kReport; }

void demand_sense(const Arguments& arguments, const RawOptions& raw) {
  if (raw.compress && (raw.decompress || raw.test || raw.list)) {
    fail("-z contradicts -d, -t and -l.");
  }
  demand_sensible_output(arguments);
  if (arguments.json && arguments.command != Command::kList &&
      arguments.command != Command::kEstimate && arguments.command != Command::kExplain) {
    fail("--json is for -l, estimate and explain alone.");
  }
  if (arguments.range && !looks(arguments.command)) {
    if (arguments.command != Command::kDecompress) fail("--range is for -d alone.");
    if (arguments.files.size() > 1 || arguments.recursive) fail("--range takes one input file.");
    if (arguments.remove_input) fail("--rm contradicts --range, which writes a part only.");
  }
  if (arguments.part) demand_sensible_part(arguments);
  if (arguments.adapt != 0 && arguments.command != Command::kCompress) {
    fail("--adapt is for compressing alone.");
  }
  if (arguments.adapt != 0 && (arguments.part || arguments.resume)) {
    fail("--adapt contradicts --part and --resume, which take one level.");
  }
  if (arguments.command != Command::kCompress && (arguments.resume || !arguments.reuse.empty())) {
    fail("--reuse and --resume are for compressing alone.");
  }
  if (arguments.remove_input && (arguments.resume || !arguments.reuse.empty())) {
    fail("--rm contradicts --reuse and --resume, which copy blocks unseen: nnzip -t comes first.");
  }
  if (arguments.resume && (arguments.part || arguments.to_stdout)) {
    fail("--resume contradicts --part and -c: it keeps an unfinished file.");
  }
  if (arguments.command == Command::kBench) demand_one_bench(arguments);
}

Cut cut_of(const std::string& word) {
  if (word == "blocks") return Cut::kBlocks;
  if (word == "lines") return Cut::kLines;
  if (word == "tar") return Cut::kTar;
  fail("--cut takes blocks, lines or tar, not " + word + ".");
}

// Of a command line without such a word.
Command command_of(const RawOptions& raw) {
  if (raw.list) return Command::kList;
  if (raw.test) return Command::kTest;
  return raw.decompress ? Command::kDecompress : Command::kCompress;
}

// Weighs the raw options against each other.
void settle(Arguments& arguments, const RawOptions& raw) {
  if (raw.keep) arguments.remove_input = false;
  if (raw.no_sparse) arguments.sparse = false;
  if (raw.verbose) arguments.verbosity = message::Verbosity::kVerbose;
  if (raw.quiet) arguments.verbosity = message::Verbosity::kQuiet;
  arguments.options.level = raw.level[0] - '0';
  arguments.options.device = raw.device;
  arguments.options.model = raw.model;
  arguments.options.directory = raw.directory;
  arguments.options.unwrap = !raw.no_unwrap;
  arguments.options.layout = raw.layout;
  arguments.options.fast_decode = raw.fast_decode;
  if (raw.memory.empty()) {
    arguments.options.memory_at_once = half_of_memory();
  } else {
    arguments.options.memory_limit = parse_memory(raw.memory);
  }
  if (!raw.range.empty()) arguments.range = parse_range(raw.range);
  if (!raw.text.empty()) arguments.shown = parse_range(raw.text);
  if (!raw.sample_bytes.empty()) arguments.sample.bytes = parse_size(raw.sample_bytes);
  arguments.sample.by = raw.by;
  arguments.times = !raw.no_times;
  if (!raw.part.empty()) arguments.part = parse_part(raw.part);
  arguments.cut = cut_of(raw.cut);
  arguments.resume = raw.resume;
  if (!arguments.suffix.empty() && arguments.suffix[0] != '.') {
    arguments.suffix.insert(0, 1, '.');
  }
  if (arguments.output == "-") {
    arguments.output.clear();
    arguments.to_stdout = true;
  }
  // A part must not stand under the name of the whole unless that is asked for.
  if (arguments.range && arguments.output.empty() && !looks(arguments.command)) {
    arguments.to_stdout = true;
  }
}

// CLI11 takes what looks like a negative number for a file, so that -10 would be -1 and a file -0.
// Only after -- a file may begin with a dash.
void demand_no_dashes(const std::vector<std::string>& words, const Arguments& arguments) {
  const auto marker = std::find(words.begin(), words.end(), "--");
  for (const std::string& file : arguments.files) {
    if (file.size() < 2 || file[0] != '-' || std::find(marker, words.end(), file) != words.end()) {
      continue;
    }
    const auto source = std::find_if(words.begin(), marker, [&](const std::string& word) {
      return word[0] == '-' && word.ends_with(file.substr(1));
    });
    fail("There is no option " + (source == marker ? file : *source) +
         "; levels are -1 to -9, and a file of such a name is ./" + file + ".");
  }
}

// Returns the help if it was asked for, else an empty text.
std::string parse(std::vector<std::string> words, const std::string& name, const Command* command,
                  Arguments& arguments, RawOptions& raw) {
  // CLI11 takes "[a,b]" for a list of two values; "./[a,b]" is the same file.
  for (std::string& each : words) {
    if (each.size() > 1 && each.front() == '[' && each.back() == ']') each.insert(0, "./");
  }
  const std::string help = parse_options(words, name, command, arguments, raw);
  if (help.empty()) demand_no_dashes(words, arguments);
  return help;
}

// Where one option excludes another, what the line says replaces what the variable said.
std::string parse_line(std::vector<std::string> words, const std::string& name,
                       const Command* command, Arguments& arguments, RawOptions& raw) {
  const RawOptions before = raw;
  raw.compress = raw.decompress = raw.test = raw.list = false;
  raw.quiet = raw.verbose = raw.keep = false;
  const double adapt = std::exchange(arguments.adapt, 0);
  raw.level.clear();
  std::string help = parse(std::move(words), name, command, arguments, raw);
  if (!raw.compress && !raw.decompress && !raw.test && !raw.list) {
    raw.compress = before.compress;
    raw.decompress = before.decompress;
    raw.test = before.test;
    raw.list = before.list;
  }
  // The line may state a level, or what takes one level alone.
  if (raw.level.empty()) {
    raw.level = before.level;
    if (arguments.adapt == 0 && raw.part.empty() && !raw.resume) arguments.adapt = adapt;
  }
  if (!raw.quiet && !raw.verbose) {
    raw.quiet = before.quiet;
    raw.verbose = before.verbose;
  }
  return help;
}

// Forgets what would contradict the command. Other options that it does not have, nobody asks for.
void drop_foreign(Command command, Arguments& arguments, RawOptions& raw) {
  const bool compresses = command == Command::kCompress;
  const bool decompresses = command == Command::kDecompress;
  if (!compresses) {
    arguments.adapt = 0;
    raw.resume = false;
    arguments.reuse.clear();
  }
  if (!decompresses && !looks(command)) raw.range.clear();
  if (!compresses && !decompresses) {
    raw.part.clear();
    if (!makes_one_file(command)) arguments.output.clear();
  }
  if (command != Command::kList && command != Command::kEstimate && command != Command::kExplain) {
    arguments.json = false;
  }
}

// All commands share the variable, so it may hold any option; a command takes those that it has.
void parse_environment(Arguments& arguments, RawOptions& raw) {
  const auto variable = platform::variable("NNZIP_OPT");
  if (!variable) return;
  std::istringstream text(*variable);
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  try {
    if (!parse(words, "NNZIP_OPT", nullptr, arguments, raw).empty()) fail("-h has no place here.");
    if (!arguments.files.empty()) fail("Files have no place here: " + arguments.files[0] + ".");
  } catch (const Error& error) {
    throw Error(error.code(), std::string("The variable NNZIP_OPT: ") + error.what());
  }
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Arguments arguments;
  RawOptions raw;
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
  const Command* const command = has_command ? &word->second : nullptr;
  if (platform::variable("NNZIP_OPT")) {
    parse_environment(arguments, raw);
    Arguments ignored = arguments;
    RawOptions both = raw;
    parse_line(words, name, command, ignored, both);
    drop_foreign(has_command ? *command : command_of(both), arguments, raw);
  }
  const std::string help = parse_line(std::move(words), name, command, arguments, raw);
  if (!has_command) arguments.command = command_of(raw);
  settle(arguments, raw);
  if (!help.empty()) {
    arguments.command = Command::kPrint;
    arguments.text = help;
  } else if (raw.version) {
    arguments.command = Command::kPrint;
    arguments.text = "nnzip " + version() + "\n";
  } else {
    demand_sense(arguments, raw);
  }
  return arguments;
}

}  // namespace nnzip
