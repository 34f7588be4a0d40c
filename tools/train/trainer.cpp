// SPDX-License-Identifier: Apache-2.0
// Phases, schedule, validation and checkpoints of a training run.
#include "trainer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <sstream>
#include <stdexcept>

#include "autocast.h"
#include "export.h"
#include "weights_file.h"

namespace nnzip::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int64_t kValidWindows = 24;  // a category, but more if there are few
constexpr int64_t kLeastValidWindows = 144;
constexpr int64_t kCalibrationWindows = 16;
constexpr double kFinalRate = 0.02;     // of the peak, at the end of the fall
constexpr int64_t kEmaEvery = 8;        // steps between updates of the moving average
constexpr int64_t kMostReturns = 3;     // in a phase, of weights that are no longer finite
constexpr int64_t kLetDownWarmup = 10;  // steps of a let-down for each of its warm-up

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

torch::Tensor cross_entropy_bits(const torch::Tensor& logits, const torch::Tensor& targets) {
  return torch::nn::functional::cross_entropy(logits.flatten(0, 1).to(torch::kFloat),
                                              targets.flatten()) /
         std::numbers::ln2;
}

bool is_hidden_matrix(const std::string& name) {
  return name.ends_with("qkv") || name.ends_with(".out") || name.ends_with("up") ||
         name.ends_with("down");
}

}  // namespace

std::vector<Parameter> trained_parameters(const Net& net, const Options& options, bool quantised) {
  std::vector<Parameter> parameters;
  for (const auto& item : net->named_parameters()) {
    const bool bias = item.key().ends_with("distance_bias");
    const bool matrix = item.value().dim() == 2 && !bias;
    const bool muon = !quantised && options.optimiser == "muon" && is_hidden_matrix(item.key());
    if (item.key().ends_with("log_scale") && !quantised) continue;
    double rate = quantised ? options.quantised_phase.rate : options.float_phase.rate;
    if (muon) rate = options.muon_rate;
    if (bias && options.fixed_distance_bias) rate = 0;
    parameters.push_back({item.key(), item.value(), muon ? Rule::kMuon : Rule::kAdamW, rate,
                          matrix && !quantised ? options.weight_decay : 0.0});
  }
  return parameters;
}

Trainer::Trainer(const Options& options)
    : options_(options),
      device_(options.device),
      data_(options.data, options.weights, options.config.taps, device_),
      valid_(options.valid, options.weights, options.config.taps, device_),
      net_((torch::manual_seed(static_cast<uint64_t>(options.seed)), Net(options.config))),
      rng_(static_cast<uint64_t>(options.seed)) {
  if (options_.length < 2 || options_.batch < 1)
    throw std::runtime_error("batch and length must be positive");
  options_.fused |= device_.is_cuda();
  if (options_.let_down > 0) {
    options_.float_phase = {options_.let_down, 0, options_.float_phase.rate, 0};
    options_.warmup = std::min(options_.warmup, options_.let_down / kLetDownWarmup);
  }
  net_->to(device_);
  net_->set_fused(options_.fused);
  if (device_.is_cuda()) set_product_precision();
  fs::create_directories(options_.run);
}

void Trainer::begin_phase() {
  auto parameters = trained_parameters(net_, options_, phase_ == kQuantisedPhase);
  optimiser_ = std::make_unique<Optimiser>(std::move(parameters), options_.fused);
  ema_.clear();
  good_.clear();
  for (const auto& p : optimiser_->parameters()) {
    ema_.push_back(p.value.detach().clone());
    good_.push_back(p.value.detach().clone());
  }
  step_ = good_step_ = returns_ = 0;
  phase_seconds_ = 0;
}

void Trainer::run() {
  if (load_checkpoint()) {
    std::printf("resumed: phase %d, step %lld\n", static_cast<int>(phase_),
                static_cast<long long>(step_));
  } else {
    if (!options_.start_from.empty()) load_weights(options_.start_from, net_);
    const bool has_float_phase = options_.start_from.empty() || options_.let_down > 0;
    if (has_float_phase && options_.float_phase.until > 0 &&
        options_.float_phase.until <= unix_time())
      throw std::runtime_error("--until has passed already");
    begin_phase();
    std::ofstream(options_.run / "curve.csv")
        << "phase,step,bytes,seconds,train_bits_per_byte,valid_bits_per_byte\n";
  }
  if (phase_ == kFloatPhase) {
    const bool only_calibrates = !options_.start_from.empty() && options_.let_down == 0;
    if (!only_calibrates && !run_phase(options_.float_phase, Mode::kFloat)) return;
    torch::NoGradGuard no_grad;
    for (size_t i = 0; i < ema_.size(); ++i) optimiser_->parameters()[i].value.copy_(ema_[i]);
    std::printf("float: %.4f bits/byte on held-out data\n", validate(Mode::kFloat, true));
    calibrate();
    std::printf("calibrated: %.4f bits/byte before the quantised phase\n",
                validate(Mode::kQuantised, false));
    phase_ = kQuantisedPhase;
    begin_phase();
    save_checkpoint();
  }
  if (phase_ == kQuantisedPhase) {
    if (!run_phase(options_.quantised_phase, Mode::kQuantised)) return;
    phase_ = kFinished;
    save_checkpoint();
  }
  std::printf("quantised: %.4f bits/byte on held-out data\n", validate(Mode::kQuantised, true));
  net_->to(torch::kCPU);
  std::printf("wrote %s\n",
              (options_.run / export_model(net_, options_.name, options_.run)).c_str());
}

double Trainer::progress(const PhaseOptions& phase) const {
  if (phase.until > 0) {
    const double left = phase.until - unix_time();
    return left > 0 ? phase_seconds_ / (phase_seconds_ + left) : 1;
  }
  if (phase.minutes > 0) return phase_seconds_ / (60 * phase.minutes);
  return static_cast<double>(step_) / static_cast<double>(std::max<int64_t>(1, phase.steps));
}

// Constant, then linear: weights of a run that was cut have had their peak rate to the end and lack
// nothing but the fall, which --let-down makes up for: 2.892 bits/byte after 1125 steps, a cut and
// 375 of it, 2.891 after 1500 without, 2.923 by a cosine (width 64, batch 8 x 256, one seed).
double Trainer::rate_scale(double progress) const {
  const double fall = phase_ == kFloatPhase && options_.let_down > 0 ? 1 : options_.fall;
  const double left = 1 - std::clamp(progress, 0.0, 1.0);
  const double level = left < fall ? kFinalRate + (1 - kFinalRate) * left / fall : 1;
  const double warm =
      static_cast<double>(step_ + 1) / static_cast<double>(std::max<int64_t>(1, options_.warmup));
  return std::min(1.0, warm) * level * std::exp2(-static_cast<double>(returns_));
}

// Keeps what go_back returns to, unless the loss or a weight is infinite or no number. Waits for a
// GPU.
bool Trainer::remember_if_finite(const torch::Tensor& loss) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> values;
  for (const auto& p : optimiser_->parameters()) values.push_back(p.value);
  const auto norm = torch::stack(at::_foreach_norm(values)).norm();
  if (!std::isfinite((norm + loss).item<double>())) return false;
  const auto& source = phase_ == kFloatPhase ? ema_ : values;
  for (size_t i = 0; i < good_.size(); ++i) good_[i].copy_(source[i]);
  good_step_ = step_;
  return true;
}

// To the last weights that were good, with half the rates and new moments.
void Trainer::go_back(double loss) {
  if (++returns_ > kMostReturns)
    throw std::runtime_error("the run diverges: its loss or a weight is not finite for the " +
                             std::to_string(returns_) + "th time, at step " +
                             std::to_string(step_));
  std::printf("step %lld: diverged, loss %.4g; back to the %s of step %lld with half the rates\n",
              static_cast<long long>(step_), loss,
              phase_ == kFloatPhase ? "moving average" : "weights",
              static_cast<long long>(good_step_));
  torch::NoGradGuard no_grad;
  auto parameters = optimiser_->parameters();
  for (size_t i = 0; i < good_.size(); ++i) {
    parameters[i].value.copy_(good_[i]);
    ema_[i].copy_(good_[i]);
  }
  optimiser_ = std::make_unique<Optimiser>(std::move(parameters), options_.fused);
}

bool Trainer::run_phase(const PhaseOptions& phase, Mode mode) {
  const auto start = Clock::now();
  const double seconds_before = seconds_, phase_before = phase_seconds_;
  const bool saves_weights = mode == Mode::kFloat && options_.save_weights > 0;
  auto weights_saved = start;
  torch::Tensor running;
  for (;;) {
    const double progress = this->progress(phase);
    if (progress >= 1) break;
    const auto loss = train_step(mode, progress);
    running = running.defined() ? running.lerp(loss, 0.02) : loss;
    ++step_;
    bytes_seen_ += batch() * options_.length;
    seconds_ = seconds_before + seconds_since(start);
    phase_seconds_ = phase_before + seconds_since(start);
    const bool stops = ++steps_here_ >= options_.stop_after && options_.stop_after > 0;
    const bool keeps = stops || step_ % options_.checkpoint_every == 0;
    const bool saves = saves_weights && seconds_since(weights_saved) > 60 * options_.save_weights;
    const bool validates = step_ % options_.validate_every == 0;
    const bool reports = validates || step_ % options_.log_every == 0;
    // Before anything is written, so that no file holds weights of a run that has diverged.
    if ((reports || saves || keeps) && !remember_if_finite(running)) {
      go_back(running.item<double>());
      running = torch::Tensor();
      continue;
    }
    if (reports) report(progress, running.item<double>(), validates ? validate(mode, false) : NAN);
    if (saves) {
      save_weights(options_.run / "weights.pt", averages());
      weights_saved = Clock::now();
    }
    if (keeps) save_checkpoint();
    if (stops) return false;
  }
  if (running.defined() && !remember_if_finite(running))
    throw std::runtime_error("the run has diverged since step " + std::to_string(good_step_));
  if (saves_weights) save_weights(options_.run / "weights.pt", averages());
  save_checkpoint();
  return true;
}

int64_t Trainer::batch() const {
  return phase_ == kQuantisedPhase && options_.quantised_batch > 0 ? options_.quantised_batch
                                                                   : options_.batch;
}

torch::Tensor Trainer::train_step(Mode mode, double progress) {
  const auto batch =
      data_.sample(this->batch(), options_.length, options_.document_start_share, rng_);
  for (const auto& p : optimiser_->parameters()) p.value.mutable_grad() = torch::Tensor();
  torch::Tensor loss;
  {
    Autocast autocast(device_.is_cuda() && mode == Mode::kFloat);
    loss = cross_entropy_bits(net_->forward(batch.inputs, batch.taps, mode), batch.targets);
  }
  loss.backward();
  optimiser_->step(rate_scale(progress), kGradientClip);
  if (mode == Mode::kFloat && step_ % kEmaEvery == 0) {
    torch::NoGradGuard no_grad;
    // Young averages forget faster, so that the random start never counts.
    const double keep =
        std::min(std::pow(options_.ema_decay, kEmaEvery),
                 static_cast<double>(step_ + 1) / static_cast<double>(step_ + 10 * kEmaEvery));
    for (size_t i = 0; i < ema_.size(); ++i)
      ema_[i].lerp_(optimiser_->parameters()[i].value, 1 - keep);
  }
  return loss.detach();
}

void Trainer::calibrate() {
  torch::NoGradGuard no_grad;
  const auto batch =
      data_.sample(kCalibrationWindows, options_.length, options_.document_start_share, rng_);
  net_->forward(batch.inputs, batch.taps, Mode::kCalibrate);
  net_->finish_calibration();
}

double Trainer::validate(Mode mode, bool print_categories) {
  torch::NoGradGuard no_grad;
  double sum = 0, weights = 0;
  const auto windows =
      std::max(kValidWindows, kLeastValidWindows / static_cast<int64_t>(valid_.categories()));
  for (size_t c = 0; c < valid_.categories(); ++c) {
    const auto batch = valid_.fixed(c, windows, options_.length);
    const double bits =
        cross_entropy_bits(net_->forward(batch.inputs, batch.taps, mode), batch.targets)
            .item<double>();
    if (print_categories) std::printf("  %-12s %.4f bits/byte\n", valid_.name(c).c_str(), bits);
    sum += bits * valid_.weight(c);
    weights += valid_.weight(c);
  }
  return sum / weights;
}

void Trainer::report(double progress, double loss, double valid) {
  const double left = phase_seconds_ * (1 - progress) / std::max(progress, 1e-9);
  const double rate = static_cast<double>(batch() * options_.length) * static_cast<double>(step_) /
                      std::max(phase_seconds_, 1e-9);
  std::printf("step %lld  %.2f MB  %.1f KB/s  train %.4f bits/byte", static_cast<long long>(step_),
              static_cast<double>(bytes_seen_) / 1e6, rate / 1e3, loss);
  if (!std::isnan(valid)) std::printf("  valid %.4f", valid);
  std::printf("  %.0f min left\n", left / 60);
  std::ofstream csv(options_.run / "curve.csv", std::ios::app);
  csv << phase_ << ',' << step_ << ',' << bytes_seen_ << ',' << seconds_ << ',' << loss << ',';
  if (!std::isnan(valid)) csv << valid;
  csv << '\n';
}

// The moving average of each trained parameter, by name.
std::vector<std::pair<std::string, torch::Tensor>> Trainer::averages() const {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (size_t i = 0; i < ema_.size(); ++i)
    all.emplace_back(optimiser_->parameters()[i].name, ema_[i]);
  return all;
}

// Every tensor that a resumed run needs, under stable names.
std::vector<std::pair<std::string, torch::Tensor>> Trainer::all_state() {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (const auto& item : net_->named_parameters())
    all.emplace_back("net." + item.key(), item.value());
  for (const auto& item : net_->named_buffers())
    all.emplace_back("net." + item.key(), item.value());
  for (const auto& [name, average] : averages()) all.emplace_back("ema." + name, average);
  for (auto& item : optimiser_->state()) all.push_back(std::move(item));
  return all;
}

void Trainer::save_checkpoint() {
  torch::serialize::OutputArchive archive;
  for (const auto& [key, tensor] : all_state()) archive.write(key, tensor.detach());
  archive.write("counters", torch::tensor({phase_, step_, bytes_seen_, returns_}, torch::kLong));
  archive.write("seconds", torch::tensor({seconds_, phase_seconds_}, torch::kDouble));
  std::ostringstream rng;
  rng << rng_;
  const std::string text = rng.str();
  archive.write("rng",
                torch::tensor(std::vector<uint8_t>(text.begin(), text.end()), torch::kUInt8));
  const auto path = options_.run / "checkpoint.pt", temporary = options_.run / "checkpoint.tmp";
  archive.save_to(temporary.string());
  fs::rename(temporary, path);
}

bool Trainer::load_checkpoint() {
  const auto path = options_.run / "checkpoint.pt";
  if (!fs::exists(path)) return false;
  torch::serialize::InputArchive archive;
  archive.load_from(path.string(), device_);
  torch::Tensor counters, seconds, rng;
  archive.read("counters", counters);
  archive.read("seconds", seconds);
  archive.read("rng", rng);
  phase_ = counters[0].item<int64_t>();
  begin_phase();
  step_ = counters[1].item<int64_t>();
  bytes_seen_ = counters[2].item<int64_t>();
  returns_ = counters[3].item<int64_t>();
  seconds_ = seconds[0].item<double>();
  phase_seconds_ = seconds[1].item<double>();
  rng = rng.cpu();
  std::istringstream text(std::string(reinterpret_cast<const char*>(rng.data_ptr<uint8_t>()),
                                      static_cast<size_t>(rng.numel())));
  text >> rng_;
  torch::NoGradGuard no_grad;
  for (auto& [key, tensor] : all_state()) {
    torch::Tensor saved;
    archive.read(key, saved);
    if (saved.sizes() != tensor.sizes())
      throw std::runtime_error("checkpoint does not fit the network: " + key);
    tensor.copy_(saved);
  }
  remember_if_finite(torch::zeros({}, device_));
  return true;
}

}  // namespace nnzip::train
