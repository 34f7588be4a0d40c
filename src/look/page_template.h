// SPDX-License-Identifier: Apache-2.0
// report.html, report.css and report.js, which CMake makes a part of the program.
#pragma once

namespace nnzip::look {

extern const char* const kPageHtml;
extern const char* const kPageCss;
extern const char* const kPageJs;

}  // namespace nnzip::look
