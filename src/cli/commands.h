// SPDX-License-Identifier: Apache-2.0
// One function for each command; what goes wrong is said through message.h or thrown as Error.
#pragma once

#include "args.h"

namespace nnzip {

void run_compress(const Arguments& arguments);
void run_decompress(const Arguments& arguments);  // and test
void run_decompress_part(const Arguments& arguments);
void run_list(const Arguments& arguments);
void run_join(const Arguments& arguments);
void run_models(const Arguments& arguments);
void run_bench(const Arguments& arguments);

}  // namespace nnzip
