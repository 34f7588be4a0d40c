// SPDX-License-Identifier: Apache-2.0
// Writing and reading of weights files: archives of libtorch.
#include "weights_file.h"

#include <stdexcept>

namespace nnzip::train {

void save_weights(const std::filesystem::path& path,
                  const std::vector<std::pair<std::string, torch::Tensor>>& tensors) {
  torch::serialize::OutputArchive archive;
  for (const auto& [name, tensor] : tensors)
    archive.write(name, tensor.detach().to(torch::kBFloat16).cpu());
  auto temporary = path;
  temporary += ".tmp";
  archive.save_to(temporary.string());
  std::filesystem::rename(temporary, path);
}

void load_weights(const std::filesystem::path& path, Net& net) {
  torch::NoGradGuard no_grad;
  torch::serialize::InputArchive archive;
  archive.load_from(path.string());
  for (auto& item : net->named_parameters()) {
    if (item.key().ends_with("log_scale")) continue;
    torch::Tensor saved;
    archive.read(item.key(), saved);
    if (saved.sizes() != item.value().sizes())
      throw std::runtime_error("the weights do not fit the network: " + item.key());
    item.value().copy_(saved);
  }
}

}  // namespace nnzip::train
