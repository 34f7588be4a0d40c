// SPDX-License-Identifier: Apache-2.0
// Goes through one stream as a decoder does: what is known is learned, what follows is drawn.
#include "codec/sampler.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codec/frame_models.h"
#include "codec/kinds/kind.h"
#include "codec/kinds/kind_zstd.h"
#include "codec/lanes/lockstep.h"
#include "codec/levels.h"
#include "codec/parallel.h"
#include "codec/prompts.h"
#include "codec/random_choice.h"
#include "unwrap/code_lengths.h"
#include "unwrap/deflate_matcher.h"

namespace nnzip {
namespace {

enum class By { kAuto, kNetwork, kContexts, kBoth, kGzip, kZstd };

By by_of(const std::string& name) {
  if (name == "auto") return By::kAuto;
  if (name == "network") return By::kNetwork;
  if (name == "contexts") return By::kContexts;
  if (name == "both") return By::kBoth;
  if (name == "gzip") return By::kGzip;
  if (name == "zstd") return By::kZstd;
  throw Error(ErrorCode::kInvalidArgument, "there is no way to sample by " + name + ".");
}

std::int64_t zstd_bits(std::span<const std::uint8_t> content) {
  constexpr int kLevel = 3;
  return static_cast<std::int64_t>(zstd_pack(content, kLevel).size()) * 8;
}

// Of one block of zlib's level 6, without what a file has around it.
std::int64_t gzip_bits(std::span<const std::uint8_t> content) {
  DeflateMatcher matcher({}, content);
  SymbolCounts counts;
  counts.clear();
  while (matcher.position() < content.size()) {
    const std::uint8_t byte = content[matcher.position()];
    const Token token = matcher.predict();
    counts.add(token, byte);
    matcher.accept(token);
  }
  DynamicHeader header;
  build_codes(counts, header);
  for (std::size_t at = 0; at < header.literals + header.distances;) {
    header.items.push_back(next_item(header, at));
    at += header.items.back().repeat;
  }
  build_length_code(header);
  return static_cast<std::int64_t>(std::min(dynamic_bits(counts, header), fixed_bits(counts)));
}

class Sampler {
 public:
  Sampler(const Prompt& prompt, const Level& level, const SampleOptions& how)
      : prompt_(prompt),
        effort_(is_of_bytes(prompt.layout) && level.effort == Effort::kLarge ? Effort::kLarge
                                                                             : Effort::kUsual),
        content_(prompt.known),
        chooser_(how.seed, Temperature(how.temperature)) {
    content_.resize(prompt.bytes);
  }

  Bytes by_contexts() {
    Mixer mixer(plan(false));
    for (std::size_t i = 0; i < content_.size(); ++i) mix(mixer, i, nullptr);
    return std::move(content_);
  }

  Bytes by_network(const Engine& engine, int threads, bool mixed) {
    const BlockOrder order(content_.size(), 1, prompt_.layout);
    std::optional<Mixer> mixer;
    if (mixed) mixer.emplace(plan(true));
    const bool is_signed = mixed && effort_ == Effort::kLarge;
    Lockstep(engine, threads, content_, order, prompt_.layout, Lockstep::Content::kBecomesKnown,
             is_signed ? Lockstep::Signed::kYes : Lockstep::Signed::kNo)
        .run([&](std::size_t, std::size_t position, const Distribution& network) {
          if (mixer) {
            mix(*mixer, position, &network);
          } else if (!is_known(position)) {
            content_[position] = chooser_.byte(network, range_at(position));
          }
          return true;
        });
    return std::move(content_);
  }

  // A bit more is half of the chance. bits: of what the compressor makes of some content.
  Bytes by_lengths(std::int64_t (*bits)(std::span<const std::uint8_t>)) {
    for (std::size_t i = prompt_.known.size(); i < content_.size(); ++i) {
      const std::size_t begin = i < kSlowWindow ? 0 : i - kSlowWindow;
      std::array<std::uint64_t, 256> weights;
      std::array<std::int64_t, 256> lengths;
      for (std::size_t byte = 0; byte < 256; ++byte) {
        content_[i] = static_cast<std::uint8_t>(byte);
        lengths[byte] = bits(std::span(content_).subspan(begin, i + 1 - begin));
      }
      const std::int64_t least = *std::min_element(lengths.begin(), lengths.end());
      for (std::size_t byte = 0; byte < 256; ++byte) {
        weights[byte] = chooser_.temperature().weight_of_log((least - lengths[byte]) << 16);
      }
      content_[i] = static_cast<std::uint8_t>(chooser_.among(weights));
    }
    return std::move(content_);
  }

 private:
  static constexpr std::size_t kSlowWindow = 8192;  // that is compressed for each byte tried

  MixerPlan plan(bool network) const {
    MixerPlan plan;
    plan.content_bytes = content_.size();
    plan.layout = prompt_.layout;
    plan.effort = effort_;
    plan.network = network;
    return plan;
  }

  bool is_known(std::size_t position) const { return position < prompt_.known.size(); }

  // Networks of pixels tell residuals modulo 256: to them a little below black is white. Such steps
  // make noise of all that follows, so that nothing is drawn which is as far from both neighbours.
  ByteRange range_at(std::size_t position) const {
    constexpr int kMostStep = 127;
    const Layout& layout = prompt_.layout;
    if (layout.form != Form::kPixels || position < layout.stride) return {};
    const int left = content_[position - layout.element];
    const int above = content_[position - layout.stride];
    return {static_cast<std::uint8_t>(std::max(0, std::min(left, above) - kMostStep)),
            static_cast<std::uint8_t>(std::min(255, std::max(left, above) + kMostStep))};
  }

  void mix(Mixer& mixer, std::size_t position, const Distribution* network) {
    if (is_known(position)) {
      mixer.encode(0, content_[position], network, learned_);
    } else {
      content_[position] = mixer.draw(0, network, chooser_);
    }
  }

  const Prompt& prompt_;
  Effort effort_;
  Bytes content_;
  Chooser chooser_;
  RangeEncoder learned_;  // of what is known; nobody reads it
};

// Before anything is made.
void demand_possible(std::span<const std::uint8_t> content, const Prompt& prompt,
                     const SampleOptions& how) {
  const bool slow = how.by == "gzip" || how.by == "zstd";
  const std::uint64_t most = slow ? kMostSlowSample : kMostSample;
  if (content.size() > kMostSample || prompt.bytes - prompt.known.size() > most) {
    throw Error(ErrorCode::kInvalidArgument, "a prompt has at most " + std::to_string(kMostSample) +
                                                 " bytes, and what is made of it " +
                                                 std::to_string(most) + ".");
  }
}

}  // namespace

Bytes sampled(std::span<const std::uint8_t> content, const ModelStore& store,
              const Options& options, const SampleOptions& how) {
  const Prompt prompt = read_prompt(content, how.bytes);
  demand_possible(content, prompt, how);
  if (prompt.bytes == 0) return written(prompt, {});
  Sampler sampler(prompt, level_meaning(options.level), how);
  const By by = by_of(how.by);
  if (by == By::kContexts) return written(prompt, sampler.by_contexts());
  if (by == By::kGzip) return written(prompt, sampler.by_lengths(gzip_bits));
  if (by == By::kZstd) return written(prompt, sampler.by_lengths(zstd_bits));
  MemoryBudget budget(options.memory_limit);
  const FrameModels models(store, chosen_models(store, options), options.device, budget);
  const auto place = models.find(network_alone(prompt.layout));
  // A network of sound predicts residuals, which nothing made here has yet.
  const bool possible = place && prompt.layout.form != Form::kSamples;
  if (!possible && by == By::kAuto) return written(prompt, sampler.by_contexts());
  if (!possible) {
    throw Error(ErrorCode::kInvalidArgument,
                "there is no network for this at this level or with this model; --by contexts "
                "needs none.");
  }
  const Engine& engine = *models.all()[*place].engine;
  return written(prompt, sampler.by_network(engine, thread_count(options), by == By::kBoth));
}

}  // namespace nnzip
