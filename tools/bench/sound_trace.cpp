// SPDX-License-Identifier: Apache-2.0
// What the mixer of sound knows before each sample and what the sample then costs, for
// tools/study/sound_network.py; or the cost with a network's distribution beside it.
//
//   nnzip-sound-trace CHANNELS FILE [COMPONENTS FILE]
//
// The first file: samples of 16 bits, low byte first, interleaved, coded as one block. Floats go to
// stdout, a record a sample: its number, its cost in bits, 13 predictions of it, 2 mean errors of
// each. The second file: floats, a sample's COMPONENTS logistic distributions, which are (share,
// centre, scale) each, in numbers. The records are two costs then: with the network's logit as one
// more input of the mixer, which has no weight at first, and mixed with the mixer's result, the
// network having most of the weight at first.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "filter/sample_targets.h"
#include "mixer/mixer.h"
#include "mixer/sound/sound_channel.h"
#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr double kLevels = 65536;  // of a number
constexpr double kFloor = 1e-9;    // probability of each half in any case

struct Component {
  float share, centre, scale;
};

template <class T>
std::vector<T> read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorCode::kInvalidArgument, std::string("cannot read ") + path + ".");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  std::vector<T> values(text.size() / sizeof(T));
  std::memcpy(values.data(), text.data(), values.size() * sizeof(T));
  return values;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Of numbers from low to below high.
double probability(std::span<const Component> components, double low, double high) {
  double sum = kFloor;
  for (const auto& [share, centre, scale] : components) {
    const double a = (low - 0.5 - centre) / scale, b = (high - 0.5 - centre) / scale;
    sum += share * (a > 0 ? sigmoid(-a) - sigmoid(-b) : sigmoid(b) - sigmoid(a));
  }
  return sum;
}

// Of a number's high or low byte, no more of it than coding this number reads.
Distribution distribution(std::span<const Component> components, int number, bool is_high) {
  const auto byte = static_cast<std::uint8_t>(is_high ? number >> 8 : number);
  // The high byte's order is by its pattern, of which the upper half are numbers below 0.
  const int step = is_high ? 256 : 1, first = is_high ? 0 : number - byte;
  const auto at = [&](int symbol) {
    return first + step * (is_high && symbol >= 128 ? symbol - 256 : symbol);
  };
  const auto of = [&](int from, int to) {  // within one half of the patterns
    return probability(components, at(from), at(from) + step * (to - from));
  };
  std::uint32_t low = 0, high = Distribution::kTotal;
  Walk walk;
  for (int bit = 0; bit < 8; ++bit) {
    const int cut = Walk::place(byte, bit), half = 128 >> bit;
    const double zeros = of(cut - half, cut), ones = of(cut, cut + half);
    const double share = zeros / (zeros + ones);
    const auto width = static_cast<double>(high - low);
    const auto part =
        static_cast<std::uint32_t>(std::clamp(std::round(share * width), half * 1.0, width - half));
    walk.cuts[bit] = low + part;
    (byte & half ? low : high) = walk.cuts[bit];
  }
  Distribution result;
  lay_out(walk, byte, result);
  return result;
}

// Decodes a number that is known, and keeps what the mixer says of its bits.
class Known : public BitSource {
 public:
  void begin(int number) {
    number_ = number;
    count_ = 0;
  }
  bool decode_bit(std::uint32_t one_probability) override {
    ones[count_] = one_probability / 65536.0;
    return bit(count_++);
  }
  bool bit(std::size_t i) const { return (number_ >> (15 - i) & 1) != 0; }
  // In bits.
  double cost() const {
    double sum = 0;
    for (std::size_t i = 0; i < 16; ++i) sum -= std::log2(bit(i) ? ones[i] : 1 - ones[i]);
    return sum;
  }

  double ones[16] = {};  // probabilities of a 1

 private:
  int number_ = 0;
  std::size_t count_ = 0;
};

double logit(double p) { return std::log(p / (1 - p)); }

// Two predictions of each bit, mixed as the mixer does: logits with weights that learn.
class Pair {
 public:
  Pair() { weights_.fill({0.4, 0.6}); }

  // Of one number, in bits. network: its probabilities of a 1.
  double cost(const Known& mixer, std::span<const double, 16> network) {
    double sum = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      auto& weights = weights_[i];
      const double x[2] = {logit(mixer.ones[i]), logit(network[i])};
      const double p = std::clamp(sigmoid(x[0] * weights[0] + x[1] * weights[1]), 1e-5, 1 - 1e-5);
      sum -= std::log2(mixer.bit(i) ? p : 1 - p);
      const double step = kRate * (mixer.bit(i) - p);
      for (std::size_t k = 0; k < 2; ++k) weights[k] += step * x[k];
    }
    return sum;
  }

 private:
  static constexpr double kRate = 0.002;
  std::array<std::array<double, 2>, 16> weights_;  // of each bit: the mixer's, the network's
};

void write(const std::vector<float>& record) {
  std::fwrite(record.data(), sizeof(float), record.size(), stdout);
}

class Trace {
 public:
  Trace(std::uint32_t channels, std::size_t samples, bool network)
      : mixer_(plan(channels, samples, false)), with_network_(plan(channels, samples, network)) {
    const auto& kernels = filter::find_sample_kernels(mixer_.target());
    for (std::uint32_t c = 0; c < channels; ++c)
      channels_.emplace_back(channels == 1, false, kLevels / 16, kernels, scratch_);
  }

  void run(std::span<const std::int16_t> numbers, std::span<const Component> components,
           std::size_t count) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      known_.begin(numbers[i]);
      mixer_.draw(0, nullptr, known_);
      mixer_.draw(0, nullptr, known_);
      write(count > 0 ? costs(numbers[i], components.subspan(i * count, count))
                      : record(i, numbers[i]));
    }
  }

 private:
  static MixerPlan plan(std::uint32_t channels, std::size_t samples, bool network) {
    MixerPlan plan;
    plan.content_bytes = 2 * samples;
    plan.layout = {
        .form = Form::kSamples, .element = 2 * channels, .channels = channels, .low_first = true};
    plan.network = network;
    return plan;
  }

  std::vector<float> costs(std::int16_t number, std::span<const Component> components) {
    Known known;
    known.begin(number);
    double network[16];
    for (const bool is_high : {true, false}) {
      const Distribution next = distribution(components, number, is_high);
      const auto byte = static_cast<std::uint8_t>(is_high ? number >> 8 : number);
      std::uint32_t low = 0, high = Distribution::kTotal;
      for (int bit = 0; bit < 8; ++bit) {
        const std::uint32_t cut = next.cumulative[Walk::place(byte, bit)];
        network[bit + (is_high ? 0 : 8)] = static_cast<double>(high - cut) / (high - low);
        (byte & 128 >> bit ? low : high) = cut;
      }
      with_network_.draw(0, &next, known);
    }
    return {static_cast<float>(known.cost()), static_cast<float>(pair_.cost(known_, network))};
  }

  std::vector<float> record(std::size_t i, std::int16_t number) {
    const std::size_t n = channels_.size(), c = i % n;
    mixer::SoundChannel& channel = channels_[c];
    channel.predict(channels_[(c + n - 1) % n]);
    std::vector<float> record{static_cast<float>(number), static_cast<float>(known_.cost())};
    for (int k = 0; k < mixer::kUsualPredictions; ++k) {
      const auto prediction =
          static_cast<double>(channel.predictions()[static_cast<std::size_t>(k)]);
      record.push_back(static_cast<float>(prediction / kLevels));
    }
    for (int k = 0; k < mixer::kUsualPredictions * mixer::kErrorMeans; ++k) {
      const auto mean = channel.mean_error(k / mixer::kErrorMeans, k % mixer::kErrorMeans);
      record.push_back(static_cast<float>(static_cast<double>(mean) / kLevels));
    }
    channel.update(std::int32_t{number} << 16);
    return record;
  }

  Mixer mixer_, with_network_;
  filter::LeastSquaresScratch scratch_;
  std::vector<mixer::SoundChannel> channels_;
  Known known_;
  Pair pair_;
};

int main_of(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    throw Error(ErrorCode::kInvalidArgument, "usage: CHANNELS FILE [COMPONENTS FILE]");
  }
  const auto channels = static_cast<std::uint32_t>(std::stoul(argv[1]));
  const auto numbers = read<std::int16_t>(argv[2]);
  const std::size_t count = argc == 5 ? std::stoul(argv[3]) : 0;
  const auto components = argc == 5 ? read<Component>(argv[4]) : std::vector<Component>();
  if (components.size() != count * numbers.size()) {
    throw Error(ErrorCode::kInvalidArgument, "the files are not of the same samples.");
  }
  for (const auto& [share, centre, scale] : components) {
    if (std::isfinite(share) && share >= 0 && std::isfinite(centre) && scale > 0) continue;
    throw Error(ErrorCode::kInvalidArgument, "a component is no distribution.");
  }
  Trace(channels, numbers.size(), count > 0).run(numbers, components, count);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error(ErrorCode::kInvalidArgument, "cannot write to stdout.");
  }
  return 0;
}

}  // namespace
}  // namespace nnzip

int main(int argc, char** argv) {
  try {
    return nnzip::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nnzip-sound-trace: %s\n", error.what());
    return 1;
  }
}
