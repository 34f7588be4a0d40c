// SPDX-License-Identifier: Apache-2.0
// Puts the data into the template.
#include "look/report.h"

#include <zstd.h>

#include <algorithm>
#include <chrono>

#include "look/page_template.h"

namespace nnzip::look {
namespace {

// A page of one file with as much of all as there may be takes 1.3 MB.
constexpr PageRoom kRoom{420'000, 24'000, 400};
constexpr int kZstdLevels[] = {3, 19};
constexpr std::size_t kTimedBytes = 32'768, kLeastTimedBytes = 4096;  // of all files, of each

double seconds_of(const auto& task) {
  const auto start = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class MemoryReader : public SeekableReader {
 public:
  explicit MemoryReader(std::span<const std::uint8_t> data) : data_(data) {}
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = std::min(buffer.size(), data_.size() - at_);
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(at_), count, buffer.begin());
    at_ += count;
    return count;
  }
  std::uint64_t size() override { return data_.size(); }
  void seek(std::uint64_t offset) override { at_ = static_cast<std::size_t>(offset); }

 private:
  std::span<const std::uint8_t> data_;
  std::size_t at_ = 0;
};

struct ZstdResult {
  std::size_t bytes = 0;
  double seconds = 0, unpack_seconds = 0;
};

ZstdResult zstd_of(std::span<const std::uint8_t> content, int level) {
  std::vector<char> packed(ZSTD_compressBound(content.size()));
  std::vector<char> unpacked(content.size() + 1);
  ZstdResult result;
  result.seconds = seconds_of([&] {
    result.bytes =
        ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), level);
  });
  if (ZSTD_isError(result.bytes) != 0U) throw Error(ErrorCode::kInternal, "zstd failed.");
  result.unpack_seconds = seconds_of(
      [&] { ZSTD_decompress(unpacked.data(), unpacked.size(), packed.data(), result.bytes); });
  return result;
}

// How much longer than compressing it decompressing the content takes.
double unpacking_share(std::span<const std::uint8_t> content, Options options, int level) {
  options.level = level;
  options.progress = nullptr;
  std::vector<std::uint8_t> frames;
  const double packing = seconds_of([&] { frames = compress(content, options); });
  const double unpacking = seconds_of([&] { (void)decompress(frames, options); });
  return unpacking / std::max(packing, 1e-9);
}

void replace(std::string& text, const std::string& name, const std::string& value) {
  const std::size_t at = text.find(name);
  text.replace(at, name.size(), value);
}

}  // namespace

Report::Report(std::size_t files, bool times)
    : room_{kRoom.cells / files, kRoom.text / files, std::max<std::size_t>(kRoom.rows / files, 24)},
      timed_bytes_(times ? std::max(kTimedBytes / files, kLeastTimedBytes) : 0) {}

void Report::add(const std::string& name, std::span<const std::uint8_t> content,
                 const Options& options, GuessRange text) {
  if (text.length == 0 || text.length > room_.text) text.length = room_.text;
  const FileCosts file = measure_file(name, content, options, text);
  files_.push_back(page_file(file, content, room_));
  add_choices(content, file, options);
}

void Report::add_choices(std::span<const std::uint8_t> content, const FileCosts& file,
                         const Options& options) {
  add_choice("as it is", content.size(), 0, 0);
  for (const int level : kZstdLevels) {
    const ZstdResult zstd = zstd_of(content, level);
    add_choice("zstd -" + std::to_string(level), zstd.bytes, zstd.seconds, zstd.unpack_seconds);
  }
  MemoryReader reader(content);
  const Estimate all = estimate(reader, options);
  const auto sample = content.first(std::min(content.size(), timed_bytes_));
  double share = 1;
  for (std::size_t i = 0; i < all.levels.size(); ++i) {
    const int level = static_cast<int>(i) + 1;
    const LevelEstimate& each = all.levels[i];
    // Levels of equal sizes code this content alike.
    const bool is_new = i == 0 || each.coded_bytes != all.levels[i - 1].coded_bytes;
    if (is_new && !sample.empty()) share = unpacking_share(sample, options, level);
    add_choice("nnzip -" + std::to_string(level),
               level == file.level ? file.frame.coded_bytes : each.coded_bytes, each.seconds,
               each.seconds * share);
  }
}

void Report::add_choice(const std::string& name, std::uint64_t coded_bytes, double seconds,
                        double unpack_seconds) {
  auto choice = std::ranges::find(choices_, name, &Choice::name);
  if (choice == choices_.end()) choice = choices_.insert(choice, {name, 0, {}, {}});
  choice->coded_bytes += coded_bytes;
  if (timed_bytes_ == 0) return;
  choice->seconds = choice->seconds.value_or(0) + seconds;
  choice->unpack_seconds = choice->unpack_seconds.value_or(0) + unpack_seconds;
}

std::string Report::page() const {
  const Json json = {{"files", files_}, {"choices", page_choices(choices_)}};
  std::string data = json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  // No name ends the element that holds the data.
  for (std::size_t at = 0; (at = data.find('<', at)) != std::string::npos;) {
    data.replace(at, 1, "\\u003c");
  }
  std::string page = kPageHtml;
  replace(page, "{{style}}", kPageCss);
  replace(page, "{{script}}", kPageJs);
  replace(page, "{{data}}", data);  // last: names may hold anything
  return page;
}

}  // namespace nnzip::look
