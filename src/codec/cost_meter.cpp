// SPDX-License-Identifier: Apache-2.0
// Decodes a frame as its decoder does, and looks at the coder before and after each byte: so the
// costs are those of the frame, whatever its encoder tried before.
#include "codec/cost_meter.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "codec/block_coder.h"
#include "codec/compressor.h"
#include "codec/cost_maps.h"
#include "codec/engine_source.h"
#include "codec/frame_list.h"
#include "codec/group_decoder.h"
#include "codec/parallel.h"
#include "codec/spliced_block.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

// Places of guesses that are wanted, in what is decoded.
struct Wanted {
  std::size_t begin = 0, end = 0;
};

ByteGuess guess_of(const Distribution* network, const ExpectedByte& expected) {
  ByteGuess guess;
  guess.contexts = static_cast<std::int16_t>(expected.contexts);
  guess.match = static_cast<std::int16_t>(expected.match);
  guess.match_bytes = expected.match_bytes;
  if (network == nullptr) return guess;
  for (int byte = 0; byte < 256; ++byte) {
    const std::uint32_t width = network->cumulative[byte + 1] - network->cumulative[byte];
    auto chance = static_cast<std::uint16_t>(
        std::min<std::uint32_t>(width >> (Distribution::kBits - 16), 65535));
    auto value = static_cast<std::int16_t>(byte);
    for (std::size_t i = 0; i < guess.network.size(); ++i) {
      if (guess.network[i] >= 0 && guess.network_chances[i] >= chance) continue;
      std::swap(guess.network[i], value);
      std::swap(guess.network_chances[i], chance);
    }
  }
  return guess;
}

class Recorder : public ByteObserver {
 public:
  Recorder(std::size_t bytes, const Wanted& wanted)
      : costs(bytes), guesses(wanted.end - wanted.begin), wanted_(wanted) {}

  void byte(std::size_t position, std::int64_t cost, const Distribution* network,
            const ExpectedByte& expected) override {
    costs[position] = static_cast<std::uint32_t>(std::max<std::int64_t>(cost, 0));
    if (position < wanted_.begin || position >= wanted_.end) return;
    guesses[position - wanted_.begin] = guess_of(network, expected);
  }

  Costs costs;
  std::vector<ByteGuess> guesses;

 private:
  Wanted wanted_;
};

constexpr std::int64_t cost_of(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes) * 8 * kCostsPerBit;
}

// Makes the sum of the costs that of so many coded bytes.
void settle(std::uint64_t coded_bytes, Costs& costs) {
  if (!costs.empty())
    spread(cost_of(coded_bytes) - static_cast<std::int64_t>(sum_of(costs)), costs);
}

class CostMeter {
 public:
  CostMeter(std::span<const std::uint8_t> content, const ModelStore& store, const Options& options,
            const CostVisitor& visitor, const GuessRange& guesses)
      : content_(content),
        store_(store),
        options_(options),
        threads_(thread_count(options)),
        visitor_(visitor),
        wanted_(guesses) {}

  CostSummary run() {
    CostSummary summary;
    Bytes frame = compressed(summary.frame);
    std::vector<BlockInfo> infos;
    SpanReader listed(frame);
    frame_list(listed, store_, [&](std::size_t, const BlockInfo& info) { infos.push_back(info); });
    SpanReader in(frame);
    ContainerReader reader(in);
    header_ = *reader.next_frame();
    summary.frame_bytes = frame.size();
    for (BlockInfo& info : infos) {
      auto block = reader.next_block();
      const std::uint64_t bytes = bytes_of(*block);
      summary.frame_bytes -= bytes;
      visit(std::move(*block), std::move(info), bytes);
    }
    return summary;
  }

 private:
  Bytes compressed(Summary& summary) const {
    class Collector : public Writer {
     public:
      void write(std::span<const std::uint8_t> data) override {
        out.insert(out.end(), data.begin(), data.end());
      }
      Bytes out;
    };
    SpanReader reader(content_);
    Collector frame;
    summary = compress_frame(reader, frame, store_, options_);
    return std::move(frame.out);
  }

  std::uint64_t bytes_of(const CodedBlock& block) const {
    return block_header_bytes(block.header, header_.models.size()) + block.coded.size();
  }

  void visit(CodedBlock block, BlockInfo info, std::uint64_t bytes) {
    CostedBlock costed;
    costed.content = content_.subspan(info.content_offset, info.content_bytes);
    costed.block_bytes = bytes;
    guesses_.clear();
    const std::optional<Splice> splice = take_copies(block, header_);
    wanted_here_ = splice ? Wanted{} : wanted_in(info);
    Costs costs = costs_of(block);
    if (splice) {
      const std::uint64_t literal_bytes = costs.empty() ? 0 : bytes_of(block);
      settle(literal_bytes, costs);
      costs = spliced(costs, *splice, bytes - literal_bytes, costed);
    } else {
      settle(bytes, costs);
    }
    name_opened(info);
    costed.opened = std::exchange(opened_, {});
    costed.info = std::move(info);
    costed.costs = costs;
    costed.guesses = guesses_;
    costed.guess_begin = wanted_here_.begin;
    visitor_(costed);
  }

  // Groups are decoded in the order in which they are listed.
  void name_opened(const BlockInfo& info) {
    std::size_t next = 0;
    const std::function<void(const BlockInfo&)> walk = [&](const BlockInfo& block) {
      for (const BlockInfo& inner : block.inner) walk(inner);
      if (block.inner.empty() && next < opened_.size()) opened_[next++].info = block;
    };
    walk(info);
  }

  Wanted wanted_in(const BlockInfo& info) const {
    const std::uint64_t end = info.content_offset + info.content_bytes;
    const auto within = [&](std::uint64_t place) {
      return static_cast<std::size_t>(std::clamp(place, info.content_offset, end) -
                                      info.content_offset);
    };
    const std::uint64_t begin = std::max(wanted_.begin, info.content_offset);
    return {within(begin), within(begin + std::min(wanted_.length, end - std::min(begin, end)))};
  }

  // Of a block without copies. Their sum is not yet that of its coded data.
  Costs costs_of(const CodedBlock& block) {
    if (block.header.kind != BlockKind::kGroup) return leaf(block.header, block.coded).costs;
    wanted_here_ = {};
    const GroupData group = read_group(block, header_.models.size());
    return costs_of(group, block.header.content_bytes).costs;
  }

  struct Decoded {
    Costs costs;
    Bytes content;
  };

  Decoded costs_of(const GroupData& group, std::size_t content_bytes) {
    Decoded opened;
    for (const GroupBlock& block : group.blocks) {
      const bool is_group = block.header.kind == BlockKind::kGroup;
      Decoded inner = is_group ? costs_of(block.group, block.header.content_bytes)
                               : leaf(block.header, block.coded);
      settle(block_header_bytes(block.header, header_.models.size()) + block.header.coded_bytes,
             inner.costs);
      if (!is_group) opened_.push_back({{}, inner.content, inner.costs});
      opened.costs.insert(opened.costs.end(), inner.costs.begin(), inner.costs.end());
      opened.content.insert(opened.content.end(), inner.content.begin(), inner.content.end());
    }
    const GroupPlaces places = places_of(group.wrappers, opened.content, content_bytes);
    Decoded closed{nnzip::closed(opened.costs, places, content_bytes), Bytes(content_bytes)};
    const auto one_by_one = [](std::size_t count, const std::function<void(std::size_t)>& task) {
      for (std::size_t i = 0; i < count; ++i) task(i);
    };
    close_group(group.wrappers, opened.content, one_by_one, closed.content);
    return closed;
  }

  Decoded leaf(const BlockHeader& header, std::span<const std::uint8_t> coded) {
    if (header.content_bytes == 0) return {};
    const std::size_t made = header.filtered_bytes();
    const bool as_it_is = header.filters.empty() && is_of_bytes(header.layout) &&
                          has_layout(header.kind) && wanted_here_.begin < wanted_here_.end;
    if (!as_it_is) wanted_here_ = {};
    Recorder recorder(made, wanted_here_);
    Means means{engine_of(header), threads_, {}, &recorder};
    Decoded decoded;
    Bytes filtered(made);
    kind_of(header.kind).decode(header, coded, means, filtered);
    guesses_ = std::move(recorder.guesses);
    decoded.costs = std::move(recorder.costs);
    if (has_filter(header.filters, Filter::kRepeats) && header.filters.size() == 1) {
      decoded.costs = unfolded(decoded.costs, filtered, header.content_bytes);
    } else if (made != header.content_bytes && made != 0) {
      decoded.costs = resampled(decoded.costs, header.content_bytes);
    }
    decoded.costs.resize(header.content_bytes);
    decoded.content =
        revert_filters(header.filters, header.layout, std::move(filtered), header.content_bytes);
    return decoded;
  }

  // list_bytes: of the list of copies, which falls to what is copied.
  static Costs spliced(const Costs& literals, const Splice& splice, std::uint64_t list_bytes,
                       CostedBlock& block) {
    Costs list(splice.header.copied_bytes), all;
    settle(list_bytes, list);
    std::size_t at = 0, copied = 0;
    const auto add = [&](const Costs& from, std::size_t begin, std::size_t end) {
      all.insert(all.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
                 from.begin() + static_cast<std::ptrdiff_t>(end));
      return end;
    };
    for (const Copy& copy : splice.copies) {
      at = add(literals, at, copy.at);
      block.copied.push_back({all.size(), copy.length});
      copied = add(list, copied, copied + copy.length);
    }
    add(literals, at, literals.size());
    return all;
  }

  std::shared_ptr<const Engine> engine_of(const BlockHeader& header) {
    if (!needs_model(header.kind)) return nullptr;
    std::shared_ptr<const Engine>& engine = engines_[header.model];
    if (!engine) {
      engine = load_engine(store_, store_.find(header_.models.at(header.model)), options_.device);
    }
    return engine;
  }

  std::span<const std::uint8_t> content_;
  const ModelStore& store_;
  const Options& options_;
  int threads_;
  const CostVisitor& visitor_;
  GuessRange wanted_;
  FrameHeader header_;
  std::map<std::uint8_t, std::shared_ptr<const Engine>> engines_;
  Wanted wanted_here_;
  std::vector<ByteGuess> guesses_;
  std::vector<OpenedBlock> opened_;
};

}  // namespace

CostSummary content_costs(std::span<const std::uint8_t> content, const ModelStore& store,
                          const Options& options, const CostVisitor& visitor,
                          const GuessRange& guesses) {
  return CostMeter(content, store, options, visitor, guesses).run();
}

}  // namespace nnzip
