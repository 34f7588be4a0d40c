// SPDX-License-Identifier: Apache-2.0
// Each thread has some of the streams to itself, unless a device codes them all.
#include "codec/kinds/kind_network.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "codec/kinds/kind.h"
#include "codec/parallel.h"
#include "codec/sample.h"
#include "coder/range_decoder.h"

namespace nnzip {
namespace {

using Part = std::span<const std::uint8_t>;
using OutPart = std::span<std::uint8_t>;

constexpr std::size_t kSamples = 4;
constexpr std::size_t kSampleBytes = std::size_t{4} << 10;
// The start of a sample is not counted: the history is still too short to tell of the rest.
constexpr std::size_t kSampleSkipped = std::size_t{1} << 10;

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

// The coded data of each stream to those of the block.
Bytes join_parts(std::span<const Bytes> parts) {
  Bytes coded;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    write_short_varint(static_cast<std::uint32_t>(parts[i].size()), coded);
  }
  for (const Bytes& part : parts) coded.insert(coded.end(), part.begin(), part.end());
  return coded;
}

// The part of a block's content that is of the stream.
template <class Content>
Content stream_of(const Content& content, const BlockPlan& plan, int stream) {
  const std::size_t begin =
      std::min(static_cast<std::size_t>(stream) * plan.length, content.size());
  return content.subspan(begin, std::min(plan.length, content.size() - begin));
}

}  // namespace

bool encode_together(const Engine& engine, std::span<NetworkBlockToEncode> blocks,
                     const StreamProgress& progress) {
  std::vector<StreamToEncode> streams;
  for (const NetworkBlockToEncode& block : blocks) {
    for (int i = 0; i < block.plan.streams; ++i) {
      streams.push_back({stream_of(block.content, block.plan, i)});
    }
  }
  if (!encode_streams(engine, streams, progress)) return false;
  auto next = streams.begin();
  for (NetworkBlockToEncode& block : blocks) {
    std::vector<Bytes> parts;
    for (int i = 0; i < block.plan.streams; ++i) parts.push_back(std::move((next++)->coded));
    block.coded = join_parts(parts);
  }
  return true;
}

bool decode_together(const Engine& engine, std::span<NetworkBlockToDecode> blocks,
                     const StreamProgress& progress) {
  std::vector<StreamToDecode> streams;
  for (NetworkBlockToDecode& block : blocks) {
    const std::vector<Part> parts = split_coded(block.coded, block.plan.streams);
    block.good = !parts.empty();
    for (int i = 0; block.good && i < block.plan.streams; ++i) {
      streams.push_back(
          {parts[static_cast<std::size_t>(i)], stream_of(block.content, block.plan, i)});
    }
  }
  if (!decode_streams(engine, streams, progress)) return false;
  auto next = streams.begin();
  for (NetworkBlockToDecode& block : blocks) {
    if (!block.good) continue;
    for (int i = 0; i < block.plan.streams; ++i) block.good &= (next++)->good;
  }
  return true;
}

NetworkCoder::NetworkCoder(std::shared_ptr<const Engine> engine, int threads)
    : engine_(std::move(engine)), threads_(std::clamp(threads, 1, kMaxStreams)) {}

std::uint64_t NetworkCoder::memory_bytes(const Engine& engine, int threads, int streams) {
  const auto groups = static_cast<std::size_t>(std::clamp(threads, 1, streams));
  const auto lanes = (static_cast<std::size_t>(streams) + groups - 1) / groups;
  return std::max(groups * Lockstep::memory_bytes(engine, 1, lanes),
                  coding_memory(engine, static_cast<std::size_t>(streams)));
}

bool NetworkCoder::run(Part content, const BlockOrder& order, const Layout& layout,
                       Lockstep::Content known, const BlockProgress& progress,
                       const Lockstep::Code& code) const {
  const std::size_t groups = std::min(static_cast<std::size_t>(threads_), order.streams());
  std::atomic<bool> good = true;
  const std::thread::id caller = std::this_thread::get_id();
  parallel_for(threads_, groups, [&](std::size_t group) {
    const std::size_t first = group * order.streams() / groups;
    const std::size_t lanes = (group + 1) * order.streams() / groups - first;
    // The caller tells of progress as if all streams were where its own are.
    BlockProgress of_all;
    if (progress && std::this_thread::get_id() == caller) {
      of_all = [&, lanes](std::size_t done) {
        progress(std::min(done * order.streams() / lanes, content.size()));
      };
    }
    ProgressReporter report(of_all);
    Lockstep lockstep(*engine_, 1, content, order, layout, known, {first, lanes});
    const bool done =
        lockstep.run([&](std::size_t stream, std::size_t position, const Distribution& network) {
          report.add(1);
          return code(stream, position, network);
        });
    if (!done) good = false;
  });
  return good;
}

Bytes NetworkCoder::encode(Part content, const BlockPlan& plan, const BlockProgress& progress,
                           const Layout& layout) const {
  NetworkBlockToEncode block{content, plan};
  ProgressReporter report(progress);
  const auto tell = [&](std::size_t bytes) { report.add(bytes); };
  if (encode_together(*engine_, {&block, 1}, tell)) return std::move(block.coded);
  return encode_here(content, plan, progress, layout);
}

Bytes NetworkCoder::encode_here(Part content, const BlockPlan& plan, const BlockProgress& progress,
                                const Layout& layout) const {
  const BlockOrder order(content.size(), plan.streams, layout);
  std::vector<RangeEncoder> streams(order.streams());
  run(content, order, layout, Lockstep::Content::kKnown, progress,
      [&](std::size_t stream, std::size_t position, const Distribution& network) {
        streams[stream].encode(network, content[position]);
        return true;
      });
  return join_streams(streams);
}

Bytes join_streams(std::span<RangeEncoder> streams) {
  std::vector<Bytes> parts;
  for (RangeEncoder& stream : streams) parts.push_back(stream.finish());
  return join_parts(parts);
}

bool NetworkCoder::decode(Part coded, const BlockPlan& plan, OutPart content,
                          const BlockProgress& progress, const Layout& layout,
                          ByteObserver* observer) const {
  if (observer != nullptr) return decode_here(coded, plan, content, progress, layout, observer);
  NetworkBlockToDecode block{coded, plan, content};
  ProgressReporter report(progress);
  const auto tell = [&](std::size_t bytes) { report.add(bytes); };
  if (decode_together(*engine_, {&block, 1}, tell)) return block.good;
  return decode_here(coded, plan, content, progress, layout, nullptr);
}

// Every stream must be used up and end as the encoder ends it. Damage mostly makes a stream too
// short for the content, and then the rest of the content is not computed.
bool NetworkCoder::decode_here(Part coded, const BlockPlan& plan, OutPart content,
                               const BlockProgress& progress, const Layout& layout,
                               ByteObserver* observer) const {
  const std::vector<Part> parts = split_coded(coded, plan.streams);
  if (parts.empty()) return false;
  const BlockOrder order(content.size(), plan.streams, layout);
  std::vector<RangeDecoder> streams(parts.begin(), parts.end());
  const auto code = [&](std::size_t stream, std::size_t position, const Distribution& network) {
    ObservedByte observed(observer, streams[stream]);
    content[position] = streams[stream].decode(network);
    observed.decoded(position, &network);
    return !streams[stream].overrun();
  };
  if (!run(content, order, layout, Lockstep::Content::kBecomesKnown, progress, code)) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (order.size(i) == 0 ? !parts[i].empty() : !streams[i].ended_well()) return false;
  }
  return true;
}

std::size_t NetworkCoder::estimate(Part content) const {
  const Bytes samples = sample_of(content, {.count = kSamples, .bytes = kSampleBytes});
  const BlockOrder order(samples.size(), kSamples, {});
  std::vector<RangeEncoder> streams(kSamples);
  run(samples, order, {}, Lockstep::Content::kKnown, {},
      [&](std::size_t stream, std::size_t position, const Distribution& network) {
        if (position % kSampleBytes < kSampleSkipped) return true;
        streams[stream].encode(network, samples[position]);
        return true;
      });
  std::size_t coded_bytes = 0;
  for (RangeEncoder& stream : streams) coded_bytes += stream.finish().size();
  return coded_bytes * content.size() / (kSamples * (kSampleBytes - kSampleSkipped));
}

// Bytes as they are, or the residuals of sound.
const Kind kNetworkKind{
    .number = BlockKind::kNetwork,
    .name = "network",
    .count = &BlockCounts::network_blocks,
    .fits =
        [](const BlockHeader& header, const Engine* engine) {
          const FilterChain& filters = header.filters;
          const bool residuals = filters.size() == 1 && has_filter(filters, Filter::kResiduals);
          if (residuals ? !chain_fits(filters, header.layout, header.content_bytes)
                        : header.states_layout()) {
            return false;
          }
          const Form form = residuals ? Form::kSamples : Form::kBytes;
          return engine == nullptr || engine->content() == form;
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
          return coder.decode(coded, plan, filtered, means.progress, header.layout, means.observer);
        },
    .memory =
        [](const BlockHeader& header, const Engine* engine, int threads) {
          return NetworkCoder::memory_bytes(*engine, threads, header.streams());
        },
};

}  // namespace nnzip
