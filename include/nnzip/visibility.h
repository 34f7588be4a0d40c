/* SPDX-License-Identifier: Apache-2.0 */
/* Marks what the shared library exports; all else in it is hidden. */
#ifndef NNZIP_VISIBILITY_H
#define NNZIP_VISIBILITY_H

#if defined(__GNUC__)
#define NNZIP_API __attribute__((visibility("default")))
#else
#define NNZIP_API
#endif

#endif
