// SPDX-License-Identifier: Apache-2.0
// One function for each command; what goes wrong is said through message.h or thrown as Error.
#pragma once

#include "args.h"

namespace nnzip {

void run_compress(const Arguments& arguments);
void run_decompress(const Arguments& arguments);  // and test
void run_decompress_part(const Arguments& arguments);
void run_list(const Arguments& arguments);
void run_estimate(const Arguments& arguments);
void run_explain(const Arguments& arguments);
void run_report(const Arguments& arguments);
void run_sample(const Arguments& arguments);
void run_join(const Arguments& arguments);
void run_models(const Arguments& arguments);
void run_bench(const Arguments& arguments);

// The highest level that compresses the content in so many seconds by its estimate, 1 if none does.
// Content is read from its beginning then. Throws Error.
int level_within(double seconds, SeekableReader& content, const Options& options);

}  // namespace nnzip
