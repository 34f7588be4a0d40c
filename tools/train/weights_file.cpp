// SPDX-License-Identifier: Apache-2.0
// Writing and reading of weights files: archives of libtorch.
#include "weights_file.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "import.h"
#include "model/model_file.h"

namespace nnzip::train {
namespace {

Model read_model(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const Bytes file(std::istreambuf_iterator<char>(in), {});
  return verify_model_file(file, path.string());
}

}  // namespace

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
  if (path.extension() == ".nnzm") return from_integers(read_model(path), net);
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
