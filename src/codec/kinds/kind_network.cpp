// SPDX-License-Identifier: Apache-2.0
// Lanes advance together: by windows when encoding, where all symbols are known, by single steps
// when decoding.
#include "codec/kinds/kind_network.h"

#include <algorithm>
#include <thread>

#include "codec/kinds/kind.h"
#include "codec/parallel.h"
#include "coder/range_decoder.h"
#include "coder/range_encoder.h"

namespace nnzip {
namespace {

using Part = std::span<const std::uint8_t>;
using OutPart = std::span<std::uint8_t>;

// One call to score() gives at most this many distributions, 1 KiB each: a thread's share of cache.
constexpr std::size_t kColumns = 512;
constexpr std::size_t kMaxWindow = 64;
constexpr std::size_t kStepsPerReport = 64;

constexpr std::size_t kSamples = 4;
constexpr std::size_t kSampleBytes = std::size_t{4} << 10;
// The start of a sample is not counted: the history is still too short to tell of the rest.
constexpr std::size_t kSampleSkipped = std::size_t{1} << 10;

// How many lanes have a symbol at the position: streams stand longest first.
template <typename SomePart>
std::size_t active_lanes(std::span<const SomePart> parts, std::size_t active,
                         std::size_t position) {
  while (active > 0 && parts[active - 1].size() <= position) --active;
  return active;
}

template <typename SomePart>
std::vector<SomePart> cut(SomePart content, const BlockPlan& plan) {
  std::vector<SomePart> parts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.streams); ++i) {
    const std::size_t begin = std::min(i * plan.length, content.size());
    parts.push_back(content.subspan(begin, std::min(plan.length, content.size() - begin)));
  }
  return parts;
}

// The values of taps that come with symbols.
class TapValues {
 public:
  // taps: of each lane; none if the network has none.
  TapValues(std::vector<SampleTaps> taps, std::size_t count, std::size_t symbols)
      : taps_(std::move(taps)), count_(taps_.empty() ? 0 : count), values_(symbols * count_) {}

  // Those of the lane's next byte become those of that symbol.
  void prepare(std::size_t lane, std::size_t symbol) {
    if (!taps_.empty()) taps_[lane].prepare(std::span(values_).subspan(symbol * count_, count_));
  }
  void push(std::size_t lane, std::uint8_t byte) {
    if (!taps_.empty()) taps_[lane].push(byte);
  }
  std::span<const std::uint8_t> first(std::size_t symbols) const {
    return std::span(values_).first(symbols * count_);
  }

 private:
  std::vector<SampleTaps> taps_;
  std::size_t count_;
  std::vector<std::uint8_t> values_;  // [symbols][count]
};

void encode_group(Session& session, std::span<const Part> parts,
                  std::vector<SampleTaps> sample_taps, std::size_t tap_count, std::size_t skipped,
                  std::span<Bytes> coded, const std::function<void(std::size_t)>& report) {
  session.reset();
  std::vector<RangeEncoder> encoders(parts.size());
  std::vector<std::uint8_t> symbols(std::max(kColumns, parts.size()));
  std::vector<Distribution> next(symbols.size());
  TapValues taps(std::move(sample_taps), tap_count, symbols.size());
  std::size_t t = 0;
  for (std::size_t active = active_lanes(parts, parts.size(), t); active > 0;
       active = active_lanes(parts, active, t)) {
    const std::size_t window = std::min(
        {std::max<std::size_t>(kColumns / active, 1), kMaxWindow, parts[active - 1].size() - t});
    for (std::size_t i = 0; i < active; ++i) {
      for (std::size_t p = t; p < t + window; ++p) {
        symbols[i * window + p - t] = p == 0 ? std::uint8_t{0} : parts[i][p - 1];
        taps.prepare(i, i * window + p - t);
        taps.push(i, parts[i][p]);
      }
    }
    session.score(std::span(symbols).first(active * window), taps.first(active * window),
                  static_cast<int>(active), static_cast<int>(window),
                  std::span(next).first(active * window));
    for (std::size_t i = 0; i < active; ++i) {
      for (std::size_t p = std::max(t, skipped); p < t + window; ++p) {
        encoders[i].encode(next[i * window + p - t], parts[i][p]);
      }
    }
    t += window;
    report(t);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) coded[i] = encoders[i].finish();
}

// Returns whether every stream was used up and ends as the encoder ends it. Damage mostly makes a
// stream too short for the content, and then the rest of the content is not computed.
bool decode_group(Session& session, std::span<const Part> coded, std::span<const OutPart> parts,
                  std::vector<SampleTaps> sample_taps, std::size_t tap_count,
                  const std::function<void(std::size_t)>& report) {
  session.reset();
  std::vector<RangeDecoder> decoders(coded.begin(), coded.end());
  std::vector<std::uint8_t> symbols(parts.size());  // NUL before the first
  std::vector<Distribution> next(parts.size());
  TapValues taps(std::move(sample_taps), tap_count, parts.size());
  std::size_t t = 0;
  for (std::size_t active = active_lanes(parts, parts.size(), t); active > 0;
       active = active_lanes(parts, active, t)) {
    for (std::size_t i = 0; i < active; ++i) taps.prepare(i, i);
    session.step(std::span(symbols).first(active), taps.first(active),
                 std::span(next).first(active));
    for (std::size_t i = 0; i < active; ++i) {
      symbols[i] = decoders[i].decode(next[i]);
      taps.push(i, symbols[i]);
      parts[i][t] = symbols[i];
      if (decoders[i].overrun()) return false;
    }
    if (++t % kStepsPerReport == 0) report(t);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() ? !coded[i].empty() : !decoders[i].ended_well()) return false;
  }
  return true;
}

// The coded data of each stream; nothing if their stated lengths do not fit.
std::vector<Part> split_coded(Part coded, int streams) {
  std::size_t position = 0;
  bool good = true;
  const auto next = [&]() -> std::uint8_t {
    if (position < coded.size()) return coded[position++];
    good = false;
    return 0;
  };
  std::vector<std::size_t> lengths;
  std::size_t sum = 0;
  for (int i = 0; i + 1 < streams && good; ++i) {
    bool shortest = false;
    lengths.push_back(read_short_varint(next, shortest));
    sum += lengths.back();
    good = good && shortest;
  }
  if (!good || sum > coded.size() - position) return {};
  lengths.push_back(coded.size() - position - sum);
  std::vector<Part> parts;
  for (const std::size_t length : lengths) {
    parts.push_back(coded.subspan(position, length));
    position += length;
  }
  return parts;
}

// Tells the caller of progress from its own thread, as if all lanes were where its own are.
class LaneReporter {
 public:
  LaneReporter(const BlockProgress& progress, std::size_t lanes, std::size_t content_bytes)
      : progress_(progress), lanes_(lanes), content_bytes_(content_bytes) {}

  void operator()(std::size_t position) {
    if (!progress_ || std::this_thread::get_id() != caller_) return;
    const std::size_t done = std::min(position * lanes_, content_bytes_);
    if (done <= reported_) return;
    reported_ = done;
    progress_(done);
  }

 private:
  const BlockProgress& progress_;
  std::size_t lanes_;
  std::size_t content_bytes_;
  std::size_t reported_ = 0;
  std::thread::id caller_ = std::this_thread::get_id();
};

}  // namespace

NetworkCoder::NetworkCoder(std::shared_ptr<const Engine> engine, int threads)
    : engine_(std::move(engine)),
      threads_(std::clamp(threads, 1, kMaxStreams)),
      sessions_(static_cast<std::size_t>(threads_)) {}

Session& NetworkCoder::session(std::size_t group, std::size_t lanes) {
  auto& kept = sessions_[group];
  if (!kept || kept->lanes() < static_cast<int>(lanes)) {
    kept = engine_->session(static_cast<int>(lanes));
  }
  return *kept;
}

std::size_t NetworkCoder::groups(std::size_t lanes) const {
  return std::min(static_cast<std::size_t>(threads_), lanes);
}

std::uint64_t NetworkCoder::memory_bytes(const Engine& engine, int threads, int streams) {
  const int groups = std::clamp(threads, 1, streams);
  // Of the distributions, symbols and taps that encode_group and decode_group hold.
  constexpr std::uint64_t kWorkBytes = kColumns * (sizeof(Distribution) + kMaxTaps + 1);
  const std::uint64_t session = engine.session_bytes((streams + groups - 1) / groups);
  return static_cast<std::uint64_t>(groups) * (session + kWorkBytes);
}

std::vector<SampleTaps> NetworkCoder::taps_of(std::size_t first, std::size_t lanes,
                                              const BlockPlan& plan, const Layout& layout) const {
  std::vector<SampleTaps> taps;
  if (engine_->taps().empty()) return taps;
  for (std::size_t i = first; i < first + lanes; ++i) {
    taps.emplace_back(layout, i * plan.length, engine_->taps());
  }
  return taps;
}

std::vector<Bytes> NetworkCoder::encode_parts(std::span<const Part> parts, const BlockPlan& plan,
                                              const Layout& layout, std::size_t skipped,
                                              const BlockProgress& progress) {
  std::vector<Bytes> coded(parts.size());
  const std::size_t count = groups(parts.size());
  std::size_t content_bytes = 0;
  for (const Part part : parts) content_bytes += part.size();
  LaneReporter report(progress, parts.size(), content_bytes);
  parallel_for(threads_, count, [&](std::size_t group) {
    const std::size_t begin = group * parts.size() / count;
    const std::size_t lanes = (group + 1) * parts.size() / count - begin;
    encode_group(session(group, lanes), parts.subspan(begin, lanes),
                 taps_of(begin, lanes, plan, layout), engine_->taps().size(), skipped,
                 std::span(coded).subspan(begin, lanes), std::ref(report));
  });
  return coded;
}

Bytes NetworkCoder::encode(std::span<const std::uint8_t> content, const BlockPlan& plan,
                           const BlockProgress& progress, const Layout& layout) {
  return join_streams(encode_parts(cut(content, plan), plan, layout, 0, progress));
}

Bytes join_streams(std::span<const Bytes> streams) {
  Bytes coded;
  for (std::size_t i = 0; i + 1 < streams.size(); ++i) {
    write_short_varint(static_cast<std::uint32_t>(streams[i].size()), coded);
  }
  for (const Bytes& stream : streams) coded.insert(coded.end(), stream.begin(), stream.end());
  return coded;
}

bool NetworkCoder::decode(std::span<const std::uint8_t> coded, const BlockPlan& plan,
                          std::span<std::uint8_t> content, const BlockProgress& progress,
                          const Layout& layout) {
  const std::vector<Part> streams = split_coded(coded, plan.streams);
  if (streams.empty()) return false;
  const std::vector<OutPart> parts = cut(content, plan);
  const std::size_t count = groups(parts.size());
  std::vector<std::uint8_t> good(count);
  LaneReporter report(progress, parts.size(), content.size());
  parallel_for(threads_, count, [&](std::size_t group) {
    const std::size_t begin = group * parts.size() / count;
    const std::size_t lanes = (group + 1) * parts.size() / count - begin;
    good[group] =
        decode_group(session(group, lanes), std::span(streams).subspan(begin, lanes),
                     std::span(parts).subspan(begin, lanes), taps_of(begin, lanes, plan, layout),
                     engine_->taps().size(), std::ref(report));
  });
  return std::all_of(good.begin(), good.end(), [](std::uint8_t ok) { return ok != 0; });
}

std::size_t NetworkCoder::estimate(std::span<const std::uint8_t> content) {
  std::vector<Part> samples;
  for (std::size_t i = 0; i < kSamples; ++i) {
    samples.push_back(
        content.subspan((content.size() - kSampleBytes) * i / (kSamples - 1), kSampleBytes));
  }
  std::size_t coded_bytes = 0;
  for (const Bytes& coded : encode_parts(samples, {}, {}, kSampleSkipped, {}))
    coded_bytes += coded.size();
  return coded_bytes * content.size() / (kSamples * (kSampleBytes - kSampleSkipped));
}

// Bytes as they are, or the residuals of sound.
const Kind kNetworkKind{
    .number = BlockKind::kNetwork,
    .name = "network",
    .count = &BlockCounts::network_blocks,
    .fits =
        [](const BlockHeader& header, const Engine* network) {
          const bool residuals = header.filter == Filter::kResiduals;
          if (residuals ? !filter_fits(header.filter, header.layout) : header.states_layout()) {
            return false;
          }
          const Form form = residuals ? Form::kSamples : Form::kBytes;
          return network == nullptr || content_of(*network) == form;
        },
    .encode =
        [](const BlockHeader& header, Part filtered, const Means& means) {
          NetworkCoder coder(means.engine, means.threads);
          const BlockPlan plan = stated_plan(filtered.size(), header.streams());
          return std::vector{
              coded_as(header, coder.encode(filtered, plan, means.progress, header.layout))};
        },
    .decode =
        [](const BlockHeader& header, Part coded, const Means& means, OutPart filtered) {
          NetworkCoder coder(means.engine, means.threads);
          const BlockPlan plan = stated_plan(filtered.size(), header.streams());
          return coder.decode(coded, plan, filtered, means.progress, header.layout);
        },
    .memory =
        [](const BlockHeader& header, const Engine* engine, int threads) {
          return NetworkCoder::memory_bytes(*engine, threads, header.streams());
        },
};

}  // namespace nnzip
