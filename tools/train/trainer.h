// SPDX-License-Identifier: Apache-2.0
// The training run: float phase, calibration, quantised phase, checkpoints.
#pragma once

#include <torch/torch.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "dataset.h"
#include "net.h"
#include "optimiser.h"

namespace nnzip::train {

struct PhaseOptions {
  int64_t steps = 0;
  double minutes = 0;  // if set, the schedule follows the clock instead of the step count
  double rate = 0;     // peak rate of AdamW parameters
  double until = 0;    // if set, the schedule ends at that time of day, in Unix seconds
};

struct Options {
  std::filesystem::path data = "build/data/train/text";
  std::filesystem::path valid = "build/data/valid/text";
  std::filesystem::path run = "build/train/text";  // checkpoint, curve, exported model
  std::string weights;                             // category=weight,...
  std::string name = "text";                       // first part of the model's file name
  Config config;
  PhaseOptions float_phase{20000, 0, 3e-3}, quantised_phase{300, 0, 3e-4};
  std::string optimiser = "muon";  // of the hidden matrices in the float phase: muon or adamw
  double muon_rate = 0.02;
  double weight_decay = 0.05;
  double ema_decay = 0.999;
  int64_t batch = 8, length = 512;
  int64_t quantised_batch = 0;  // 0: the same as batch
  int64_t warmup = 100;
  double fall = 0.25;  // share of a phase, its last, in which the rate falls
  double document_start_share = 0.25;
  int64_t validate_every = 1000, checkpoint_every = 200, log_every = 50;
  int64_t seed = 1;
  std::string device = "cpu";
  bool fused = false;       // as on a GPU, whatever the device: for tests
  int threads = 1;          // 0: all
  int64_t stop_after = 0;   // end the process after that many steps, with a checkpoint; 0: never
  double save_weights = 0;  // minutes between writings of RUN/weights.pt; 0: none
  std::filesystem::path start_from;  // such a file: the run begins with its calibration, or
  int64_t let_down = 0;              // with a float phase of that many steps that is all fall
  bool fixed_distance_bias = false;  // the bias keeps the slopes that it begins with
};

constexpr double kGradientClip = 1.0;

// What a phase trains, with rules, peak rates and decays.
std::vector<Parameter> trained_parameters(const Net& net, const Options& options, bool quantised);

class Trainer {
 public:
  explicit Trainer(const Options& options);

  // Runs what is left of both phases and exports the model; resumes from the run folder's
  // checkpoint if there is one.
  void run();

  // Bits a byte on the held-out windows, weighted as the training categories are.
  double validate(Mode mode, bool print_categories);

  Net& net() { return net_; }
  int64_t bytes_seen() const { return bytes_seen_; }
  double seconds() const { return seconds_; }

 private:
  enum Phase : int64_t { kFloatPhase, kQuantisedPhase, kFinished };
  void begin_phase();
  double progress(const PhaseOptions& phase) const;  // 1 or more: the phase is over
  double rate_scale(double progress) const;          // of the peak rate
  bool remember_if_finite(const torch::Tensor& loss);
  void go_back(double loss);
  bool run_phase(const PhaseOptions& phase, Mode mode);  // false if stopped before its end
  void calibrate();
  torch::Tensor train_step(Mode mode, double progress);  // the loss, on the device
  int64_t batch() const;                                 // windows a step in this phase
  std::vector<std::pair<std::string, torch::Tensor>> averages() const;
  void report(double progress, double loss, double valid);
  std::vector<std::pair<std::string, torch::Tensor>> all_state();
  void save_checkpoint();
  bool load_checkpoint();

  Options options_;
  torch::Device device_;
  Dataset data_, valid_;
  Net net_;
  std::unique_ptr<Optimiser> optimiser_;
  std::vector<torch::Tensor> ema_;
  std::vector<torch::Tensor> good_;  // where go_back leads; the weights' order
  int64_t good_step_ = 0, returns_ = 0;
  std::mt19937_64 rng_;
  int64_t phase_ = kFloatPhase, step_ = 0, bytes_seen_ = 0, steps_here_ = 0;
  double seconds_ = 0, phase_seconds_ = 0;  // summed over resumed sessions
};

}  // namespace nnzip::train
