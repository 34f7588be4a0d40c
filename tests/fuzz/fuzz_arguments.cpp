// SPDX-License-Identifier: Apache-2.0
// Any words as the command line: an error of arguments, or options that make sense. The words stand
// one on a line.
#include <algorithm>
#include <string_view>

#include "args.h"
#include "fuzz/fuzz_target.h"
#include "message.h"

namespace nnzip::fuzz {
namespace {

void check(const Arguments& arguments) {
  demand(arguments.options.level >= 1 && arguments.options.level <= 9, "there is such a level");
  demand(arguments.options.threads >= 0, "there is such a number of threads");
  demand((arguments.command == Command::kPrint) == !arguments.text.empty(),
         "text is for printing alone");
  if (arguments.command == Command::kPrint) return;
  demand(arguments.suffix.size() >= 2 && arguments.suffix[0] == '.' &&
             arguments.suffix.find('/') == std::string::npos,
         "the suffix can be one");
  demand(arguments.output.empty() || !arguments.to_stdout, "there is one output");
}

}  // namespace

std::vector<Input> inputs() {
  std::vector<Input> all;
  for (const std::string_view line : {"",
                                      "-h",
                                      "-V",
                                      "FILE",
                                      "-d\nFILE.nnz",
                                      "-dc",
                                      "-t\na\nb",
                                      "-9\n-T\n2\nx",
                                      "-T2\n-k\nx",
                                      "-S\n.z\nx",
                                      "-S\nz\n-d\nx.z",
                                      "-o\nout\nin",
                                      "-o\n-\nin",
                                      "-cf\n--rm\nx",
                                      "-q\n-v\nx",
                                      "--model\nnone\n-",
                                      "--model=text\n--device=reference\nx",
                                      "compress\n-5\nx\n./[a,b]",
                                      "decompress\nx.nnz",
                                      "test\n-q\nx",
                                      "models\n--verify",
                                      "bench\n--signature",
                                      "bench\n--check\ncpu,reference\nx",
                                      "./test",
                                      "--\n-x",
                                      "-1\n-2\n-9\nx",
                                      "list\n--json\nx",
                                      "-l\nx",
                                      "-M\n100M\nx",
                                      "-d\n--range\n5:10\nx",
                                      "-r\nfolder",
                                      "[a,b]",
                                      "x\n-z\n-d"}) {
    all.push_back({"words " + std::to_string(all.size()), Bytes(line.begin(), line.end())});
  }
  return all;
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  std::vector<std::string> words{"nnzip"};
  if (size != 0) words.emplace_back();
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      words.emplace_back();
    } else if (data[i] != 0) {  // cannot be in an argument
      words.back().push_back(static_cast<char>(data[i]));
    }
  }
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  try {
    fuzz::check(parse_arguments(static_cast<int>(pointers.size()), pointers.data()));
  } catch (const Error& error) {
    fuzz::demand(error.code() == ErrorCode::kInvalidArgument, "the error is one of arguments");
    const std::string text = message::printable(error.what());
    fuzz::demand(!text.empty(), "the error says something");
    fuzz::demand(std::none_of(text.begin(), text.end(),
                              [](char c) { return static_cast<unsigned char>(c) < ' '; }),
                 "a message does not command the terminal");
  }
  return 0;
}
